package dev.windlass.probe;

import io.quarkus.runtime.annotations.RegisterForReflection;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/**
 * A file that is written past the page cache. The JDK's option for it is supported, but javac warns
 * of each mention, whatever it is told: so it is found by its name.
 */
@RegisterForReflection(classNames = DirectFile.OPTIONS, fields = false)
record DirectFile(FileChannel channel) implements BlockFile {
  static final String OPTIONS = "com.sun.nio.file.ExtendedOpenOption";

  /**
   * @throws IOException also where the file system takes no O_DIRECT
   */
  static BlockFile open(Path file) throws IOException {
    return new DirectFile(
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, option()));
  }

  @Override
  public int write(ByteBuffer from, long at) throws IOException {
    return channel.write(from, at);
  }

  @Override
  public void sync() throws IOException {
    channel.force(false);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  private static OpenOption option() throws IOException {
    try {
      return Arrays.stream(Class.forName(OPTIONS).asSubclass(OpenOption.class).getEnumConstants())
          .filter(o -> o.toString().equals("DIRECT"))
          .findFirst()
          .orElseThrow(() -> new IOException(OPTIONS + " has no DIRECT"));
    } catch (ClassNotFoundException e) {
      throw new IOException("this Java has no " + OPTIONS, e);
    }
  }

  /** Which file, and why not: the JDK leaves one or the other out. */
  static String words(IOException e) {
    if (!(e instanceof FileSystemException f)) return String.valueOf(e.getMessage());
    var why =
        f.getReason() == null
            ? f.getClass().getSimpleName().replace("Exception", "")
            : f.getReason();
    return f.getFile() + ": " + why;
  }

  static void remove(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException _) {
      // the volume goes with its pod
    }
  }
}
