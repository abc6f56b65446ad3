package dev.windlass.cli;

import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import dev.windlass.function.FunctionName;
import dev.windlass.function.Manifest;
import dev.windlass.function.ManifestJson;
import dev.windlass.function.Retry;
import dev.windlass.function.World;
import dev.windlass.json.Json;
import dev.windlass.json.Located;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "deploy",
    sortOptions = false,
    description = {
      "Uploads a module and makes it the current version of a function.",
      "",
      "A worker compiles it first; nothing changes unless that succeeds. Deploying again replaces"
          + " the version without a failed request."
    })
final class DeployCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "MODULE", description = "a .wasm or .wat file")
  @Nullable Path module;

  @Parameters(
      index = "1..*",
      arity = "0..*",
      paramLabel = "ARG",
      description = "arguments of the guest; after -- they may begin with -")
  List<String> args = List.of();

  @Option(
      names = "--name",
      required = true,
      paramLabel = "[NAMESPACE/]NAME",
      description = "of the function; the namespace is `default` unless given")
  String name = "";

  @Option(
      names = "--world",
      paramLabel = "wasi|cgi",
      description =
          "wasi (the default): request body on stdin, stdout is the answer; cgi: RFC 3875, any"
              + " method, path and header")
  World world = World.WASI;

  @Option(
      names = "--files",
      paramLabel = "DIR",
      description = "its content is what the guest sees below /, read-only")
  @Nullable Path files;

  @Mixin ManifestOptions options = new ManifestOptions();

  @Option(
      names = "--retry",
      paramLabel = "safe|never",
      description = "whether a request runs again when its worker is lost (default: safe)")
  Retry retry = Retry.SAFE;

  @Option(
      names = "--route",
      paramLabel = "[HOST]/PATH",
      description = "answers there too, beside /fn/NAMESPACE/NAME")
  @Nullable String route;

  @Option(
      names = "--method",
      split = ",",
      paramLabel = "METHOD",
      description = "methods it takes (default: all)")
  List<String> methods = List.of();

  @Option(
      names = "--hardware",
      split = ",",
      paramLabel = "NAME=AMOUNT",
      description =
          "what a worker's machine must have at least: vcpus=2 minMhz=2400 memoryPerVcpu=2Gi"
              + " nvme=10Gi architecture=amd64")
  List<String> hardware = List.of();

  @Mixin HeadOptions head = new HeadOptions();

  private final Ports ports;
  private final Terminal terminal;

  DeployCommand(Ports ports, Terminal terminal) {
    this.ports = ports;
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    if (module == null) throw new AssertionError("picocli requires it");
    var target = head.head(terminal);
    var octets = ModuleFile.read(module, ports.engines());
    var archive = Optional.ofNullable(files).map(HostFiles::pack);
    var manifest = manifest(octets, archive);
    upload(target, "module", octets);
    archive.ifPresent(packed -> upload(target, "files", packed));
    var progress = new Progress(terminal);
    Located done;
    try {
      done = target.deploy(manifest.name(), ManifestJson.write(manifest), progress::line);
    } finally {
      progress.end();
    }
    terminal.out().print(described(done, octets, archive));
    return Exit.OK;
  }

  private Manifest manifest(Bytes octets, Optional<Bytes> archive) {
    var members =
        options
            .members(world, args)
            .put("name", functionName(name).toString())
            .put("module", Digest.of(octets).toString())
            .put("retry", retry.name().toLowerCase(Locale.ROOT));
    archive.ifPresent(packed -> members.put("files", Digest.of(packed).toString()));
    if (route != null || !methods.isEmpty()) members.put("route", route());
    if (!hardware.isEmpty()) members.put("hardware", hardware());
    return ManifestOptions.manifest(members);
  }

  static FunctionName functionName(String text) {
    try {
      return FunctionName.parse(text);
    } catch (IllegalArgumentException e) {
      throw new CommandFailure(Exit.USAGE, String.valueOf(e.getMessage()));
    }
  }

  private Json route() {
    var json = Json.object();
    if (route != null) {
      int slash = route.indexOf('/');
      if (slash < 0)
        throw new CommandFailure(Exit.USAGE, "--route takes [HOST]/PATH, not " + route);
      json.put("host", route.substring(0, slash)).put("path", route.substring(slash));
    }
    var upper = methods.stream().map(m -> m.toUpperCase(Locale.ROOT)).toList();
    return json.put("methods", Json.texts(upper)).build();
  }

  private Json hardware() {
    var members = new TreeMap<String, Json>();
    ManifestOptions.pairs("--hardware", hardware)
        .forEach(
            (key, text) -> members.put(key, key.equals("vcpus") ? number(text) : Json.of(text)));
    return new Json.Obj(members);
  }

  private static Json number(String text) {
    if (!text.matches("[0-9]{1,6}(\\.[0-9]{1,3})?"))
      throw new CommandFailure(Exit.USAGE, "vcpus must be a number such as 2 or 0.5, not " + text);
    return Json.of(Double.parseDouble(text));
  }

  private void upload(Head target, String what, Bytes octets) {
    var digest = Digest.of(octets);
    if (target.has(digest)) return;
    terminal.err().println("uploading " + what + ", " + Sizes.bytes(octets.size()));
    target.upload(digest, octets);
  }

  private static String described(Located done, Bytes module, Optional<Bytes> archive) {
    var out = new StringBuilder();
    boolean same = done.find("changed").map(c -> !c.bool()).orElse(false);
    out.append(done.get("name").text()).append(same ? " is as it was\n" : " is deployed\n");
    line(out, "url", done.get("url").text());
    line(out, "version", done.get("manifest").text());
    line(out, "module", done.get("module").text() + " (" + Sizes.bytes(module.size()) + ")");
    archive.ifPresent(
        packed -> line(out, "files", Digest.of(packed) + " (" + Sizes.bytes(packed.size()) + ")"));
    long millis = done.get("compiledMillis").integer(0, Json.MAX_INTEGER);
    var code = Sizes.bytes(done.get("codeBytes").integer(0, Json.MAX_INTEGER)) + " of code";
    line(
        out,
        "compiled",
        millis == 0 ? "before (" + code + ")" : "in " + Sizes.micros(millis * 1_000) + ", " + code);
    var limits = ManifestJson.limits(done.get("limits"));
    line(
        out,
        "limits",
        "fuel %s, memory %s, timeout %s, input %s, output %s"
            .formatted(
                Sizes.count(limits.fuel()),
                Sizes.bytes(limits.memoryBytes()),
                Sizes.micros(limits.timeout().toMillis() * 1_000),
                Sizes.bytes(limits.inputBytes()),
                Sizes.bytes(limits.outputBytes())));
    var imports = done.get("imports").texts();
    line(out, "imports", imports.isEmpty() ? "none" : imports.getFirst());
    for (int i = 1; i < imports.size(); i++) line(out, "", imports.get(i));
    return out.toString();
  }

  private static void line(StringBuilder out, String what, String text) {
    out.append("  %-9s %s%n".formatted(what, Table.harmless(text)));
  }

  /** Where the head is with it: one line that is overwritten, or the changes only. */
  private static final class Progress {
    private final Terminal terminal;
    private String last = "";

    Progress(Terminal terminal) {
      this.terminal = terminal;
    }

    void line(Located at) {
      var event = at.find("event").map(Located::text).orElse("");
      var worker = at.find("worker").map(w -> w.text().replaceFirst(".*/", " by ")).orElse("");
      var what = Table.harmless(event.equals("preparing") ? "compiling" + worker : event);
      if (terminal.isPerson()) {
        var elapsed =
            at.find("elapsedMillis")
                .map(ms -> ", " + ms.integer(0, Json.MAX_INTEGER) / 1_000 + " s")
                .orElse("");
        terminal.err().print("\r\033[K" + what + elapsed);
        terminal.err().flush();
      } else if (!what.equals(last)) {
        terminal.err().println(what);
      }
      last = what;
    }

    void end() {
      if (terminal.isPerson() && !last.isEmpty()) terminal.err().print("\r\033[K");
    }
  }
}
