package dev.windlass.app;

import dev.windlass.cli.Windlass;
import io.quarkus.runtime.annotations.QuarkusMain;

/** Entry of the process. */
@QuarkusMain
public final class Main {
  private Main() {}

  public static void main(String... args) {
    System.exit(Windlass.run(args));
  }
}
