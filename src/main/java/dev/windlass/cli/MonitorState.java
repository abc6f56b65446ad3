package dev.windlass.cli;

import dev.windlass.function.Bytes;
import dev.windlass.json.Bounds;
import dev.windlass.json.Json;
import dev.windlass.json.JsonException;
import dev.windlass.json.Located;
import dev.windlass.tlog.Frontier;
import dev.windlass.tlog.Hash;
import dev.windlass.tlog.Note;
import dev.windlass.tlog.TlogException;
import dev.windlass.tlog.WitnessPolicy;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * What a monitor remembers between two looks, in one file of JSON: the policy it began with, the
 * last checkpoint, some earlier ones (an omission is proved from one), and the {@link Ledger}.
 */
final class MonitorState {
  private static final Bounds BOUNDS = new Bounds(256 << 20, 12, 8_000_000);
  private static final Duration APART = Duration.ofMinutes(1);
  private static final int MOST_EARLIER = 240;

  /**
   * A tree that was believed.
   *
   * @param subtrees roots of its complete subtrees, the largest first
   * @param at when a witness saw it last
   */
  record Seen(Note note, long size, List<Hash> subtrees, Instant at) {
    Seen {
      subtrees = List.copyOf(subtrees);
    }
  }

  final WitnessPolicy policy;
  final Ledger ledger;
  private final List<Seen> earlier = new ArrayList<>();
  private Optional<Seen> last = Optional.empty();

  /** A monitor that has seen nothing. */
  MonitorState(WitnessPolicy policy) {
    this.policy = policy;
    this.ledger = new Ledger(policy.logs().getFirst().key().name());
  }

  Optional<Seen> last() {
    return last;
  }

  Frontier frontier() {
    return last.map(seen -> Frontier.of(seen.size(), seen.subtrees())).orElseGet(Frontier::new);
  }

  /** The newest tree that witnesses saw no later than this. */
  Optional<Seen> before(Instant time) {
    return earlier.reversed().stream().filter(seen -> !seen.at().isAfter(time)).findFirst();
  }

  void advance(Seen seen) {
    last = Optional.of(seen);
    if (!earlier.isEmpty() && seen.at().isBefore(earlier.getLast().at().plus(APART))) return;
    earlier.add(seen);
    if (earlier.size() > MOST_EARLIER) earlier.removeFirst();
  }

  /** Replaces the file as a whole. */
  void save(Path file) throws IOException {
    var fresh = file.resolveSibling(file.getFileName() + ".new");
    var parent = file.toAbsolutePath().getParent();
    if (parent != null) Files.createDirectories(parent);
    Files.write(fresh, toJson().canonical());
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /**
   * @throws JsonException when it is no state of a monitor
   */
  static MonitorState load(Path file) throws IOException {
    var at = Json.parse(Files.readAllBytes(file), BOUNDS).at();
    at.get("v").integer(1, 1);
    try {
      var state = new MonitorState(WitnessPolicy.parse(at.get("policy").text()));
      for (var seen : at.get("earlier").elements()) state.earlier.add(seen(seen));
      state.last = at.find("last").map(MonitorState::seen);
      state.restore(at.get("ledger"));
      return state;
    } catch (TlogException | IllegalArgumentException e) {
      throw new JsonException(String.valueOf(e.getMessage()), e);
    }
  }

  private Json.Obj toJson() {
    return Json.object()
        .put("v", 1)
        .put("policy", policy.text())
        .put("last", last.map(MonitorState::toJson).orElse(Json.ofNull()))
        .put("earlier", Json.array(earlier.stream().map(MonitorState::toJson).toList()))
        .put("ledger", ledgerJson())
        .build();
  }

  private static Json toJson(Seen seen) {
    return Json.object()
        .put("note", seen.note().encoded())
        .put("subtrees", Json.texts(seen.subtrees().stream().map(Hash::base64).toList()))
        .put("at", seen.at().toString())
        .build();
  }

  private static Seen seen(Located at) {
    var note = Note.parse(at.get("note").text());
    var subtrees = at.get("subtrees").texts().stream().map(Hash::parseBase64).toList();
    return new Seen(note, note.checkpoint().size(), subtrees, Instant.parse(at.get("at").text()));
  }

  private Json ledgerJson() {
    var registry =
        ledger.registry().entrySet().stream()
            .map(
                e ->
                    Json.object()
                        .put("index", e.getKey())
                        .put("leaf", base64(e.getValue()))
                        .build())
            .toList();
    var heads = Json.object();
    for (var head : ledger.heads()) heads.put(head.register.batches().keyId(), head.toJson());
    return Json.object()
        .put("registry", Json.array(registry))
        .put("heads", heads.build())
        .put("size", ledger.size)
        .build();
  }

  private void restore(Located at) {
    for (var leaf : at.get("registry").elements()) {
      var octets = Base64.getDecoder().decode(leaf.get("leaf").text());
      ledger.restore(LedgerHead.number(leaf.get("index")), Bytes.wrap(octets));
    }
    for (var head : at.get("heads").members().entrySet())
      ledger
          .head(head.getKey())
          .orElseThrow(() -> new JsonException("no head has the key " + head.getKey()))
          .restore(head.getValue());
    ledger.size = LedgerHead.number(at.get("size"));
    ledger.forgetFindings();
  }

  private static String base64(Bytes octets) {
    return new String(Base64.getEncoder().encode(octets.unsafeArray()), StandardCharsets.US_ASCII);
  }
}
