package dev.windlass.receipt;

import dev.windlass.function.Bytes;
import dev.windlass.json.Bounds;
import dev.windlass.json.Json;
import dev.windlass.json.JsonException;
import dev.windlass.tlog.Hash;
import dev.windlass.tlog.Note;
import dev.windlass.tlog.TlogException;
import dev.windlass.tlog.TlogProof;
import java.util.List;
import java.util.Optional;

/**
 * {@code receipt.tlog-proof}: a receipt and all that is needed to check it offline, but the
 * reader's own policy. A C2SP tlog-proof whose {@code extra} is the base64 of canonical
 *
 * <pre>{@code
 * {"receipt":<DSSE envelope>,"registry":[{"entry":<envelope>,"index":n,"path":[b64,…]},…],"results":<DSSE envelope>}
 * }</pre>
 *
 * The leaf is not in it: it is rebuilt from the receipt. {@code registry} has log.genesis, the
 * head.register of the head and the worker.register of each worker, with paths to the same
 * checkpoint.
 *
 * @param receipt with one signature, direct or batched
 * @param results the result envelope, whose digest the receipt has
 * @param index of the receipt's leaf
 * @param path from the sibling of the leaf up
 * @param checkpoint verbatim, with log signature and cosignatures
 */
public record ReceiptFile(
    Dsse receipt,
    Dsse results,
    RegistryProof registry,
    long index,
    List<Hash> path,
    Note checkpoint) {
  private static final Bounds BOUNDS = new Bounds(TlogProof.MAX_OCTETS, 16, 1 << 16);

  public ReceiptFile {
    path = List.copyOf(path);
  }

  /**
   * @throws JsonException when it is not a receipt file: the text, or a member of {@code extra}
   */
  public static ReceiptFile parse(byte[] file) {
    TlogProof proof;
    try {
      proof = TlogProof.parse(file);
    } catch (TlogException e) {
      throw new JsonException("not a tlog-proof: " + e.getMessage(), e);
    }
    var extra =
        proof
            .extra()
            .map(Bytes::wrap)
            .orElseThrow(
                () -> new JsonException("the tlog-proof has no extra line, so no receipt"));
    var json = Json.parse(extra.unsafeArray(), BOUNDS);
    var at = json.at().only("receipt", "registry", "results");
    var found =
        new ReceiptFile(
            Dsse.parse(at.get("receipt")),
            Dsse.parse(at.get("results")),
            RegistryProof.parse(at.get("registry")),
            proof.index(),
            proof.path(),
            proof.note());
    Forms.canonical("extra", found.extra(), extra);
    return found;
  }

  /** The file's octets. */
  public Bytes encode() {
    return Bytes.wrap(proof(Optional.of(extra().canonical())).encode());
  }

  /** The proof alone, without {@code extra}. */
  public TlogProof proof() {
    return proof(Optional.empty());
  }

  private TlogProof proof(Optional<byte[]> extra) {
    return new TlogProof(extra, index, path, checkpoint);
  }

  private Json.Obj extra() {
    return Json.object()
        .put("receipt", receipt.toJson())
        .put("registry", registry.toJson())
        .put("results", results.toJson())
        .build();
  }
}
