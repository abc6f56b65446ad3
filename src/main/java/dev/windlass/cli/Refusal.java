package dev.windlass.cli;

import dev.windlass.json.Bounds;
import dev.windlass.json.Json;
import dev.windlass.json.Json.Arr;
import dev.windlass.json.Json.Obj;
import dev.windlass.json.Json.Str;
import dev.windlass.json.JsonException;
import dev.windlass.json.Located;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What a person sees of a problem document (RFC 9457). */
final class Refusal {
  private static final Set<String> SAID = Set.of("type", "title", "status", "detail", "stderr");
  private static final String OURS = "https://windlass.dev/problems/";

  private Refusal() {}

  static CommandFailure of(Located problem) {
    return failure(problem, Exit.REFUSED);
  }

  /** Of an answer with another status than was hoped for; it need not hold a problem document. */
  static CommandFailure of(HttpAnswer answer, byte[] body, int exit) {
    return problem(answer, body)
        .map(problem -> failure(problem, exit))
        .orElseGet(
            () ->
                new CommandFailure(
                    exit, "HTTP status " + answer.status() + firstLine(body), new String[0]));
  }

  /** A problem of Windlass, not one that a function made up. */
  static Optional<Located> problem(HttpAnswer answer, byte[] body) {
    if (!answer.field("content-type").orElse("").startsWith("application/problem+json"))
      return Optional.empty();
    try {
      var at = Json.parse(body, Bounds.DEFAULT).at();
      boolean ours = at.find("type").map(Located::text).orElse("").startsWith(OURS);
      return ours ? Optional.of(at) : Optional.empty();
    } catch (JsonException _) {
      return Optional.empty();
    }
  }

  /** The last segment of its type. */
  static String word(Located problem) {
    return problem.get("type").text().substring(OURS.length());
  }

  static CommandFailure failure(Located problem, int exit) {
    var title = problem.find("title").map(Located::text).orElse("refused");
    var detail = problem.find("detail").map(Located::text).orElse("");
    var more = new ArrayList<String>();
    problem
        .members()
        .forEach(
            (name, at) -> {
              boolean nothing = name.equals("stderrDropped") && at.value().equals(new Json.Int(0));
              if (!SAID.contains(name) && !nothing) more.addAll(lines(name, at.value()));
            });
    problem
        .find("stderr")
        .ifPresent(tail -> tail.text().lines().map(l -> "| " + l).forEach(more::add));
    return new CommandFailure(exit, said(title, detail), more.toArray(String[]::new));
  }

  /** "The function trapped" and "the function trapped: unreachable" are one sentence. */
  private static String said(String title, String detail) {
    if (detail.isEmpty()) return title;
    boolean sameSubject = title.startsWith("The function ") && detail.startsWith("the function ");
    return sameSubject ? detail : title + ": " + detail;
  }

  private static List<String> lines(String name, Json value) {
    return switch (value) {
      case Arr array ->
          array.elements().stream().map(element -> name + ": " + brief(element)).toList();
      case Json other -> List.of(name + ": " + brief(other));
    };
  }

  private static String brief(Json value) {
    return switch (value) {
      case Str text -> text.text();
      case Obj object ->
          String.join(
              ", ",
              object.members().entrySet().stream()
                  .map(member -> member.getKey() + " " + brief(member.getValue()))
                  .toList());
      case Json other -> other.canonicalText();
    };
  }

  private static String firstLine(byte[] body) {
    var text = new String(body, 0, Math.min(body.length, 200), StandardCharsets.UTF_8);
    return text.isBlank() ? "" : ": " + text.lines().findFirst().orElse("").strip();
  }
}
