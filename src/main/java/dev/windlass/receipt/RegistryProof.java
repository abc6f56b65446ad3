package dev.windlass.receipt;

import dev.windlass.function.Bytes;
import dev.windlass.json.Json;
import dev.windlass.json.JsonException;
import dev.windlass.json.Located;
import dev.windlass.receipt.LogEntry.Genesis;
import dev.windlass.receipt.LogEntry.HeadRegister;
import dev.windlass.receipt.LogEntry.WorkerRegister;
import dev.windlass.tlog.Checkpoint;
import dev.windlass.tlog.Hash;
import dev.windlass.tlog.Inclusion;
import dev.windlass.tlog.MerkleHash;
import dev.windlass.tlog.TlogException;
import dev.windlass.tlog.TlogProof;
import java.util.List;
import java.util.Optional;

/**
 * Entries of the log and their inclusion in one checkpoint, so that a file says by itself whose
 * keys its signatures are: the genesis entry names the registrar's key, registrations carry the
 * registrar's signature. Nothing is verified by reading it.
 */
public record RegistryProof(List<Item> items) {
  /** Genesis, two heads, and the workers of the largest certificate. */
  public static final int MAX_ITEMS = 3 + ExecutionPolicy.MAX_WORKERS;

  /**
   * @param index of the leaf
   * @param path from the sibling of the leaf up
   */
  public record Item(long index, SignedEntry entry, List<Hash> path) {
    public Item {
      path = List.copyOf(path);
      if (index < 0 || path.size() > TlogProof.MAX_PATH)
        throw new IllegalArgumentException(
            "index " + index + " with a path of " + path.size() + " hashes, at most 63");
    }
  }

  /** An entry of a kind that is what the log says at this index. */
  public record Proven<T extends LogEntry>(long index, T entry) {}

  public RegistryProof {
    items = List.copyOf(items);
    if (items.size() > MAX_ITEMS)
      throw new IllegalArgumentException(
          "a registry has at most " + MAX_ITEMS + " entries, not " + items.size());
  }

  static RegistryProof parse(Located at) {
    var elements = at.elements();
    if (elements.size() > MAX_ITEMS)
      throw at.fail("at most " + MAX_ITEMS + " entries, not " + elements.size());
    return new RegistryProof(elements.stream().map(RegistryProof::item).toList());
  }

  Json toJson() {
    return Json.array(
        items.stream()
            .map(
                item ->
                    Json.object()
                        .put("index", item.index())
                        .put("entry", item.entry().envelope().toJson())
                        .put("path", hashes(item.path()))
                        .build())
            .toList());
  }

  static Json hashes(List<Hash> hashes) {
    return Json.texts(hashes.stream().map(Hash::base64).toList());
  }

  static List<Hash> parseHashes(Located at, int most) {
    var elements = at.elements();
    if (elements.size() > most)
      throw at.fail("at most " + most + " hashes, not " + elements.size());
    return elements.stream().map(RegistryProof::hash).toList();
  }

  private static Hash hash(Located at) {
    try {
      return Hash.parseBase64(at.text());
    } catch (TlogException e) {
      throw new JsonException(at.path() + ": " + e.getMessage(), e);
    }
  }

  private static Item item(Located at) {
    at.only("index", "entry", "path");
    var entry = Dsse.parse(at.get("entry").only("payload", "payloadType", "signatures"));
    return new Item(
        at.get("index").integer(0, Json.MAX_INTEGER),
        Forms.read(at.path(), () -> SignedEntry.of(entry)),
        parseHashes(at.get("path"), TlogProof.MAX_PATH));
  }

  /**
   * The head's registration under one of whose keys this key id is.
   *
   * @throws Unproven with the reason, when there is none that the log vouches for
   */
  Proven<HeadRegister> head(String keyId, Checkpoint in) throws Unproven {
    var genesis = genesis(in);
    for (var item : items)
      if (item.entry().entry() instanceof HeadRegister head
          && (head.batches().keyId().equals(keyId) || head.singles().keyId().equals(keyId))) {
        requireRegistered(item, genesis, in);
        return new Proven<>(item.index(), head);
      }
    throw new Unproven("no head.register entry of the key " + keyId + " is in the file");
  }

  /**
   * @throws Unproven as {@link #head}
   */
  Proven<WorkerRegister> worker(long index, Checkpoint in) throws Unproven {
    var item = itemAt(index);
    if (item.isEmpty() || !(item.get().entry().entry() instanceof WorkerRegister worker))
      throw new Unproven("no worker.register entry of leaf " + index + " is in the file");
    requireRegistered(item.get(), genesis(in), in);
    return new Proven<>(index, worker);
  }

  /** What the file has at this index, proven or not. */
  Optional<WorkerRegister> workerAt(long index) {
    return itemAt(index)
        .map(item -> item.entry().entry())
        .filter(WorkerRegister.class::isInstance)
        .map(WorkerRegister.class::cast);
  }

  /** The worker's registration of this key, wherever it lies. */
  Proven<WorkerRegister> workerOf(String keyId, Checkpoint in) throws Unproven {
    for (var item : items)
      if (item.entry().entry() instanceof WorkerRegister worker
          && worker.key().keyId().equals(keyId)) return worker(item.index(), in);
    throw new Unproven("no worker.register entry of the key " + keyId + " is in the file");
  }

  private Optional<Item> itemAt(long index) {
    return items.stream().filter(item -> item.index() == index).findFirst();
  }

  private Genesis genesis(Checkpoint in) throws Unproven {
    var item = itemAt(0);
    if (item.isEmpty() || !(item.get().entry().entry() instanceof Genesis genesis))
      throw new Unproven("the log.genesis entry, leaf 0, is not in the file");
    if (!item.get().entry().isSignedBy(genesis.operator()))
      throw new Unproven("the genesis entry is not signed by the operator it names");
    if (!genesis.origin().equals(in.origin()))
      throw new Unproven(
          "the genesis entry is of " + genesis.origin() + ", the checkpoint of " + in.origin());
    requireIncluded(item.get(), in);
    return genesis;
  }

  private static void requireRegistered(Item item, Genesis genesis, Checkpoint in) throws Unproven {
    if (!item.entry().isSignedBy(genesis.registrar()))
      throw new Unproven(
          "leaf "
              + item.index()
              + " is signed by "
              + item.entry().keyId()
              + ", expected the registrar's "
              + genesis.registrar().keyId());
    requireIncluded(item, in);
  }

  private static void requireIncluded(Item item, Checkpoint in) throws Unproven {
    var hash = new MerkleHash();
    Bytes leaf;
    try {
      leaf = item.entry().leaf();
    } catch (IllegalArgumentException e) {
      throw new Unproven(String.valueOf(e.getMessage()));
    }
    var leafHash = Hash.wrap(hash.leaf(leaf.unsafeArray()));
    if (!Inclusion.check(hash, leafHash, item.index(), in.size(), item.path(), in.root()))
      throw new Unproven(
          "the path of the "
              + item.entry().entry().type()
              + " entry at leaf "
              + item.index()
              + " does not lead to the root of the checkpoint of size "
              + in.size());
  }

  /** Something that the log was to vouch for and does not. */
  static final class Unproven extends Exception {
    private static final long serialVersionUID = 1L;

    Unproven(String why) {
      super(why, null, false, false);
    }

    String why() {
      return String.valueOf(getMessage());
    }
  }
}
