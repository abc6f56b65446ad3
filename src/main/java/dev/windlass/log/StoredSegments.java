package dev.windlass.log;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/**
 * The segments that an earlier process left in a directory, oldest first.
 *
 * @param isWhole false when something torn stands at the end of the last one: nothing is written
 *     behind that
 */
record StoredSegments(List<KeptSegment> segments, boolean isWhole) {
  private static final Logger LOG = Logger.getLogger(ReceiptStore.class);
  private static final Pattern NAME = Pattern.compile("(\\d{8})\\.receipts");

  /**
   * Reads the indexes, and the records of segments without one. A leaf's index may be noted in a
   * later segment than its submission.
   *
   * @throws IOException when the directory or a file cannot be read
   */
  static StoredSegments load(Path directory) throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.list(directory)) {
      files = all.filter(f -> NAME.matcher(name(f)).matches()).sorted().toList();
    }
    var segments = new ArrayList<KeptSegment>();
    boolean whole = true;
    for (var path : files) {
      var segment = Segment.open(path, Integer.parseInt(name(path).substring(0, 8)));
      var index = openIndex(indexOf(path));
      segments.add(
          index.map(i -> new KeptSegment(segment, i)).orElseGet(() -> new KeptSegment(segment)));
      whole = index.isPresent() || scan(segments);
    }
    return new StoredSegments(segments, whole);
  }

  static Path file(Path directory, int number) {
    return directory.resolve("%08d.receipts".formatted(number));
  }

  static Path indexOf(Path segment) {
    return segment.resolveSibling(name(segment).replace(".receipts", ".index"));
  }

  private static Optional<SegmentIndex> openIndex(Path path) {
    if (!Files.exists(path)) return Optional.empty();
    try {
      return Optional.of(SegmentIndex.open(path));
    } catch (IOException e) {
      LOG.warnf("event=receipt-index-remade why=%s", e.getMessage());
      return Optional.empty();
    }
  }

  /** Reads the last one of these; false when something torn stands behind its last good record. */
  private static boolean scan(List<KeptSegment> segments) {
    var last = segments.getLast();
    long at = 0;
    while (at < last.file.size()) {
      try {
        var octets = last.file.read(at, KeptRecord.MAX_OCTETS);
        int length = octets.remaining();
        switch (KeptRecord.parse(octets)) {
          case KeptRecord.Data data -> last.add(at, data);
          case KeptRecord.Placed p ->
              segments.stream()
                  .filter(s -> s.file.number() == p.segment())
                  .forEach(s -> s.place(p.offset(), p.index()));
        }
        at += Segment.HEADER + length;
      } catch (IOException | IllegalArgumentException e) {
        LOG.warnf(
            "event=receipts-torn file=%s at=%d of=%d why=%s",
            last.file.path(), at, last.file.size(), e.getMessage());
        return false;
      }
    }
    return true;
  }

  private static String name(Path file) {
    return file.getFileName().toString();
  }
}
