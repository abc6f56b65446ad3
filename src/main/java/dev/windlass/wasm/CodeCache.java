package dev.windlass.wasm;

import dev.windlass.function.Digest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Compiled code on disk. It is native code that will be executed, so every file is authenticated
 * before it is mapped: HMAC-SHA256 over its name and contents with a key that only this directory
 * holds (file 0600 in a directory 0700). Several processes may share the directory.
 *
 * <p>A file is named by module and a hash of all else that decides the code. It holds the code (an
 * ELF image that the library maps from offset 0), the facts, their length, and the HMAC.
 */
final class CodeCache {
  private static final System.Logger LOG = System.getLogger(CodeCache.class.getName());
  private static final String SUFFIX = ".code";
  private static final String TEMPORARY = ".tmp";
  private static final int MAC_BYTES = 32;
  private static final int KEY_BYTES = 32;
  private static final Duration ABANDONED = Duration.ofHours(1);

  private final Path directory;
  private final long maxBytes;
  private final String configuration;
  private final InstantSource clock;
  private final SecretKeySpec key;

  /**
   * @param file authenticated; delete nothing but through the cache
   */
  record Entry(Path file, ModuleFacts facts, long codeBytes) {}

  private CodeCache(
      Path directory, long maxBytes, String configuration, InstantSource clock, SecretKeySpec key) {
    this.directory = directory;
    this.maxBytes = maxBytes;
    this.configuration = configuration;
    this.clock = clock;
    this.key = key;
  }

  /**
   * @param configuration all that decides the code beside the module
   */
  static CodeCache open(Path directory, long maxBytes, Digest configuration, InstantSource clock)
      throws IOException {
    PrivateDirectory.make(directory);
    var key = key(directory.resolve("key"));
    var cache =
        new CodeCache(directory, maxBytes, configuration.hex().substring(0, 32), clock, key);
    cache.sweep();
    return cache;
  }

  /** The code of a module if it is here and whole; what is damaged is removed and said. */
  Optional<Entry> find(Digest module) throws IOException {
    var file = file(module);
    try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
      long size = channel.size();
      if (size < MAC_BYTES + 4) return damaged(file, "it has " + size + " bytes");
      var contents = channel.map(FileChannel.MapMode.READ_ONLY, 0, size - MAC_BYTES);
      var written = new byte[MAC_BYTES];
      channel.read(ByteBuffer.wrap(written), size - MAC_BYTES);
      if (!MessageDigest.isEqual(written, mac(file, contents)))
        return damaged(file, "its HMAC does not match");
      int factsBytes = contents.getInt((int) (size - MAC_BYTES - 4));
      int codeBytes = (int) (size - MAC_BYTES - 4 - factsBytes);
      var facts = new byte[factsBytes];
      contents.get(codeBytes, facts);
      Files.setLastModifiedTime(file, FileTime.from(clock.instant()));
      return Optional.of(new Entry(file, ModuleFacts.parse(facts), codeBytes));
    } catch (NoSuchFileException _) {
      return Optional.empty();
    }
  }

  /** A file below the directory for a compiler to write to. */
  Path temporary() throws IOException {
    return Files.createTempFile(directory, "code", TEMPORARY);
  }

  Path directory() {
    return directory;
  }

  /** Takes a temporary file with code over: completed, synced, then under its name at once. */
  Entry keep(Digest module, Path temporary, ModuleFacts facts) throws IOException {
    var file = file(module);
    long codeBytes = Files.size(temporary);
    var octets = facts.toBytes();
    var trailer = ByteBuffer.allocate(octets.length + 4).put(octets).putInt(octets.length).flip();
    try (var channel =
        FileChannel.open(temporary, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      write(channel, trailer, codeBytes);
      long size = channel.size();
      var contents = channel.map(FileChannel.MapMode.READ_ONLY, 0, size);
      write(channel, ByteBuffer.wrap(mac(file, contents)), size);
      channel.force(true);
    }
    Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rw-------"));
    Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    return new Entry(file, facts, codeBytes);
  }

  void remove(Digest module) throws IOException {
    Files.deleteIfExists(file(module));
  }

  /** Modules whose code is here for this configuration. */
  TreeSet<Digest> modules() throws IOException {
    var ending = "." + configuration + SUFFIX;
    var modules = new TreeSet<Digest>();
    try (Stream<Path> files = Files.list(directory)) {
      files
          .map(f -> f.getFileName().toString())
          .filter(n -> n.length() == 64 + ending.length() && n.endsWith(ending))
          .forEach(n -> modules.add(new Digest(n.substring(0, 64))));
    }
    return modules;
  }

  /** Removes the least recently used until the bound holds. Code in use stays mapped. */
  void trim() throws IOException {
    record Aged(Path file, FileTime used, long bytes) {}
    List<Path> files;
    try (Stream<Path> all = Files.list(directory)) {
      files = all.filter(f -> f.toString().endsWith(SUFFIX)).toList();
    }
    var aged = new ArrayList<Aged>();
    long total = 0;
    for (var f : files) {
      try {
        aged.add(new Aged(f, Files.getLastModifiedTime(f), Files.size(f)));
        total += aged.getLast().bytes;
      } catch (NoSuchFileException _) {
        // another process removed it
      }
    }
    aged.sort(Comparator.comparing(Aged::used).thenComparing(Aged::file));
    for (var a : aged) {
      if (total <= maxBytes) return;
      Files.deleteIfExists(a.file);
      total -= a.bytes;
    }
  }

  private void sweep() throws IOException {
    var oldest = FileTime.from(clock.instant().minus(ABANDONED));
    try (Stream<Path> all = Files.list(directory)) {
      for (var f : all.filter(f -> f.toString().endsWith(TEMPORARY)).toList()) {
        if (Files.getLastModifiedTime(f).compareTo(oldest) < 0) Files.deleteIfExists(f);
      }
    }
    trim();
  }

  private Path file(Digest module) {
    return directory.resolve(module.hex() + "." + configuration + SUFFIX);
  }

  private static Optional<Entry> damaged(Path file, String why) throws IOException {
    LOG.log(System.Logger.Level.WARNING, "compiled code dropped file={0} why={1}", file, why);
    Files.deleteIfExists(file);
    return Optional.empty();
  }

  private byte[] mac(Path file, ByteBuffer contents) {
    try {
      var mac = Mac.getInstance("HmacSHA256");
      mac.init(key);
      mac.update(file.getFileName().toString().getBytes(StandardCharsets.UTF_8));
      mac.update(contents.duplicate());
      return mac.doFinal();
    } catch (NoSuchAlgorithmException | InvalidKeyException e) {
      throw new AssertionError("every Java platform has HmacSHA256", e);
    }
  }

  private static void write(FileChannel channel, ByteBuffer octets, long at) throws IOException {
    while (octets.hasRemaining()) at += channel.write(octets, at);
  }

  /** Made by whoever comes first: a link appears with its contents or not at all. */
  private static SecretKeySpec key(Path file) throws IOException {
    if (!Files.exists(file)) {
      var octets = new byte[KEY_BYTES];
      new SecureRandom().nextBytes(octets);
      var mode = PosixFilePermissions.fromString("rw-------");
      var temporary =
          Files.createTempFile(
              file.getParent(), "key", TEMPORARY, PosixFilePermissions.asFileAttribute(mode));
      try {
        Files.write(temporary, octets);
        Files.createLink(file, temporary);
      } catch (FileAlreadyExistsException _) {
        // another process was first: its key counts
      } finally {
        Files.delete(temporary);
      }
    }
    var octets = Files.readAllBytes(file);
    if (octets.length != KEY_BYTES)
      throw new IOException(
          file + " has " + octets.length + " bytes, expected " + KEY_BYTES + ": delete it");
    return new SecretKeySpec(octets, "HmacSHA256");
  }
}
