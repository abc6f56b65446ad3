package dev.windlass.log;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;

/**
 * A segment with what is known of its records: in memory while it grows or a leaf of it has no
 * index yet, then in a {@link SegmentIndex}. All state is guarded by the lock of the {@link
 * ReceiptStore}.
 */
final class KeptSegment {
  /** Where one receipt lies in this segment, and its leaf in the log once that is known. */
  record Place(long offset, int item, OptionalLong index) {}

  private record Position(long offset, int item) {}

  final Segment file;
  private Optional<SegmentIndex> index = Optional.empty();
  private final Map<UUID, Position> ids = new HashMap<>();
  private final Map<Long, Long> placed = new HashMap<>();
  private final List<Long> offsets = new ArrayList<>();
  private long newest;

  KeptSegment(Segment file) {
    this.file = file;
  }

  KeptSegment(Segment file, SegmentIndex index) {
    this.file = file;
    this.index = Optional.of(index);
    this.newest = index.newest();
  }

  void add(long offset, KeptRecord.Data data) {
    offsets.add(offset);
    newest = Math.max(newest, data.millis());
    for (int i = 0; i < data.ids().size(); i++)
      ids.putIfAbsent(data.ids().get(i), new Position(offset, i));
  }

  void place(long offset, long leaf) {
    if (index.isEmpty()) placed.put(offset, leaf);
  }

  List<Long> unplaced() {
    return offsets.stream().filter(offset -> !placed.containsKey(offset)).toList();
  }

  boolean isIndexed() {
    return index.isPresent();
  }

  boolean isPlaced() {
    return index.isPresent() || placed.size() == offsets.size();
  }

  /** Of its newest record, in Unix milliseconds. */
  long newest() {
    return newest;
  }

  Optional<Place> find(UUID id) throws IOException {
    if (index.isPresent())
      return index
          .get()
          .find(id)
          .map(e -> new Place(e.offset(), e.item(), OptionalLong.of(e.index())));
    var at = ids.get(id);
    if (at == null) return Optional.empty();
    var leaf = placed.get(at.offset());
    return Optional.of(
        new Place(
            at.offset(), at.item(), leaf == null ? OptionalLong.empty() : OptionalLong.of(leaf)));
  }

  /** What {@link SegmentIndex#write} takes; only when {@link #isPlaced}. */
  List<SegmentIndex.Entry> entries() {
    var entries = new ArrayList<SegmentIndex.Entry>(ids.size());
    ids.forEach(
        (id, at) ->
            entries.add(
                new SegmentIndex.Entry(id, at.offset(), at.item(), placed.get(at.offset()))));
    return entries;
  }

  void indexed(SegmentIndex written) {
    index = Optional.of(written);
    ids.clear();
    placed.clear();
    offsets.clear();
  }

  void close() throws IOException {
    file.close();
    if (index.isPresent()) index.get().close();
  }

  void delete() throws IOException {
    close();
    Files.deleteIfExists(file.path());
    Files.deleteIfExists(StoredSegments.indexOf(file.path()));
  }
}
