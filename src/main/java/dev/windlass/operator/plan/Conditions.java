package dev.windlass.operator.plan;

import dev.windlass.operator.api.Condition;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The conditions of one object as they are decided now, in the order in which they are said. A
 * condition keeps its time while its status stays, whatever becomes of reason and message.
 */
public final class Conditions {
  static final int MAX_MESSAGE = 1_000;

  private final List<Condition> before;
  private final @Nullable Long generation;
  private final Instant now;
  private final List<Condition> said = new ArrayList<>();

  /**
   * @param before as they stand in the object's status
   * @param generation that is decided for; null for an object that has none
   */
  public Conditions(List<Condition> before, @Nullable Long generation, Instant now) {
    this.before = before;
    this.generation = generation;
    this.now = now;
  }

  public Conditions isTrue(String type, String reason, String message) {
    return say(type, Condition.TRUE, reason, message);
  }

  public Conditions isFalse(String type, String reason, String message) {
    return say(type, Condition.FALSE, reason, message);
  }

  public Conditions isUnknown(String type, String reason, String message) {
    return say(type, Condition.UNKNOWN, reason, message);
  }

  /**
   * Says {@code type} from what was said so far: with the reason and message of the first that is
   * not True, or {@code otherwise}.
   */
  public Conditions follows(String type, Condition otherwise) {
    var cause = said.stream().filter(c -> !Condition.TRUE.equals(c.status())).findFirst();
    return cause
        .map(c -> isFalse(type, c.reason(), c.message()))
        .orElseGet(() -> say(type, otherwise.status(), otherwise.reason(), otherwise.message()));
  }

  public List<Condition> all() {
    return List.copyOf(said);
  }

  private Conditions say(String type, String status, String reason, String message) {
    var old = find(before, type);
    var since =
        old.filter(c -> status.equals(c.status()) && c.lastTransitionTime() != null)
            .map(Condition::lastTransitionTime)
            .orElseGet(() -> text(now));
    said.add(new Condition(type, status, generation, since, reason, shortened(message)));
    return this;
  }

  public static Optional<Condition> find(List<Condition> conditions, String type) {
    return conditions.stream().filter(c -> type.equals(c.type())).findFirst();
  }

  static boolean isFalse(List<Condition> conditions, String type) {
    return find(conditions, type).filter(c -> Condition.FALSE.equals(c.status())).isPresent();
  }

  /** How long this condition has been False; empty if it is not. */
  static Optional<Duration> falseFor(List<Condition> conditions, String type, Instant now) {
    return find(conditions, type)
        .filter(c -> Condition.FALSE.equals(c.status()))
        .flatMap(c -> time(c.lastTransitionTime()))
        .map(since -> Duration.between(since, now));
  }

  /** In whole seconds, as all times in Kubernetes. */
  static String text(Instant time) {
    return time.truncatedTo(ChronoUnit.SECONDS).toString();
  }

  /** Empty for what is no time, and for none. */
  static Optional<Instant> time(@Nullable String text) {
    try {
      return Optional.ofNullable(text).map(Instant::parse);
    } catch (DateTimeParseException _) {
      return Optional.empty();
    }
  }

  static String shortened(@Nullable String message) {
    var text = Objects.requireNonNullElse(message, "");
    return text.length() <= MAX_MESSAGE ? text : text.substring(0, MAX_MESSAGE - 1) + "…";
  }
}
