package dev.windlass.identity;

import java.util.function.Consumer;

/** Credentials that are renewed while they are used. */
public interface CredentialSource {
  Credentials current();

  /** Calls {@code listener} after each renewal, on any thread; it must return soon. */
  void onRenewal(Consumer<Credentials> listener);

  /** A source that is never renewed: for one connection, or a test. */
  static CredentialSource fixed(Credentials credentials) {
    return new CredentialSource() {
      @Override
      public Credentials current() {
        return credentials;
      }

      @Override
      public void onRenewal(Consumer<Credentials> listener) {}
    };
  }
}
