package dev.windlass.json;

import dev.windlass.json.Json.Arr;
import dev.windlass.json.Json.Obj;
import dev.windlass.json.Json.Str;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Recursive descent over RFC 8259; the depth bound keeps the stack small. */
final class JsonParser {
  /** Longer than any number that a double can tell apart. */
  private static final int MAX_NUMBER = 800;

  private final String text;
  private final Bounds bounds;
  private int at;
  private int values;

  JsonParser(String text, Bounds bounds) {
    this.text = text;
    this.bounds = bounds;
  }

  static String decode(byte[] utf8) {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .onUnmappableCharacter(CodingErrorAction.REPORT)
          .decode(ByteBuffer.wrap(utf8))
          .toString();
    } catch (CharacterCodingException e) {
      throw new JsonException("JSON that is not UTF-8", e);
    }
  }

  Json document() {
    skipSpace();
    var value = value(0);
    skipSpace();
    if (at < text.length()) throw unexpected("the end");
    return value;
  }

  private Json value(int depth) {
    count();
    return switch (peek()) {
      case '{' -> object(depth + 1);
      case '[' -> array(depth + 1);
      case '"' -> new Str(string());
      case 't' -> word("true", Json.of(true));
      case 'f' -> word("false", Json.of(false));
      case 'n' -> word("null", Json.ofNull());
      case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> number();
      default -> throw unexpected("a value");
    };
  }

  private Json object(int depth) {
    checkDepth(depth);
    at++;
    var members = new TreeMap<String, Json>();
    skipSpace();
    if (peek() == '}') {
      at++;
      return new Obj(members);
    }
    while (true) {
      if (peek() != '"') throw unexpected("a member name");
      int start = at;
      count();
      var name = string();
      skipSpace();
      if (peek() != ':') throw unexpected("':'");
      at++;
      skipSpace();
      if (members.put(name, value(depth)) != null)
        throw new JsonException("duplicate name at character " + start + ": " + brief(name));
      skipSpace();
      if (!another('}')) return new Obj(members);
    }
  }

  private Json array(int depth) {
    checkDepth(depth);
    at++;
    var elements = new ArrayList<Json>();
    skipSpace();
    if (peek() == ']') {
      at++;
      return new Arr(elements);
    }
    while (true) {
      elements.add(value(depth));
      skipSpace();
      if (!another(']')) return new Arr(elements);
    }
  }

  /** After an element: true when a comma says that another one follows, false at the end. */
  private boolean another(char end) {
    char c = peek();
    if (c != ',' && c != end) throw unexpected("',' or '" + end + "'");
    at++;
    if (c == ',') skipSpace();
    return c == ',';
  }

  private String string() {
    int start = ++at;
    int end = start;
    while (end < text.length() && isPlain(text.charAt(end))) end++;
    if (end < text.length() && text.charAt(end) == '"') {
      at = end + 1;
      return text.substring(start, end);
    }
    var unescaped = new StringBuilder().append(text, start, end);
    at = end;
    while (peek() != '"') {
      char c = text.charAt(at++);
      if (c < ' ') {
        at--;
        throw unexpected("no control character in a string");
      }
      unescaped.append(c == '\\' ? escape() : c);
    }
    at++;
    return unescaped.toString();
  }

  private static boolean isPlain(char c) {
    return c >= ' ' && c != '"' && c != '\\';
  }

  private char escape() {
    char c = peek();
    at++;
    return switch (c) {
      case '"', '\\', '/' -> c;
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'u' -> codeUnit();
      default -> {
        at--;
        throw unexpected("an escape");
      }
    };
  }

  private char codeUnit() {
    int unit = 0;
    for (int i = 0; i < 4; i++) {
      char c = peek();
      int digit = c < 128 ? Character.digit(c, 16) : -1;
      if (digit < 0) throw unexpected("four hexadecimal digits");
      unit = unit << 4 | digit;
      at++;
    }
    return (char) unit;
  }

  private Json number() {
    int start = at;
    if (text.charAt(at) == '-') at++;
    if (peek() == '0') at++;
    else digits();
    if (at < text.length() && text.charAt(at) == '.') {
      at++;
      digits();
    }
    if (at < text.length() && (text.charAt(at) == 'e' || text.charAt(at) == 'E')) {
      at++;
      if (peek() == '+' || peek() == '-') at++;
      digits();
    }
    if (at - start > MAX_NUMBER) throw new JsonException("number of " + (at - start) + " digits");
    return JsonNumber.parse(text.substring(start, at));
  }

  private void digits() {
    int start = at;
    while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') at++;
    if (at == start) throw unexpected("a digit");
  }

  private Json word(String word, Json value) {
    if (!text.startsWith(word, at)) throw unexpected(word);
    at += word.length();
    return value;
  }

  private void skipSpace() {
    while (at < text.length()) {
      char c = text.charAt(at);
      if (c != ' ' && c != '\n' && c != '\r' && c != '\t') return;
      at++;
    }
  }

  /** The character here; a quiet way to fail at the end of the text. */
  private char peek() {
    if (at >= text.length()) throw unexpected("more");
    return text.charAt(at);
  }

  private void count() {
    if (++values > bounds.values())
      throw new JsonException("more than " + bounds.values() + " values and names");
  }

  private void checkDepth(int depth) {
    if (depth > bounds.depth())
      throw new JsonException("more than " + bounds.depth() + " levels at character " + at);
  }

  private JsonException unexpected(String expected) {
    var found =
        at >= text.length()
            ? "the text ends"
            : "found " + brief(Character.getName(text.charAt(at)));
    return new JsonException("at character " + at + " " + found + ", expected " + expected);
  }

  private static String brief(@Nullable String text) {
    if (text == null) return "an unassigned character";
    return text.length() <= 80 ? text : text.substring(0, 80) + "…";
  }
}
