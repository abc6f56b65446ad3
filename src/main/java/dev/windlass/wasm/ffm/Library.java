package dev.windlass.wasm.ffm;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Properties;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The file of libwasmtime that was found and whose digest was checked.
 *
 * @param version as pinned; of a library accepted by {@code WINDLASS_WASMTIME_DIGEST} it is not
 *     known and says so
 * @param sha256 64 lower-case hexadecimal digits
 */
public record Library(Path path, String version, String sha256) {
  static final String PINS = "libwasmtime.properties";
  private static final String FETCH = "tools/fetch-wasmtime fetches it";

  /** Where to look: {@code environment} and {@code property} give null for what is not set. */
  record Surroundings(
      UnaryOperator<@Nullable String> environment,
      UnaryOperator<@Nullable String> property,
      Properties pins) {
    String arch() {
      var arch = property.apply("os.arch");
      return "amd64".equals(arch) ? "x86_64" : String.valueOf(arch);
    }
  }

  /**
   * The library of this process, found and checked once.
   *
   * @throws LibraryException when there is none that may be loaded
   */
  public static Library inUse() {
    return switch (Found.RESULT) {
      case Library library -> library;
      case LibraryException e -> throw new LibraryException(String.valueOf(e.getMessage()), e);
      default -> throw new AssertionError();
    };
  }

  static Library find(Surroundings at) {
    var pins = at.pins();
    var version = pins.getProperty("version");
    if (Arrays.compare(numbers(version), numbers(pins.getProperty("minimum"))) < 0) {
      throw new LibraryException(
          "libwasmtime " + version + " is pinned, the minimum is " + pins.getProperty("minimum"));
    }
    var expected = pins.getProperty("library." + at.arch());
    if (expected == null)
      throw new LibraryException("no libwasmtime is pinned for the architecture " + at.arch());
    var path = place(at, version);
    var actual = sha256(path);
    if (List.of(pins.getProperty("denied", "").split(",")).contains(actual))
      throw new LibraryException(
          path + " (SHA-256 " + actual + ") is on the list of denied libraries");
    if (actual.equals(expected)) return new Library(path, version, actual);
    if (actual.equals(at.environment().apply("WINDLASS_WASMTIME_DIGEST")))
      return new Library(path, "unpinned", actual);
    throw new LibraryException(
        "%s has SHA-256 %s, expected %s (libwasmtime %s for %s); %s, or WINDLASS_WASMTIME_DIGEST=%s accepts this one"
            .formatted(path, actual, expected, version, at.arch(), FETCH, actual));
  }

  static Properties pins() {
    var pins = new Properties();
    try (InputStream in = Library.class.getResourceAsStream(PINS)) {
      if (in == null) throw new AssertionError("the resource " + PINS + " is missing");
      pins.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the resource " + PINS, e);
    }
    return pins;
  }

  private static Path place(Surroundings at, String version) {
    var named = at.environment().apply("WINDLASS_WASMTIME");
    var from = "WINDLASS_WASMTIME";
    if (named == null || named.isEmpty()) {
      named = at.property().apply("windlass.wasmtime");
      from = "windlass.wasmtime";
    }
    if (named == null || named.isEmpty()) {
      var cache = at.environment().apply("WINDLASS_CACHE");
      var root =
          cache != null && !cache.isEmpty()
              ? Path.of(cache)
              : Path.of(String.valueOf(at.property().apply("user.home")), ".cache", "windlass");
      named = root.resolve("wasmtime-" + version + "-" + at.arch() + "/libwasmtime.so").toString();
      from = "the cache";
    }
    var path = Path.of(named).toAbsolutePath();
    if (!Files.isRegularFile(path)) {
      throw new LibraryException(
          "libwasmtime %s is missing: %s (from %s) is no file; %s"
              .formatted(version, path, from, FETCH));
    }
    return path;
  }

  private static String sha256(Path path) {
    try {
      var digest = MessageDigest.getInstance("SHA-256");
      try (var in = new DigestInputStream(Files.newInputStream(path), digest)) {
        var buffer = new byte[1 << 16];
        while (in.read(buffer) >= 0) {}
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    } catch (IOException e) {
      throw new LibraryException("cannot read " + path, e);
    }
  }

  private static int[] numbers(String version) {
    return Arrays.stream(version.split("\\.")).mapToInt(Integer::parseInt).toArray();
  }

  /** Found at first use, not when the class is built into a native image. */
  private static final class Found {
    static final Object RESULT = result();

    private static Object result() {
      try {
        return find(new Surroundings(System::getenv, System::getProperty, pins()));
      } catch (LibraryException e) {
        return e;
      }
    }
  }
}
