package dev.windlass.soak;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class SoakIT {
  /**
   * {@code make soak} runs the same for ten minutes, and then looks at the growth of memory too.
   */
  @Test
  void under_mixed_load_kills_and_redeploys_no_answer_is_wrong_or_lost() throws IOException {
    var home = Path.of(System.getProperty("windlass.home", "")).toAbsolutePath();
    assertEquals(List.of(), new Soak(home, Duration.ofSeconds(20)).run());
  }
}
