package dev.windlass.link;

import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;

/**
 * Why an order or ask got no reply; its {@link #code} is the failure code of the {@link
 * ReplyException}.
 */
public enum LinkFailure {
  /** The link closed after the order went out: it may have run, or not. */
  LOST(1),
  /** The deadline passed: it may have run, may even still run. */
  TIMED_OUT(2),
  /** The worker has as many orders as it takes: nothing was sent. */
  NO_CREDIT(3),
  /** No such worker is linked: nothing was sent. */
  NO_PEER(4),
  /** The message is over the link's bound: nothing was sent. */
  TOO_LARGE(5),
  /** The worker's hello did not offer this kind of order: nothing was sent. */
  NOT_OFFERED(6);

  private final int code;

  LinkFailure(int code) {
    this.code = code;
  }

  public int code() {
    return code;
  }

  ReplyException because(String detail) {
    return new ReplyException(ReplyFailure.RECIPIENT_FAILURE, code, detail);
  }

  /**
   * The reason in a failed future of a link or of {@code eventBus.request}; what is no {@link
   * ReplyException} counts as {@link #LOST}, the one that promises least.
   */
  public static LinkFailure of(Throwable failure) {
    if (!(failure instanceof ReplyException reply)) return LOST;
    for (var known : values()) if (known.code == reply.failureCode()) return known;
    return switch (reply.failureType()) {
      case NO_HANDLERS -> NO_PEER;
      case TIMEOUT -> TIMED_OUT;
      case RECIPIENT_FAILURE, ERROR -> LOST;
    };
  }
}
