import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Properties;
import java.util.TreeMap;
import java.util.UUID;

/**
 * Prints the bill of materials of an image (CycloneDX 1.6, JSON): each library that the build
 * resolved, libwasmtime and the Java run-time. Run from source by tools/container/layout.
 */
final class Sbom {
  /** One thing in the image. */
  private record Component(String group, String name, String version, String purl, String sha256) {
    String json() {
      var text = new StringBuilder("{\"type\":\"library\",\"bom-ref\":").append(quoted(purl));
      if (!group.isEmpty()) text.append(",\"group\":").append(quoted(group));
      text.append(",\"name\":").append(quoted(name));
      text.append(",\"version\":").append(quoted(version));
      text.append(",\"purl\":").append(quoted(purl));
      if (!sha256.isEmpty()) {
        text.append(",\"hashes\":[{\"alg\":\"SHA-256\",\"content\":\"").append(sha256).append("\"}]");
      }
      return text.append('}').toString();
    }
  }

  private Sbom() {}

  public static void main(String... args) throws IOException {
    var root = Path.of(args[0]);
    var image = Path.of(args[1]);
    var components = new ArrayList<>(libraries(root, image));
    components.add(engine(root, image));
    var runtime = System.getProperty("java.vm.version");
    components.add(
        new Component(
            "", "java-runtime", runtime, "pkg:generic/java-runtime@" + runtime.replace("+", "%2B"), ""));
    var lines = components.stream().map(Component::json).toList();
    var body = String.join(",\n", lines);
    // named after what is in it: equal images have equal bills
    var serial = UUID.nameUUIDFromBytes(body.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    System.out.println(
        "{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.6\",\"serialNumber\":\"urn:uuid:"
            + serial
            + "\",\"version\":1,\n\"metadata\":{\"component\":{\"type\":\"application\",\"name\":\"windlass\"}},\n\"components\":[\n"
            + body
            + "\n]}");
  }

  /** From the list that the build leaves; the digest where the jar itself is in the image. */
  private static List<Component> libraries(Path root, Path image) throws IOException {
    var list = root.resolve("target/quarkus-app/quarkus-app-dependencies.txt");
    if (!Files.exists(list)) {
      throw new IOException(list + " is missing: the application is not built");
    }
    var found = new TreeMap<String, Component>();
    for (var line : Files.readAllLines(list)) {
      // group:name:classifier:type:version
      var parts = line.strip().split(":");
      if (parts.length != 5 || parts[0].equals("dev.windlass")) continue;
      var suffix = parts[2].isEmpty() ? "" : "?classifier=" + parts[2];
      var purl = "pkg:maven/" + parts[0] + "/" + parts[1] + "@" + parts[4] + suffix;
      var file =
          parts[0] + "." + parts[1] + "-" + parts[4] + (parts[2].isEmpty() ? "" : "-" + parts[2]) + ".jar";
      var digest = "";
      for (var folder : List.of("lib/main", "lib/boot")) {
        var jar = image.resolve(folder).resolve(file);
        if (Files.exists(jar)) digest = sha256(jar);
      }
      found.put(purl, new Component(parts[0], parts[1], parts[4], purl, digest));
    }
    if (found.isEmpty()) throw new IOException(list + " names no library");
    return List.copyOf(found.values());
  }

  private static Component engine(Path root, Path image) throws IOException {
    var pins = new Properties();
    try (var in =
        Files.newInputStream(
            root.resolve("src/main/resources/dev/windlass/wasm/ffm/libwasmtime.properties"))) {
      pins.load(in);
    }
    var version = pins.getProperty("version");
    return new Component(
        "", "wasmtime", version, "pkg:pypi/wasmtime@" + version, sha256(image.resolve("libwasmtime.so")));
  }

  private static String sha256(Path file) throws IOException {
    try {
      var digest = MessageDigest.getInstance("SHA-256");
      try (var in = Files.newInputStream(file)) {
        var buffer = new byte[1 << 16];
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) digest.update(buffer, 0, n);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }

  private static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }
}
