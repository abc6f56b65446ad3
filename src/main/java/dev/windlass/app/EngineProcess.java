package dev.windlass.app;

import dev.windlass.wasm.EngineChild;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The hidden subcommand that the engine starts to try a preset or to compile a module. */
final class EngineProcess {
  static final String WORD = "engine-child";

  private EngineProcess() {}

  /** Small heap: what a compilation needs lies outside of it. */
  static List<String> command() {
    var words =
        new ArrayList<>(
            Self.command(
                List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xms8m", "-Xmx192m")));
    words.add(WORD);
    return List.copyOf(words);
  }

  static void run(String... words) {
    EngineChild.main(Arrays.copyOfRange(words, 1, words.length));
  }
}
