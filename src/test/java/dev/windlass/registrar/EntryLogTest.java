package dev.windlass.registrar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.windlass.function.Bytes;
import dev.windlass.receipt.Ed25519Key;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class EntryLogTest {
  private final EntryLog entries =
      new EntryLog(new Ed25519Key(Bytes.wrap(new byte[32])), _ -> new CompletableFuture<>());

  private String why(Exception failure) {
    return assertThrows(
            IOException.class, () -> entries.await(CompletableFuture.failedFuture(failure)))
        .getMessage();
  }

  @Test
  void a_log_that_is_not_reached_is_said_in_the_words_of_the_cause() {
    var cause = new NoRouteToHostException("No route to host");
    assertEquals(
        "the log: No route to host", why((Exception) new ConnectException().initCause(cause)));
  }

  @Test
  void a_failure_without_any_words_is_named() {
    assertEquals("the log: ConnectException", why(new ConnectException()));
  }
}
