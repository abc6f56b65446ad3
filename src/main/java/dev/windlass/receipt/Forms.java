package dev.windlass.receipt;

import dev.windlass.function.Bytes;
import dev.windlass.json.Json;
import dev.windlass.json.JsonException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Base64;
import java.util.function.Supplier;

/** Texts that have exactly one form in what is signed. */
final class Forms {
  /** SPIFFE ids are at most 2,048 octets by their standard; ours are far shorter. */
  private static final int MAX_ID = 512;

  private Forms() {}

  /** Unicode, of 1 to {@code most} UTF-16 code units. */
  static String requireText(String what, String text, int most) {
    if (text.isEmpty() || text.length() > most)
      throw new IllegalArgumentException(
          what + " must have 1 to " + most + " characters, not " + text.length());
    for (int i = 0; i < text.length(); i++) {
      if (!Character.isSurrogate(text.charAt(i))) continue;
      boolean pair =
          i + 1 < text.length() && Character.isSurrogatePair(text.charAt(i), text.charAt(i + 1));
      if (!pair)
        throw new IllegalArgumentException(what + " has a lone surrogate at character " + i);
      i++;
    }
    return text;
  }

  /** A SPIFFE id, as far as this package must know. */
  static String requireSpiffeId(String id) {
    requireText("a SPIFFE id", id, MAX_ID);
    if (!id.startsWith("spiffe://"))
      throw new IllegalArgumentException("a SPIFFE id begins with spiffe://, this is " + id);
    return id;
  }

  /** 1 to 64 of a-z, 0-9 and '-'. */
  static void requireWord(String what, String word) {
    boolean ok = !word.isEmpty() && word.length() <= 64;
    for (int i = 0; ok && i < word.length(); i++) {
      char c = word.charAt(i);
      ok = c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-';
    }
    if (!ok)
      throw new IllegalArgumentException(what + " must be 1 to 64 of a-z, 0-9 and '-': " + word);
  }

  /** RFC 9562 §5.7, lower case. */
  static void requireUuid7(String text) {
    boolean ok =
        text.length() == 36 && text.charAt(14) == '7' && "89ab".indexOf(text.charAt(19)) >= 0;
    for (int i = 0; ok && i < 36; i++) {
      char c = text.charAt(i);
      boolean hyphen = i == 8 || i == 13 || i == 18 || i == 23;
      ok = hyphen ? c == '-' : c >= '0' && c <= '9' || c >= 'a' && c <= 'f';
    }
    if (!ok) throw new IllegalArgumentException("invocation must be a UUIDv7: " + text);
  }

  /** The 48 bits of milliseconds of a UUIDv7. */
  static Instant timeOf(String uuid7) {
    return Instant.ofEpochMilli(
        Long.parseUnsignedLong(uuid7.substring(0, 8) + uuid7.substring(9, 13), 16));
  }

  static void requireNonce(Bytes nonce) {
    if (nonce.size() != 16)
      throw new IllegalArgumentException("a nonce has 16 octets, not " + nonce.size());
  }

  static String nonce(Bytes nonce) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(nonce.unsafeArray());
  }

  static Bytes parseNonce(String text) {
    var nonce = Bytes.wrap(Base64.getUrlDecoder().decode(text));
    if (!nonce(nonce).equals(text))
      throw new IllegalArgumentException("not base64url without padding in its only form: " + text);
    requireNonce(nonce);
    return nonce;
  }

  /** To the millisecond, in a year of four digits. */
  static Instant time(Instant time) {
    var millis = time.truncatedTo(ChronoUnit.MILLIS);
    int year = millis.atOffset(ZoneOffset.UTC).getYear();
    if (year < 1970 || year > 9999)
      throw new IllegalArgumentException("a time lies in 1970 to 9999, not in " + year);
    return millis;
  }

  /** RFC 3339 in UTC with three digits of a second: {@code 2026-11-22T07:00:00.120Z}. */
  static String text(Instant time) {
    var text = new StringBuilder(24);
    append(text, time);
    return text.toString();
  }

  static void append(StringBuilder out, Instant time) {
    var t = time.atOffset(ZoneOffset.UTC);
    digits(out, t.getYear(), 1000).append('-');
    digits(out, t.getMonthValue(), 10).append('-');
    digits(out, t.getDayOfMonth(), 10).append('T');
    digits(out, t.getHour(), 10).append(':');
    digits(out, t.getMinute(), 10).append(':');
    digits(out, t.getSecond(), 10).append('.');
    digits(out, t.getNano() / 1_000_000, 100).append('Z');
  }

  static Instant parseTime(String text) {
    try {
      var time = time(Instant.parse(text));
      if (text(time).equals(text)) return time;
    } catch (DateTimeException e) {
      throw new IllegalArgumentException(expectedTime(text), e);
    }
    throw new IllegalArgumentException(expectedTime(text));
  }

  private static String expectedTime(String text) {
    return "not a UTC time with milliseconds such as 2026-11-23T05:00:00.000Z: " + text;
  }

  /** As many digits as {@code unit} has. */
  private static StringBuilder digits(StringBuilder out, int value, int unit) {
    for (int u = unit; u > 0; u /= 10) out.append((char) ('0' + value / u % 10));
    return out;
  }

  /** The value of a text that must be its canonical JSON: one text for each value. */
  static Json canonical(String what, Json json, Bytes text) {
    if (!Arrays.equals(json.canonical(), text.unsafeArray()))
      throw new JsonException(what + " that is not canonical JSON (RFC 8785): " + shown(text));
    return json;
  }

  /** What a parser reads; whatever refuses a part of it becomes an error of the JSON. */
  static <T> T read(String what, Supplier<T> parser) {
    try {
      return parser.get();
    } catch (IllegalArgumentException e) {
      throw new JsonException(what + ": " + e.getMessage(), e);
    }
  }

  static String shown(Bytes text) {
    var shown = text.utf8();
    return shown.length() <= 500 ? shown : shown.substring(0, 500) + "…";
  }
}
