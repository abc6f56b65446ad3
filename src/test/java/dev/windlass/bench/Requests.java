package dev.windlass.bench;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * {@code Requests url connections seconds}: keeps one GET on each connection and prints rate and
 * quantiles as wrk does, for machines without wrk.
 */
final class Requests {
  private final URI url;
  private final long end;
  private final byte[] request;

  private Requests(URI url, long end) {
    this.url = url;
    this.end = end;
    this.request =
        ("GET " + url.getRawPath() + " HTTP/1.1\r\nHost: " + url.getAuthority() + "\r\n\r\n")
            .getBytes(StandardCharsets.US_ASCII);
  }

  /**
   * @param nanos of each answer
   */
  private record Taken(long[] nanos, long not2xx) {}

  public static void main(String[] arguments) throws Exception {
    var url = URI.create(arguments[0]);
    int connections = Integer.parseInt(arguments[1]);
    int seconds = Integer.parseInt(arguments[2]);
    var requests = new Requests(url, System.nanoTime() + seconds * 1_000_000_000L);
    var taken = new ArrayList<Taken>();
    long errors = 0;
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var all = new ArrayList<Future<Taken>>();
      for (int i = 0; i < connections; i++) all.add(threads.submit(requests::connection));
      for (var one : all) {
        try {
          taken.add(one.get());
        } catch (ExecutionException e) {
          errors++;
        }
      }
    }
    print(taken, errors, seconds);
  }

  private static void print(List<Taken> taken, long errors, int seconds) {
    var nanos = taken.stream().flatMapToLong(t -> Arrays.stream(t.nanos())).sorted().toArray();
    for (int percent : new int[] {50, 75, 90, 99})
      System.out.printf(
          Locale.ROOT,
          "     %d%%   %.2fus%n",
          percent,
          nanos.length == 0 ? 0 : nanos[(int) ((nanos.length - 1) * (percent / 100.0))] / 1e3);
    long not2xx = taken.stream().mapToLong(Taken::not2xx).sum();
    if (errors > 0) System.out.println("  Socket errors: " + errors + " connections");
    if (not2xx > 0) System.out.println("  Non-2xx or 3xx responses: " + not2xx);
    System.out.printf(Locale.ROOT, "Requests/sec: %.2f%n", nanos.length / (double) seconds);
  }

  private Taken connection() throws IOException {
    var nanos = new long[1 << 12];
    int count = 0;
    long not2xx = 0;
    try (var socket = new Socket(url.getHost(), url.getPort())) {
      socket.setTcpNoDelay(true);
      var in = new BufferedInputStream(socket.getInputStream(), 16 << 10);
      for (long begun = System.nanoTime(); begun < end; begun = System.nanoTime()) {
        socket.getOutputStream().write(request);
        if (!readAnswer(in)) not2xx++;
        if (count == nanos.length) nanos = Arrays.copyOf(nanos, count * 2);
        nanos[count++] = System.nanoTime() - begun;
      }
    }
    return new Taken(Arrays.copyOf(nanos, count), not2xx);
  }

  /** Whether it was a 2xx; answers carry a content-length. */
  private static boolean readAnswer(InputStream in) throws IOException {
    var status = line(in);
    int length = -1;
    for (var header = line(in); !header.isEmpty(); header = line(in)) {
      int colon = header.indexOf(':');
      if (header.substring(0, colon).toLowerCase(Locale.ROOT).equals("content-length"))
        length = Integer.parseInt(header.substring(colon + 1).strip());
    }
    if (length < 0) throw new IOException("an answer without content-length: " + status);
    in.skipNBytes(length);
    return status.startsWith("HTTP/1.1 2");
  }

  private static String line(InputStream in) throws IOException {
    var line = new StringBuilder();
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0) throw new IOException("the connection ended");
      if (c != '\r') line.append((char) c);
    }
    return line.toString();
  }
}
