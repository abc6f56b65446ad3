package dev.windlass.probe;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** A file that is written in blocks, past the page cache where it can be. */
interface BlockFile extends Closeable {
  int write(ByteBuffer from, long at) throws IOException;

  /** Returns when the device has what was written. */
  void sync() throws IOException;

  /** The seam where tests do without a disk. */
  @FunctionalInterface
  interface Opening {
    BlockFile open(Path file) throws IOException;
  }
}
