package dev.windlass.identity;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Credentials of an identity that lives in the process of its authority: no request, no token; a
 * new key and certificate at half the life of the last.
 */
public final class LocalCredentials implements CredentialSource, AutoCloseable {
  private final Supplier<Credentials> issue;
  private final Surroundings around;
  private final List<Consumer<Credentials>> listeners = new CopyOnWriteArrayList<>();
  private volatile Credentials current;
  private volatile boolean closed;

  /**
   * @param issue makes them, such as {@code () -> authority.credentials(id)}
   */
  public LocalCredentials(Supplier<Credentials> issue, Surroundings around) {
    this.issue = issue;
    this.around = around;
    this.current = issue.get();
    renewLater();
  }

  @Override
  public Credentials current() {
    return current;
  }

  @Override
  public void onRenewal(Consumer<Credentials> listener) {
    listeners.add(listener);
  }

  @Override
  public void close() {
    closed = true;
  }

  private void renewLater() {
    var due = RenewalTimes.due(around.clock().instant(), current.notAfter(), around.random());
    RenewalTimes.at(due, around, () -> closed, this::renew);
  }

  private void renew() {
    var renewed = issue.get();
    current = renewed;
    renewLater();
    listeners.forEach(l -> l.accept(renewed));
  }
}
