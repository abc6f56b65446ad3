package dev.windlass.operator.plan;

import dev.windlass.function.Amount;
import dev.windlass.function.Limits;
import dev.windlass.operator.api.FunctionSpec;
import io.fabric8.kubernetes.api.model.Quantity;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** {@code spec.limits} of a Function as the limits of a manifest. */
final class FunctionLimits {
  private static final Pattern QUANTITY =
      Pattern.compile("([0-9]{1,18}(?:\\.[0-9]{1,9})?)(m|k|[MGTPE]|[KMGTPE]i|[eE][0-9]{1,2})?");

  private FunctionLimits() {}

  static Limits of(FunctionSpec.@Nullable Limits given) {
    var defaults = Limits.DEFAULT;
    if (given == null) return defaults;
    return new Limits(
        whole("fuel", given.fuel(), 1, Limits.MAX_FUEL, defaults.fuel()),
        whole(
            "memory",
            given.memory(),
            Limits.MIN_MEMORY_BYTES,
            Limits.MAX_MEMORY_BYTES,
            defaults.memoryBytes()),
        count(
            "tableElements",
            given.tableElements(),
            Limits.MAX_TABLE_ELEMENTS,
            defaults.tableElements()),
        timeout(given.timeout()),
        size("input", given.input(), Limits.MAX_BODY_BYTES, defaults.inputBytes()),
        size("output", given.output(), Limits.MAX_BODY_BYTES, defaults.outputBytes()),
        size("stderr", given.stderr(), Limits.MAX_STDERR_BYTES, defaults.stderrBytes()),
        size("scratch", given.scratch(), Limits.MAX_SCRATCH_BYTES, defaults.scratchBytes()),
        count("concurrency", given.concurrency(), Limits.MAX_CONCURRENCY, defaults.concurrency()));
  }

  private static Duration timeout(@Nullable String text) {
    if (text == null) return Limits.DEFAULT.timeout();
    var expected = "must be 1ms to " + Limits.MAX_TIMEOUT.toMinutes() + "m, digits and ms, s or m";
    try {
      var timeout = Amount.parseDuration(text);
      if (timeout.isPositive() && timeout.compareTo(Limits.MAX_TIMEOUT) <= 0) return timeout;
    } catch (IllegalArgumentException e) {
      throw invalid("timeout", text, expected);
    }
    throw invalid("timeout", text, expected);
  }

  private static int size(String name, @Nullable Quantity quantity, int most, int otherwise) {
    return (int) whole(name, quantity, 0, most, otherwise);
  }

  private static int count(String name, @Nullable Integer count, int most, int otherwise) {
    if (count == null) return otherwise;
    if (count < 0 || count > most) throw invalid(name, count.toString(), "must be 0 to " + most);
    return count;
  }

  private static long whole(
      String name, @Nullable Quantity quantity, long least, long most, long otherwise) {
    if (quantity == null) return otherwise;
    var text = text(quantity);
    var expected =
        "must be a whole number from " + least + " to " + most + ", such as 10G or 128Mi";
    var parts = QUANTITY.matcher(text);
    if (!parts.matches()) throw invalid(name, text, expected);
    var value = new BigDecimal(parts.group(1)).multiply(unit(parts.group(2)));
    if (value.stripTrailingZeros().scale() > 0
        || value.compareTo(BigDecimal.valueOf(least)) < 0
        || value.compareTo(BigDecimal.valueOf(most)) > 0) throw invalid(name, text, expected);
    return value.longValueExact();
  }

  private static String text(Quantity quantity) {
    var amount = quantity.getAmount() == null ? "" : quantity.getAmount();
    return quantity.getFormat() == null ? amount : amount + quantity.getFormat();
  }

  private static BigDecimal unit(@Nullable String suffix) {
    if (suffix == null) return BigDecimal.ONE;
    if (suffix.equals("m")) return new BigDecimal("0.001");
    if (suffix.equals("k")) return BigDecimal.valueOf(1_000);
    if (suffix.length() > 1 && !suffix.endsWith("i"))
      return BigDecimal.TEN.pow(Integer.parseInt(suffix.substring(1)));
    int power = "KMGTPE".indexOf(suffix.charAt(0)) + 1;
    return BigDecimal.valueOf(suffix.endsWith("i") ? 1_024 : 1_000).pow(power);
  }

  private static RefusedException invalid(String name, String found, String expected) {
    return new RefusedException(
        new FunctionManifest.Refused(
            FunctionManifest.Cause.INVALID, "spec.limits." + name, found, expected));
  }
}
