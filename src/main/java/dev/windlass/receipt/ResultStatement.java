package dev.windlass.receipt;

import dev.windlass.function.Bytes;
import dev.windlass.function.Cid;
import dev.windlass.function.Digest;
import dev.windlass.json.Bounds;
import dev.windlass.json.Json;
import dev.windlass.json.JsonException;
import dev.windlass.json.Located;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a worker says of one run (trust annex §3.3 a). Equal runs give equal octets, whoever ran
 * them, so one envelope carries several workers' signatures and a re-execution can be compared.
 *
 * <pre>{@code
 * {"v":1,"invocation":uuidv7,"nonce":b64u of 16 octets,"function":{"cid":…,"sha256":hex},"manifest":"sha256:…",
 *  "input":"sha256:…","env":"sha256:…","profile":"det-1","engine":"sha256:…","output":"sha256:…",
 *  "exit":0|null,"trap":null|word,"fuel":n|null,"io":null|"sha256:…"}
 * }</pre>
 *
 * @param invocation UUIDv7 in its usual form; its time is the guest's time of day
 * @param nonce 16 octets that no other invocation has
 * @param module the Wasm bytes; the statement names them by CID too
 * @param manifest of the canonical manifest
 * @param input of the request body
 * @param env of the {@link Environment} that the guest saw
 * @param profile determinism profile: lower-case letters, digits, {@code -}
 * @param engine fingerprint of library version and preset
 * @param output of stdout
 * @param io transcript of a recorded run
 */
public record ResultStatement(
    String invocation,
    Bytes nonce,
    Digest module,
    Digest manifest,
    Digest input,
    Digest env,
    String profile,
    Digest engine,
    Digest output,
    End end,
    Optional<Digest> io) {
  private static final Bounds BOUNDS = new Bounds(4096, 3, 64);
  private static final int USUAL_LENGTH = 1024;

  /** How the run ended. */
  public sealed interface End {
    /** The guest's own exit; {@code fuel} absent when it was not metered. */
    record Exit(int code, OptionalLong fuel) implements End {}

    /**
     * Stopped from outside: a trap or a limit. No fuel, because it lags behind after a trap.
     *
     * @param word such as {@code unreachable} or {@code out-of-fuel}: letters, digits, {@code -}
     */
    record Trap(String word) implements End {
      public Trap {
        Forms.requireWord("trap", word);
      }
    }
  }

  public ResultStatement {
    Forms.requireUuid7(invocation);
    Forms.requireNonce(nonce);
    Forms.requireWord("profile", profile);
  }

  /**
   * @throws JsonException unless the text is the canonical JSON of a statement
   */
  public static ResultStatement parse(Bytes text) {
    var at = Json.parse(text.unsafeArray(), BOUNDS).at();
    ResultStatement statement;
    try {
      statement = parse(at);
    } catch (JsonException e) {
      throw e;
    } catch (IllegalArgumentException e) {
      throw new JsonException("result statement: " + e.getMessage(), e);
    }
    if (!Arrays.equals(statement.canonical().unsafeArray(), text.unsafeArray()))
      throw new JsonException("result statement that is not canonical JSON: " + text.utf8());
    return statement;
  }

  /** The octets that are signed: RFC 8785, written directly because every request does it twice. */
  public Bytes canonical() {
    var out = new StringBuilder(USUAL_LENGTH).append("{\"engine\":\"sha256:").append(engine.hex());
    out.append("\",\"env\":\"sha256:").append(env.hex()).append("\",\"exit\":");
    switch (end) {
      case End.Exit exit -> {
        out.append(exit.code()).append(",\"fuel\":");
        if (exit.fuel().isPresent()) out.append(exit.fuel().getAsLong());
        else out.append("null");
      }
      case End.Trap _ -> out.append("null,\"fuel\":null");
    }
    out.append(",\"function\":{\"cid\":\"").append(new Cid(module));
    out.append("\",\"sha256\":\"").append(module.hex());
    out.append("\"},\"input\":\"sha256:").append(input.hex());
    out.append("\",\"invocation\":\"").append(invocation).append("\",\"io\":");
    if (io.isPresent()) out.append("\"sha256:").append(io.get().hex()).append('"');
    else out.append("null");
    out.append(",\"manifest\":\"sha256:").append(manifest.hex());
    out.append("\",\"nonce\":\"").append(Forms.nonce(nonce));
    out.append("\",\"output\":\"sha256:").append(output.hex());
    out.append("\",\"profile\":\"").append(profile).append("\",\"trap\":");
    switch (end) {
      case End.Exit _ -> out.append("null");
      case End.Trap trap -> out.append('"').append(trap.word()).append('"');
    }
    out.append(",\"v\":1}");
    return Bytes.wrap(out.toString().getBytes(StandardCharsets.ISO_8859_1)); // all of it is ASCII
  }

  private static ResultStatement parse(Located at) {
    at.only(
        "v",
        "invocation",
        "nonce",
        "function",
        "manifest",
        "input",
        "env",
        "profile",
        "engine",
        "output",
        "exit",
        "trap",
        "fuel",
        "io");
    at.get("v").integer(1, 1);
    var function = at.get("function").only("cid", "sha256");
    return new ResultStatement(
        at.get("invocation").text(),
        at.get("nonce").as(Forms::parseNonce),
        function.get("sha256").as(Digest::new),
        at.get("manifest").as(Digest::parse),
        at.get("input").as(Digest::parse),
        at.get("env").as(Digest::parse),
        at.get("profile").text(),
        at.get("engine").as(Digest::parse),
        at.get("output").as(Digest::parse),
        end(at),
        at.find("io").map(io -> io.as(Digest::parse)));
  }

  private static End end(Located at) {
    var trap = at.find("trap");
    if (trap.isPresent()) return trap.get().as(End.Trap::new);
    var fuel = at.find("fuel").map(f -> OptionalLong.of(f.integer(0, Json.MAX_INTEGER)));
    return new End.Exit(
        at.get("exit").int32(Integer.MIN_VALUE, Integer.MAX_VALUE),
        fuel.orElse(OptionalLong.empty()));
  }
}
