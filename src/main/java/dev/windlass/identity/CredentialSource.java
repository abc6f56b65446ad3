package dev.windlass.identity;

import java.util.function.Consumer;

/** Credentials that are renewed while they are used. */
public interface CredentialSource {
  Credentials current();

  /** Calls {@code listener} after each renewal, on any thread; it must return soon. */
  void onRenewal(Consumer<Credentials> listener);
}
