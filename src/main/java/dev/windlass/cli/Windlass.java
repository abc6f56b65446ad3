package dev.windlass.cli;

import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The root of the command line. */
@Command(
    name = "windlass",
    description = "Runs WebAssembly functions on workers that nobody has to trust.",
    synopsisSubcommandLabel = "COMMAND",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Client commands find the head by --url or WINDLASS_URL (http://localhost:8080).",
      "`windlass help COMMAND` says more."
    })
public final class Windlass {
  private static final int WIDTH = 100;

  private final Ports ports;
  private final Terminal terminal;

  private Windlass(Ports ports, Terminal terminal) {
    this.ports = ports;
    this.terminal = terminal;
  }

  /** Runs one command and returns its exit code. */
  public static int run(Ports ports, String... args) {
    return run(ports, Terminal.ofProcess(), args);
  }

  static int run(Ports ports, Terminal terminal, String... args) {
    try {
      var line = new Windlass(ports, terminal).commandLine(args);
      if (args.length > 0) return line.execute(args);
      line.usage(terminal.err());
      return Exit.USAGE;
    } finally {
      terminal.out().flush();
    }
  }

  /** Of all commands, in the order of {@code help}. */
  static List<String> names(Ports ports) {
    return List.copyOf(new Windlass(ports, Terminal.ofProcess()).commands().keySet());
  }

  /** In the order in which a newcomer meets them. */
  private Map<String, Supplier<Object>> commands() {
    var commands = new LinkedHashMap<String, Supplier<Object>>();
    commands.put("run", () -> new RunCommand(ports, terminal));
    commands.put("up", () -> new UpCommand(ports.roles()));
    commands.put("deploy", () -> new DeployCommand(ports, terminal));
    commands.put("invoke", () -> new InvokeCommand(terminal));
    commands.put("get", () -> new GetCommand(terminal));
    commands.put("logs", () -> new LogsCommand(terminal));
    commands.put("receipt", () -> new ReceiptCommand(terminal));
    commands.put("verify", () -> new VerifyCommand(ports, terminal));
    commands.put("verify-misbehaviour", () -> new VerifyMisbehaviourCommand(terminal));
    commands.put("log", LogCommand::new);
    commands.put("delete", () -> new DeleteCommand(terminal));
    commands.put("revoke", () -> new RevokeCommand(terminal));
    commands.put("worker", () -> new WorkerCommand(ports.roles()));
    commands.put("witness", () -> new WitnessCommand(ports.roles()));
    commands.put("mirror", () -> new MirrorCommand(ports.roles()));
    commands.put("wait", () -> new WaitCommand(terminal));
    commands.put("doctor", () -> new DoctorCommand(ports, terminal));
    commands.put("version", () -> new VersionCommand(ports, terminal));
    commands.put("help", HelpCommand::new);
    return commands;
  }

  /**
   * With the command that is asked for, and no other: reading the annotations of all of them costs
   * a tenth of a second.
   */
  CommandLine commandLine(String... args) {
    var line = new CommandLine(this);
    var commands = commands();
    var asked = args.length > 0 ? commands.get(args[0]) : null;
    if (asked != null && !args[0].equals("help")) {
      line.addSubcommand(args[0], asked.get());
    } else {
      commands.forEach((name, command) -> line.addSubcommand(name, command.get()));
    }
    var log = line.getSubcommands().get("log");
    if (log != null) addLogCommands(log, args.length > 1 ? args[1] : "");
    line.getCommandSpec().versionProvider(() -> new String[] {ports.version()});
    line.setOut(new PrintWriter(terminal.out(), true));
    line.setErr(new PrintWriter(terminal.err(), true));
    line.setExpandAtFiles(false);
    line.setUsageHelpWidth(WIDTH);
    line.setUsageHelpAutoWidth(false);
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setParameterExceptionHandler((wrong, _) -> usage(wrong));
    line.setExecutionExceptionHandler((failure, _, _) -> failed(failure));
    addHelp(line);
    return line;
  }

  /** The one that is asked for, else all. */
  private void addLogCommands(CommandLine log, String asked) {
    var commands = LogCommand.commands(ports, terminal);
    var one = commands.get(asked);
    if (one != null) log.addSubcommand(asked, one.get());
    else commands.forEach((name, command) -> log.addSubcommand(name, command.get()));
  }

  private static void addHelp(CommandLine line) {
    var help = OptionSpec.builder("-h", "--help").usageHelp(true).hidden(true).arity("0").build();
    line.getSubcommands()
        .forEach(
            (name, command) -> {
              if (!name.equals("help")) command.getCommandSpec().addOption(help);
              addHelp(command);
            });
  }

  private int usage(ParameterException wrong) {
    var name = wrong.getCommandLine().getCommandSpec().qualifiedName();
    boolean root = wrong.getCommandLine().getParent() == null;
    boolean unknown = root && wrong instanceof UnmatchedArgumentException;
    var what =
        unknown
            ? "there is no command "
                + ((UnmatchedArgumentException) wrong).getUnmatched().getFirst()
            : wrong.getMessage();
    terminal.err().println("error: " + what);
    boolean nested = name.split(" ").length > 2;
    var help = nested ? name + " --help" : name.replaceFirst("^windlass ?", "windlass help ");
    terminal.err().println("  `" + help.strip() + "` says how");
    return Exit.USAGE;
  }

  private int failed(Exception failure) throws Exception {
    if (!(failure instanceof CommandFailure expected)) throw failure;
    terminal.out().flush();
    terminal.err().println("error: " + expected.getMessage());
    for (var line : expected.more()) terminal.err().println("  " + line);
    return expected.exit();
  }
}
