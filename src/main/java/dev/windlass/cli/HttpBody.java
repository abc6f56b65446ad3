package dev.windlass.cli;

import java.io.IOException;
import java.io.InputStream;

/** A body of a given length, or in chunks (RFC 9112 §7.1); one that breaks off is an error. */
final class HttpBody extends InputStream {
  static final long CHUNKED = -1;

  private final InputStream in;
  private final boolean chunked;

  /** Octets until the end of the body or of the chunk. */
  private long left;

  private boolean first = true;
  private boolean ended;

  HttpBody(InputStream in, long length) {
    this.in = in;
    this.chunked = length == CHUNKED;
    this.left = chunked ? 0 : length;
    this.ended = length == 0;
  }

  @Override
  public int read() throws IOException {
    var one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] to, int from, int most) throws IOException {
    if (most == 0) return 0;
    if (chunked && left == 0 && !ended) nextChunk();
    if (ended) return -1;
    int n = in.read(to, from, (int) Math.min(most, left));
    if (n < 0) throw new IOException("the connection ended " + left + " bytes too early");
    left -= n;
    if (left == 0 && !chunked) ended = true;
    return n;
  }

  private void nextChunk() throws IOException {
    if (!first && !HttpAnswer.line(in).isEmpty()) throw new IOException("a chunk without its end");
    first = false;
    var size = HttpAnswer.line(in).split(";", 2)[0].strip();
    if (!size.matches("[0-9A-Fa-f]{1,15}")) throw new IOException("a chunk of size " + size);
    left = Long.parseLong(size, 16);
    if (left > 0) return;
    ended = true;
    while (!HttpAnswer.line(in).isEmpty()) {
      // trailers say nothing that is needed
    }
  }
}
