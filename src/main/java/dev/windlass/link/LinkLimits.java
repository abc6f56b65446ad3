package dev.windlass.link;

import java.time.Duration;

/**
 * Every bound of a link. Both ends check their own; the smaller one holds.
 *
 * @param credits orders in flight on one link: a worker's hello asks for so many (lanes + backlog),
 *     a head grants no more than its own number
 * @param asks a worker's asks in flight on one link
 * @param links connections that a head holds at one time, greeted or not
 */
public record LinkLimits(Sizes sizes, Times times, int credits, int asks, int links) {

  /**
   * @param frame octets of one frame after its length field, at most {@link #MAX_FRAME}
   * @param chunk octets of a body in one DATA frame; a larger message is streamed
   * @param message octets of one message, body and header, however it travels
   * @param reassembly octets reserved for messages that arrive on one link in chunks; at least one
   *     message
   */
  public record Sizes(int frame, int chunk, int message, int reassembly) {
    public static final int MAX_FRAME = 1 << 20;

    /** The largest header of a message fits into one frame. */
    public static final int LEAST_FRAME = (256 + 8) << 10;

    public Sizes {
      within("frame", frame, LEAST_FRAME, MAX_FRAME);
      within("chunk", chunk, 1 << 10, frame - (8 << 10));
      within("message", message, frame, 256 << 20);
      within("reassembly", reassembly, message, 1 << 30);
    }
  }

  /**
   * @param hello from the TCP connection to the accepted hello, TLS included
   * @param frame from the first to the last octet of one frame, and between two chunks of a granted
   *     stream
   * @param idle without an octet from the peer; a ping goes out after a third of it
   * @param order for orders that carry no deadline of their own
   * @param ask until a head's answer has arrived whole
   * @param drain until a link that said goodbye, or was replaced, is closed whatever is in flight
   * @param redialLeast first back-off after a lost link; doubles up to {@code redialMost}, each
   *     with jitter of its upper half
   * @param renewBefore how long before a certificate ends its link is replaced, at most a fifth of
   *     what it had left when the link began
   * @param resolve a worker asks so often which addresses the names of its heads have: a new head
   *     of a headless Service has its links soon after
   */
  public record Times(
      Duration hello,
      Duration frame,
      Duration idle,
      Duration order,
      Duration ask,
      Duration drain,
      Duration redialLeast,
      Duration redialMost,
      Duration renewBefore,
      Duration resolve) {}

  /** 1 MiB frames, 256 KiB chunks, messages of 66 MiB, 160 MiB of reassembly, 64 credits. */
  public static final LinkLimits DEFAULT =
      new LinkLimits(
          new Sizes(Sizes.MAX_FRAME, 256 << 10, 66 << 20, 160 << 20),
          new Times(
              Duration.ofSeconds(5),
              Duration.ofSeconds(10),
              Duration.ofSeconds(15),
              Duration.ofSeconds(30),
              Duration.ofSeconds(60),
              Duration.ofSeconds(30),
              Duration.ofMillis(100),
              Duration.ofSeconds(5),
              Duration.ofMinutes(1),
              Duration.ofSeconds(5)),
          64,
          16,
          1024);

  public LinkLimits {
    within("credits", credits, 1, 65_536);
    within("asks", asks, 1, 1024);
    within("links", links, 1, 65_536);
  }

  public LinkLimits withCredits(int orders) {
    return new LinkLimits(sizes, times, orders, asks, links);
  }

  public LinkLimits withSizes(Sizes other) {
    return new LinkLimits(other, times, credits, asks, links);
  }

  public LinkLimits withTimes(Times other) {
    return new LinkLimits(sizes, other, credits, asks, links);
  }

  private static void within(String what, long value, long least, long most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          "link limit " + what + " must be " + least + " to " + most + ", not " + value);
    }
  }
}
