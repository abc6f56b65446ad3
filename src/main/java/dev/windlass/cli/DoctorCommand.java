package dev.windlass.cli;

import dev.windlass.cli.Engines.Finding;
import dev.windlass.cli.Engines.Finding.State;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "doctor",
    sortOptions = false,
    description = {
      "Looks whether Windlass can work here, and says what to do where it cannot.",
      "",
      "One line a finding: ok, warn or fail. Exit code 6 when something fails."
    })
final class DoctorCommand implements Callable<Integer> {
  private static final int JAVA = 25;
  private static final long LITTLE_DISK = 2L << 30;
  private static final int USUAL_PORT = 8080;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "data directory to look at (default: that of `windlass up`)")
  @Nullable Path data;

  @Mixin HeadOptions head = new HeadOptions();

  private final Ports ports;
  private final Terminal terminal;

  DoctorCommand(Ports ports, Terminal terminal) {
    this.ports = ports;
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    var findings = new ArrayList<Finding>();
    findings.add(java());
    findings.addAll(engine());
    findings.add(data(data != null ? data : ports.dataDirectory()));
    var reached = head();
    findings.add(reached);
    if (reached.state() != State.OK) findings.add(port());
    boolean failed = false;
    for (var finding : findings) {
      var state =
          switch (finding.state()) {
            case OK -> "ok";
            case WARN -> "warn";
            case FAIL -> "FAIL";
          };
      terminal.out().printf("%-5s %-8s %s%n", state, finding.what(), finding.detail());
      finding.advice().lines().forEach(line -> terminal.out().println("               " + line));
      failed |= finding.state() == State.FAIL;
    }
    return failed ? Exit.LOCAL : Exit.OK;
  }

  private static Finding java() {
    var version = Runtime.version();
    var detail = version + " in " + System.getProperty("java.home");
    return version.feature() >= JAVA
        ? ok("java", detail)
        : new Finding(
            State.FAIL,
            "java",
            detail,
            "install a JDK " + JAVA + " or later, such as temurin-25-jdk");
  }

  private List<Finding> engine() {
    try {
      return ports.engines().examine();
    } catch (EngineFailure e) {
      return List.of(
          new Finding(
              State.FAIL,
              "engine",
              String.valueOf(e.getMessage()),
              "`make setup` fetches the library"));
    }
  }

  /** The nearest directory that exists decides; {@code up} makes the rest. */
  private static Finding data(Path directory) {
    var there = directory.toAbsolutePath();
    while (there != null && !Files.exists(there)) there = there.getParent();
    if (there == null || !Files.isDirectory(there) || !Files.isWritable(there))
      return new Finding(
          State.FAIL,
          "data",
          directory + ": cannot be written",
          "choose another with `windlass up --data DIR`, or mend its permissions");
    try {
      long free = Files.getFileStore(there).getUsableSpace();
      var detail = directory + ", " + Sizes.bytes(free) + " free";
      return free >= LITTLE_DISK
          ? ok("data", detail)
          : new Finding(
              State.WARN, "data", detail, "less than " + Sizes.bytes(LITTLE_DISK) + ": make room");
    } catch (IOException e) {
      return new Finding(
          State.WARN, "data", directory + ": free space unknown: " + e.getMessage(), "");
    }
  }

  private Finding head() {
    var target = head.head(terminal);
    try {
      var workers = target.get("/api/v1/workers").get("workers").elements().size();
      var detail = target.url() + ", " + workers + (workers == 1 ? " worker" : " workers");
      return workers > 0
          ? ok("head", detail)
          : new Finding(State.WARN, "head", detail, "no function can run until a worker joins");
    } catch (CommandFailure e) {
      return new Finding(
          State.WARN, "head", String.valueOf(e.getMessage()), String.join("\n", e.more()));
    }
  }

  private static Finding port() {
    try (var socket = new ServerSocket(USUAL_PORT, 1, InetAddress.getLoopbackAddress())) {
      return ok("port", socket.getLocalPort() + " is free");
    } catch (IOException e) {
      return new Finding(
          State.WARN,
          "port",
          USUAL_PORT + " is in use",
          "`windlass up --port N` takes another one, --port 0 a free one");
    }
  }

  private static Finding ok(String what, String detail) {
    return new Finding(State.OK, what, detail, "");
  }
}
