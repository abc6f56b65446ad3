package dev.windlass.cli;

import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import dev.windlass.function.Limits;
import dev.windlass.function.World;
import dev.windlass.protocol.InvocationId;
import dev.windlass.protocol.Outcome;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "run",
    sortOptions = false,
    description = {
      "Runs a module here, without a server: the same engine, the same limits.",
      "",
      "stdin is the input, stdout the output, and the exit code is the guest's. What stops a guest"
          + " has an exit code of its own: 124 out of time, 134 trap, 137 out of memory, 139 stack"
          + " overflow, 152 out of fuel, 153 output too large; 125 no engine, 126 module unusable."
    })
final class RunCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "MODULE", description = "a .wasm or .wat file")
  @Nullable Path module;

  @Parameters(
      index = "1..*",
      arity = "0..*",
      paramLabel = "ARG",
      description = "arguments of the guest; after -- they may begin with -")
  List<String> args = List.of();

  @Mixin ManifestOptions options = new ManifestOptions();

  @Option(
      names = "--dir",
      paramLabel = "HOST::GUEST",
      description =
          "copies a directory into the guest's in-memory file system; nothing is written back")
  List<String> directories = List.of();

  @Option(
      names = "--world",
      paramLabel = "wasi|cgi",
      description = "cgi adds the variables of a request (RFC 3875); --env may replace them")
  World world = World.WASI;

  @Option(names = "--show", description = "fuel and time on stderr")
  boolean show;

  private final Ports ports;
  private final Terminal terminal;

  RunCommand(Ports ports, Terminal terminal) {
    this.ports = ports;
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    if (module == null) throw new AssertionError("picocli requires it");
    var octets = ModuleFile.read(module, ports.engines());
    var files = HostFiles.pack(directories);
    var members =
        options
            .members(world, args)
            .put("name", "local/" + name(module))
            .put("module", Digest.of(octets).toString());
    files.ifPresent(archive -> members.put("files", Digest.of(archive).toString()));
    var manifest = ManifestOptions.manifest(members);
    var input = ModuleFile.input(terminal, manifest.limits().inputBytes());
    var chance = new SecureRandom();
    var nonce = new byte[16];
    chance.nextBytes(nonce);
    var id = InvocationId.of(System.currentTimeMillis(), chance.nextLong(), chance.nextLong());
    var env = world == World.CGI ? request(input) : new TreeMap<String, String>();
    env.keySet().removeAll(manifest.env().keySet());
    try {
      var preopens = HostFiles.preopens(directories);
      var job =
          new Engines.Job(manifest, octets, files, preopens, id, Bytes.wrap(nonce), env, input);
      return report(ports.engines().run(job), manifest.limits());
    } catch (EngineFailure e) {
      throw ModuleFile.failed(module + ": ", e);
    }
  }

  /** argv[0]: the file's name, made a label. */
  private static String name(Path module) {
    var file = String.valueOf(module.getFileName());
    var label =
        file.replaceFirst("\\.(wasm|wat)$", "")
            .toLowerCase(Locale.ROOT)
            .replaceAll("[^a-z0-9]+", "-")
            .replaceAll("^-+|-+$", "");
    if (label.length() > 63) label = label.substring(0, 63).replaceAll("-+$", "");
    return label.isEmpty() ? "module" : label;
  }

  private static TreeMap<String, String> request(Bytes input) {
    SortedMap<String, String> env = new TreeMap<>();
    env.put("GATEWAY_INTERFACE", "CGI/1.1");
    env.put("SERVER_PROTOCOL", "HTTP/1.1");
    env.put("SERVER_SOFTWARE", "windlass");
    env.put("SERVER_NAME", "localhost");
    env.put("SERVER_PORT", "80");
    env.put("REMOTE_ADDR", "127.0.0.1");
    env.put("SCRIPT_NAME", "");
    env.put("PATH_INFO", "/");
    env.put("QUERY_STRING", "");
    env.put("REQUEST_METHOD", input.size() == 0 ? "GET" : "POST");
    if (input.size() > 0) env.put("CONTENT_LENGTH", Integer.toString(input.size()));
    return new TreeMap<>(env);
  }

  private int report(Engines.Ran ran, Limits limits) {
    terminal.out().writeBytes(ran.output().unsafeArray());
    terminal.out().flush();
    terminal.err().writeBytes(ran.stderr().unsafeArray());
    boolean exited = ran.outcome() instanceof Outcome.Exited;
    if (!exited && ran.stderr().size() > 0 && ran.stderr().at(ran.stderr().size() - 1) != '\n')
      terminal.err().println();
    if (ran.droppedStderr() > 0)
      terminal
          .err()
          .println(
              "windlass: "
                  + ran.droppedStderr()
                  + " bytes of stderr beyond its limit of "
                  + Sizes.bytes(limits.stderrBytes())
                  + " were dropped");
    if (show)
      terminal
          .err()
          .println("fuel " + Sizes.count(ran.fuel()) + ", " + Sizes.micros(ran.nanos() / 1_000));
    return switch (ran.outcome()) {
      case Outcome.Exited(int code) -> code >= 0 && code <= 255 ? code : large(code);
      case Outcome.Trapped(var word) -> stopped(Exit.TRAP, "trapped: " + word);
      case Outcome.OutOfFuel(long limit) ->
          stopped(Exit.OUT_OF_FUEL, "used up its fuel of " + Sizes.count(limit), "fuel");
      case Outcome.OutOfMemory(long limit) ->
          stopped(Exit.OUT_OF_MEMORY, "needs more memory than " + Sizes.bytes(limit), "memory");
      case Outcome.OutOfTime(long limit) ->
          stopped(Exit.OUT_OF_TIME, "ran longer than " + limit + " ms", "timeout");
      case Outcome.OutputTooLarge(long limit) ->
          stopped(Exit.OUTPUT_TOO_LARGE, "wrote more than " + Sizes.bytes(limit), "output");
      case Outcome.StackOverflow() -> stopped(Exit.STACK_OVERFLOW, "used up its stack");
    };
  }

  private int large(int code) {
    terminal.err().println("error: the guest's exit code " + code + " does not fit a process's");
    return Exit.FUNCTION;
  }

  private int stopped(int exit, String what, String... limit) {
    terminal.err().println("error: the guest " + what);
    for (var name : limit) terminal.err().println("  --limit " + name + "=… gives it more");
    return exit;
  }
}
