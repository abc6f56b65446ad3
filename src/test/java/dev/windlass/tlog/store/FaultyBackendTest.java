package dev.windlass.tlog.store;

import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;

/** The fake earns its trust: it keeps the contract, except that a broken one fails the test. */
class FaultyBackendTest implements BackendContract {
  @Override
  public Backend backend() {
    return new FaultyBackend(new Faults());
  }

  @Test
  @Override
  public void an_immutable_path_takes_the_same_octets_again_and_no_others() {
    var backend = new FaultyBackend(new Faults());
    var first = List.of(Upload.immutable("tile/0/000", TestLog.entry("first")));
    var other = List.of(Upload.immutable("tile/0/000", TestLog.entry("other")));

    org.junit.jupiter.api.Assertions.assertDoesNotThrow(
        () -> {
          backend.put(first);
          backend.put(first);
        });
    assertThrows(AssertionError.class, () -> backend.put(other));
  }
}
