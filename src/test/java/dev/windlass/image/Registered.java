package dev.windlass.image;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.instruction.ConstantInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What the image builder is told: by Quarkus ({@code target/native-sources}), by the libraries and
 * by us. An entry with a condition counts as if the condition held.
 */
final class Registered {
  private static final String FOLDER = "META-INF/native-image/";
  private static final String FEATURE = "io/quarkus/runner/Feature.class";
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Flags and members of one type. */
  private static final class Type {
    final Set<String> flags = new HashSet<>();
    final Set<String> members = new HashSet<>();
    final Set<String> queried = new HashSet<>();
  }

  private final Map<String, Type> types = new HashMap<>();
  private final List<Pattern> resources = new ArrayList<>();
  private final Set<String> bundles = new HashSet<>();
  private final Set<String> proxies = new HashSet<>();
  private final Set<String> atRunTime = new TreeSet<>();
  private final Map<String, Set<String>> services = new HashMap<>();
  private final List<Pattern> excluded = new ArrayList<>();

  private Registered() {}

  /**
   * @param sources the folder that {@code quarkus.native.sources-only} fills
   */
  static Registered read(Path sources) throws IOException {
    var registered = new Registered();
    registered.arguments(Files.readString(sources.resolve("native-image.args")));
    var jars = new ArrayList<Path>();
    try (var files = Files.list(sources)) {
      files.filter(f -> f.toString().endsWith("-runner.jar")).forEach(jars::add);
    }
    if (jars.size() != 1)
      throw new IOException(sources + " has " + jars.size() + " runners, expected one");
    try (var files = Files.list(sources.resolve("lib"))) {
      files.filter(f -> f.toString().endsWith(".jar")).sorted().forEach(jars::add);
    }
    for (var jar : jars) registered.jar(jar);
    return registered;
  }

  int typeCount() {
    return types.size();
  }

  /** Whether a class is initialised when the image runs; all others are when it is built. */
  boolean isInitialisedAtRunTime(String className) {
    for (var name = className; ; name = name.substring(0, name.lastIndexOf('.'))) {
      if (atRunTime.contains(name)) return true;
      if (name.indexOf('.') < 0) return false;
    }
  }

  boolean hasType(String name) {
    return types.containsKey(name);
  }

  /**
   * @param kind methods, constructors, fields or classes
   */
  boolean lists(String type, String kind) {
    var found = types.get(type);
    if (found == null) return false;
    var plural = Character.toUpperCase(kind.charAt(0)) + kind.substring(1);
    return found.flags.contains("type")
        || found.flags.contains("allDeclared" + plural)
        || found.flags.contains("queryAllDeclared" + plural)
        || found.flags.contains("allPublic" + plural)
        || found.flags.contains("queryAllPublic" + plural);
  }

  boolean hasMember(String type, String member) {
    var found = types.get(type);
    if (found == null) return false;
    return found.queried.contains(member)
        || found.queried.contains(nameOf(member))
        || found.flags.contains("type")
        || found.flags.contains("queryAllDeclared" + kindOf(member))
        || found.flags.contains("queryAllPublic" + kindOf(member))
        || mayUse(type, member);
  }

  boolean mayUse(String type, String member) {
    var found = types.get(type);
    return found != null
        && (found.members.contains(member)
            || found.members.contains(nameOf(member))
            || found.flags.contains("allDeclared" + kindOf(member))
            || found.flags.contains("allPublic" + kindOf(member)));
  }

  boolean hasResource(String name) {
    return resources.stream().anyMatch(p -> p.matcher(name).matches());
  }

  boolean hasBundle(String name) {
    return bundles.contains(name) || hasResource(name.replace('.', '/') + ".properties");
  }

  boolean hasProxy(String interfaces) {
    return proxies.contains(interfaces);
  }

  /** The providers of a service that no image would find, of those in its jars. */
  List<String> lostProviders(String service) {
    var providers = services.getOrDefault(service, Set.of());
    if (!providers.isEmpty() && !hasResource("META-INF/services/" + service))
      return List.of("META-INF/services/" + service);
    return providers.stream().filter(p -> !mayUse(p, "<init>()")).sorted().toList();
  }

  private static String kindOf(String member) {
    if (member.startsWith("<init>(")) return "Constructors";
    return member.contains("(") ? "Methods" : "Fields";
  }

  /** An entry may name a method without its parameters, which means all of that name. */
  private static String nameOf(String member) {
    int at = member.indexOf('(');
    return at < 0 ? member : member.substring(0, at);
  }

  private void arguments(String line) {
    var words = List.of(line.strip().split("\\s+"));
    for (int i = 0; i + 2 < words.size(); i++)
      if (words.get(i).equals("--exclude-config"))
        excluded.add(Pattern.compile(words.get(i + 1) + "[^!]*!" + words.get(i + 2)));
    words.forEach(this::argument);
  }

  private void argument(String word) {
    var flag = "--initialize-at-run-time=";
    if (word.startsWith(flag)) atRunTime.addAll(List.of(word.substring(flag.length()).split(",")));
  }

  private void jar(Path path) throws IOException {
    try (var jar = new JarFile(path.toFile())) {
      for (var entry : jar.stream().toList()) {
        var name = entry.getName();
        if (name.startsWith("META-INF/services/") && !entry.isDirectory())
          services
              .computeIfAbsent(name.substring("META-INF/services/".length()), _ -> new TreeSet<>())
              .addAll(providers(bytes(jar, name)));
        if (name.equals(FEATURE)) feature(bytes(jar, name));
        if (name.startsWith(FOLDER) && !isExcluded(path, name)) metadata(name, bytes(jar, name));
      }
    }
  }

  private boolean isExcluded(Path jar, String name) {
    var at = jar.getFileName() + "!/" + name;
    return excluded.stream().anyMatch(p -> p.matcher(at).find());
  }

  private static byte[] bytes(JarFile jar, String name) throws IOException {
    try (InputStream in = jar.getInputStream(jar.getEntry(name))) {
      return in.readAllBytes();
    }
  }

  private static Set<String> providers(byte[] file) {
    return new String(file, StandardCharsets.UTF_8)
        .lines()
        .map(l -> l.replaceAll("#.*", "").strip())
        .filter(l -> !l.isEmpty())
        .collect(Collectors.toSet());
  }

  /** It collects the names of classes that are initialised when the image runs. */
  private void feature(byte[] bytes) {
    for (var method : ClassFile.of().parse(bytes).methods()) {
      var last = "";
      for (var element : method.code().map(c -> c.elementList()).orElse(List.of())) {
        if (element instanceof ConstantInstruction c && c.constantValue() instanceof String s)
          last = s;
        if (element instanceof InvokeInstruction call && call.name().equalsString("add"))
          atRunTime.add(last);
      }
    }
  }

  private void metadata(String name, byte[] bytes) throws IOException {
    switch (name.substring(name.lastIndexOf('/') + 1)) {
      case "native-image.properties" -> properties(bytes);
      case "reflect-config.json" -> JSON.readTree(bytes).forEach(this::type);
      case "resource-config.json" -> resourceConfig(JSON.readTree(bytes));
      case "proxy-config.json" -> JSON.readTree(bytes).forEach(this::proxy);
      case "reachability-metadata.json" -> reachability(JSON.readTree(bytes));
      default -> {}
    }
  }

  private void properties(byte[] bytes) throws IOException {
    var properties = new Properties();
    properties.load(new java.io.ByteArrayInputStream(bytes));
    for (var word : properties.getProperty("Args", "").split("\\s+")) argument(word);
  }

  private void reachability(JsonNode node) {
    node.path("reflection").forEach(this::type);
    for (var r : node.path("resources")) {
      if (r.has("glob")) resources.add(glob(r.path("glob").asText()));
      if (r.has("bundle")) bundles.add(r.path("bundle").asText());
    }
  }

  private void type(JsonNode node) {
    var name = node.path("type");
    if (name.isObject()) {
      name.path("proxy").forEach(_ -> {});
      proxies.add(joined(name.path("proxy")));
      return;
    }
    var type =
        types.computeIfAbsent(
            node.path(name.isTextual() ? "type" : "name").asText(), _ -> new Type());
    if (name.isTextual()) type.flags.add("type");
    node.properties().stream()
        .filter(e -> e.getValue().isBoolean() && e.getValue().asBoolean())
        .forEach(e -> type.flags.add(e.getKey()));
    for (var m : node.path("methods")) type.members.add(member(m));
    for (var m : node.path("queriedMethods")) type.queried.add(member(m));
    for (var f : node.path("fields")) type.members.add(f.path("name").asText());
  }

  private static String member(JsonNode node) {
    var name = node.path("name").asText();
    if (!node.has("parameterTypes")) return name;
    return name + "(" + joined(node.path("parameterTypes")) + ")";
  }

  private static String joined(JsonNode names) {
    var all = new ArrayList<String>();
    names.forEach(n -> all.add(n.asText()));
    return String.join(",", all);
  }

  private void proxy(JsonNode node) {
    proxies.add(joined(node.isArray() ? node : node.path("interfaces")));
  }

  private void resourceConfig(JsonNode node) {
    var all = node.path("resources");
    for (var include : all.has("includes") ? all.path("includes") : all)
      resources.add(Pattern.compile(include.path("pattern").asText()));
    for (var bundle : node.path("bundles"))
      bundles.add(bundle.path("name").asText().replaceFirst("^.*:", ""));
    for (var glob : node.path("globs")) resources.add(glob(glob.path("glob").asText()));
  }

  private static Pattern glob(String text) {
    return Pattern.compile(
        ("\\Q" + text + "\\E")
            .replace("**", "\\E.*\\Q")
            .replaceAll("(?<!\\.)\\*", "\\\\E[^/]*\\\\Q"));
  }
}
