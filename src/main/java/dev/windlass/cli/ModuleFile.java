package dev.windlass.cli;

import dev.windlass.function.Bytes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;

/** Files that a person names. */
final class ModuleFile {
  static final long MAX_BYTES = 256 << 20;

  private static final byte[] MAGIC = {0, 'a', 's', 'm'};

  private ModuleFile() {}

  /** A module: its binary form, or its text form, assembled here. */
  static Bytes read(Path file, Engines engines) {
    var octets = bytes(file);
    if (!file.toString().endsWith(".wat")) return octets;
    var start = Arrays.copyOf(octets.unsafeArray(), Math.min(MAGIC.length, octets.size()));
    if (Arrays.equals(start, MAGIC)) return octets;
    try {
      return engines.assemble(octets);
    } catch (EngineFailure e) {
      throw failed(file + ": ", e);
    }
  }

  static CommandFailure failed(String prefix, EngineFailure e) {
    int exit =
        switch (e.kind()) {
          case ENGINE -> Exit.ENGINE;
          case MODULE -> Exit.MODULE;
        };
    var lines = String.valueOf(e.getMessage()).lines().toList();
    var more = lines.subList(Math.min(1, lines.size()), lines.size());
    return new CommandFailure(
        exit, prefix + (lines.isEmpty() ? "" : lines.getFirst()), more.toArray(String[]::new));
  }

  static Bytes bytes(Path file) {
    try {
      if (Files.isDirectory(file)) throw new IOException("it is a directory");
      long size = Files.size(file);
      if (size > MAX_BYTES) throw new IOException(size + " bytes, at most " + MAX_BYTES);
      return Bytes.wrap(Files.readAllBytes(file));
    } catch (NoSuchFileException e) {
      throw new CommandFailure(Exit.LOCAL, "there is no file " + file);
    } catch (IOException e) {
      throw new CommandFailure(Exit.LOCAL, "cannot read " + file + ": " + e.getMessage());
    }
  }

  static void write(Path file, byte[] octets) {
    try {
      Files.write(file, octets);
    } catch (IOException e) {
      throw new CommandFailure(Exit.LOCAL, "cannot write " + file + ": " + e.getMessage());
    }
  }

  /** {@code text}, {@code @file}, or {@code -} for stdin. */
  static Bytes data(String word, Terminal terminal, int most) {
    if (word.equals("-")) return input(terminal, most);
    if (word.startsWith("@")) return bytes(Path.of(word.substring(1)));
    return Bytes.wrap(word.getBytes(StandardCharsets.UTF_8));
  }

  /** All of stdin. */
  static Bytes input(Terminal terminal, int most) {
    if (terminal.isTyped()) terminal.err().println("reading stdin; end it with Ctrl-D");
    try {
      var octets = terminal.in().readNBytes(most);
      if (octets.length == most && terminal.in().read() >= 0)
        throw new CommandFailure(
            Exit.LOCAL, "stdin has more than " + most + " bytes", "the limit is `input`");
      return Bytes.wrap(octets);
    } catch (IOException e) {
      throw new CommandFailure(Exit.LOCAL, "cannot read stdin: " + e.getMessage());
    }
  }
}
