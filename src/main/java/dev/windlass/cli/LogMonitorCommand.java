package dev.windlass.cli;

import dev.windlass.json.JsonException;
import dev.windlass.tlog.TlogException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "monitor",
    sortOptions = false,
    description = {
      "Follows a log and shouts when it, or a head in it, breaks its word.",
      "",
      "Each look verifies the checkpoint (log key, quorum), that its tree extends the last one seen,"
          + " and every new entry: no place of a head's chain twice, and within 10 s (and 30 s for"
          + " clocks) none left out of what its epochs name. A fork, a rollback, an equivocation or an"
          + " omission ends it with exit code 20, and what proves it is in a file named on stdout."
    })
final class LogMonitorCommand implements Callable<Integer> {
  @Mixin LogOptions options = new LogOptions();

  @Option(
      names = "--state",
      paramLabel = "FILE",
      description =
          "what it remembers, the policy of its first look included (default: monitor.json in"
              + " `up`'s data directory)")
  @Nullable Path state;

  @Option(names = "--once", description = "looks once, for cron")
  boolean once;

  @Option(names = "--interval", paramLabel = "SECONDS", description = "between looks (default: 10)")
  int interval = 10;

  @Option(
      names = "--receipt",
      paramLabel = "FILE",
      description =
          "a receipt you were given, to hold against the log: a receipt file or its DSSE envelope;"
              + " may be repeated")
  List<Path> receipts = List.of();

  @Option(
      names = "--evidence",
      paramLabel = "DIR",
      description = "where proofs are written (default: beside --state)")
  @Nullable Path evidence;

  private final Ports ports;
  private final Terminal terminal;

  LogMonitorCommand(Ports ports, Terminal terminal) {
    this.ports = ports;
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    if (interval < 1) throw new CommandFailure(Exit.USAGE, "--interval is 1 or more");
    var file = state != null ? state : ports.dataDirectory().resolve("monitor.json");
    var files = options.files(terminal);
    var remembered = remembered(file, files);
    var held = new HeldReceipts();
    receipts.forEach(held::add);
    var monitor = new Monitor(files, remembered, held);
    while (true) {
      var failure = look(monitor, remembered, file);
      if (failure != Exit.OK || once) return failure;
      try {
        TimeUnit.SECONDS.sleep(interval);
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
        return Exit.OK;
      }
    }
  }

  /** A log that does not answer is looked at again, unless this is the only look. */
  private int look(Monitor monitor, MonitorState remembered, Path file) {
    Monitor.Look look;
    try {
      look = monitor.look(new Progress(terminal, System::nanoTime), Instant.now());
    } catch (CommandFailure e) {
      if (once || e.exit() != Exit.UNREACHABLE) throw e;
      terminal.err().println("waiting: " + e.getMessage());
      return Exit.OK;
    }
    return switch (look) {
      case Monitor.Look.Bad(var alarm) -> shout(List.of(alarm), file);
      case Monitor.Look.Good(long from, long to, var alarms) -> {
        save(remembered, file);
        if (!alarms.isEmpty()) yield shout(alarms, file);
        if (once || from < to) terminal.out().printf("ok: %,d entries, %,d new%n", to, to - from);
        terminal.out().flush();
        warnIfOld(remembered);
        yield Exit.OK;
      }
    };
  }

  /** A log that is shown an old tree of looks idle: only the clock tells. */
  private void warnIfOld(MonitorState remembered) {
    remembered
        .last()
        .map(seen -> Duration.between(seen.at(), Instant.now()))
        .filter(age -> age.compareTo(Duration.ofMinutes(15)) > 0)
        .ifPresent(
            age ->
                terminal
                    .err()
                    .println(
                        "warning: witnesses saw this tree last "
                            + age.toMinutes()
                            + " minutes ago; a log shows a new one every 10"));
  }

  private MonitorState remembered(Path file, LogFiles files) {
    if (!Files.exists(file)) return new MonitorState(options.policy(files, terminal));
    try {
      var loaded = MonitorState.load(file);
      if (!options.hasPolicy()) return loaded;
      var given = options.policy(files, terminal);
      if (given.text().equals(loaded.policy.text())) return loaded;
      throw new CommandFailure(
          Exit.USAGE,
          file + " was begun with another policy than --policy",
          "give another --state, or see why the policy changed");
    } catch (IOException | JsonException e) {
      throw new CommandFailure(Exit.LOCAL, "cannot use " + file + ": " + e.getMessage());
    }
  }

  private static void save(MonitorState remembered, Path file) {
    try {
      remembered.save(file);
    } catch (IOException e) {
      throw new CommandFailure(Exit.LOCAL, "cannot write " + file + ": " + e.getMessage());
    }
  }

  private int shout(List<Monitor.Alarm> alarms, Path file) {
    int number = 0;
    for (var alarm : alarms) {
      terminal.out().println("MISBEHAVIOUR " + alarm.kind() + ": " + Table.harmless(alarm.text()));
      for (var written : write(alarm, file, ++number))
        terminal.out().println("  proof: " + written);
      for (var note : alarm.notes()) terminal.out().println("\n" + note.stripTrailing());
    }
    terminal.out().flush();
    return Exit.MISBEHAVIOUR;
  }

  private List<Path> write(Monitor.Alarm alarm, Path file, int number) {
    var parent = file.toAbsolutePath().getParent();
    var directory = evidence != null ? evidence : parent != null ? parent : Path.of(".");
    var stem = "misbehaviour-" + alarm.kind() + "-" + Instant.now().getEpochSecond() + "-" + number;
    var written = new ArrayList<Path>();
    try {
      Files.createDirectories(directory);
      if (alarm.proof().isPresent()) {
        var proof = directory.resolve(stem + ".json");
        Files.write(proof, alarm.proof().get().encode().toArray());
        written.add(proof);
      }
      if (!alarm.notes().isEmpty()) {
        var notes = directory.resolve(stem + ".txt");
        Files.writeString(notes, String.join("\n", alarm.notes()));
        written.add(notes);
      }
      return written;
    } catch (IOException | TlogException e) {
      throw new CommandFailure(
          Exit.MISBEHAVIOUR, "the proof cannot be written to " + directory + ": " + e.getMessage());
    }
  }
}
