package dev.windlass.app;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** The workers of one {@code up}: a supervised process each, with one log for all. */
final class WorkerProcesses implements AutoCloseable {
  /**
   * Small heap, because guests and bodies in flight are what takes memory; one collector thread,
   * because the cores belong to the lanes. The signing key is in memory: no core dump, no
   * attaching.
   */
  private static final List<String> JVM =
      List.of(
          "-XX:+UseSerialGC",
          "-Xms24m",
          "-Xmx384m",
          "-Xss512k",
          "-XX:MinHeapFreeRatio=10",
          "-XX:MaxHeapFreeRatio=30",
          "-XX:ReservedCodeCacheSize=64m",
          "-XX:+ExitOnOutOfMemoryError",
          "-XX:-CreateCoredumpOnCrash",
          "-XX:+DisableAttachMechanism",
          "-XX:-UsePerfData");

  /** The library is quiet, and parses no debug information of hostile modules. */
  private static final Map<String, String> ENVIRONMENT =
      Map.of("RUST_LOG", "off", "WASMTIME_BACKTRACE_DETAILS", "0");

  /**
   * A worker that {@code up} starts: as {@code worker}, without reading a command line for people.
   */
  static final String WORD = "worker-child";

  private final List<Supervisor> supervisors = new ArrayList<>();
  private final ChildLog log;

  /**
   * @param linkPort where they dial
   * @param token makes a join token, in clear
   */
  WorkerProcesses(
      UpSettings settings, int linkPort, Supplier<String> token, Consumer<String> problems)
      throws IOException {
    this.log = new ChildLog(logFile(settings.data()));
    for (int i = 1; i <= settings.workers(); i++) {
      var child =
          new Supervisor.Child("worker-" + i, command(settings, linkPort, i), ENVIRONMENT, token);
      supervisors.add(new Supervisor(child, Supervisor.Patience.USUAL, log, problems));
    }
  }

  static Path logFile(Path data) {
    return data.resolve("workers.log");
  }

  /** Process ids, 0 for one that does not run at this moment. */
  List<Long> pids() {
    return supervisors.stream().map(Supervisor::pid).toList();
  }

  @Override
  public void close() throws IOException {
    supervisors.forEach(Supervisor::stop);
    supervisors.forEach(Supervisor::close);
    log.close();
  }

  /**
   * As asked, else an equal share of three quarters of the machine: the head needs some as well.
   */
  private static long memoryMiB(UpSettings settings) {
    if (settings.memoryMiB() > 0) return settings.memoryMiB();
    long machine =
        ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
            ? system.getTotalMemorySize()
            : 0;
    return (machine >> 20) * 3 / 4 / settings.workers();
  }

  private static List<String> command(UpSettings settings, int linkPort, int number) {
    var flags = new ArrayList<>(JVM);
    var more = System.getenv("WINDLASS_WORKER_JAVA_OPTS");
    if (more != null && !more.isBlank()) flags.addAll(List.of(more.strip().split("\\s+")));
    var words = new ArrayList<>(Self.command(flags));
    words.addAll(
        List.of(
            WORD,
            "--supervised=true",
            "--join-token-file=-",
            "--head=" + settings.dialHost() + ":" + linkPort,
            "--data=" + settings.data().resolve("workers").resolve(Integer.toString(number))));
    if (settings.lanes() > 0) words.add("--lanes=" + settings.lanes());
    words.add("--memory=" + memoryMiB(settings));
    return List.copyOf(words);
  }
}
