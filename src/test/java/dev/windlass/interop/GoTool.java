package dev.windlass.interop;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** {@code src/test/interop/go}, built for this run from the module that tools/setup fetched. */
public final class GoTool {
  private static final Path SOURCES = Path.of("src/test/interop/go");
  private static final String INSTALL =
      "install Go 1.21 or later (Debian: apt-get install golang-go), then: tools/setup guests";

  private final Path program;

  /** What a run came to; {@code said} is stdout and stderr. */
  public record Ended(int code, String said) {
    public boolean accepts() {
      return code == 0 && said.startsWith("ok ");
    }

    /** It looked, and does not believe it: not a usage error, not a crash. */
    public boolean refuses() {
      return code == 1 && said.startsWith("tlogcheck: ");
    }
  }

  private GoTool(Path program) {
    this.program = program;
  }

  public static GoTool build(Path directory) throws IOException, InterruptedException {
    var program = directory.resolve("tlogcheck");
    Ended built;
    try {
      built =
          run(
              SOURCES.toFile(),
              List.of(
                  "go", "build", "-trimpath", "-buildvcs=false", "-o", program.toString(), "."));
    } catch (IOException e) {
      throw new AssertionError("'go' is missing: " + INSTALL, e);
    }
    if (built.code() != 0)
      throw new AssertionError("go build failed; " + INSTALL + "\n" + built.said());
    return new GoTool(program);
  }

  public Ended run(List<String> args) throws IOException, InterruptedException {
    var command = new ArrayList<String>();
    command.add(program.toString());
    command.addAll(args);
    return run(new File("."), command);
  }

  private static Ended run(File directory, List<String> command)
      throws IOException, InterruptedException {
    var said = Files.createTempFile("tlogcheck", ".txt");
    try {
      var builder =
          new ProcessBuilder(command)
              .directory(directory)
              .redirectErrorStream(true)
              .redirectOutput(said.toFile());
      var environment = builder.environment();
      environment.put("GOPROXY", "off");
      environment.put("GOFLAGS", "-mod=readonly");
      environment.put("GOTOOLCHAIN", "local");
      var process = builder.start();
      if (!process.waitFor(300, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new AssertionError(command + " did not end within 300 s");
      }
      return new Ended(process.exitValue(), Files.readString(said).strip());
    } finally {
      Files.delete(said);
    }
  }
}
