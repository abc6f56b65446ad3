package dev.windlass.json;

import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * Numbers as ECMAScript's {@code Number::toString} writes them (ECMA-262 §6.1.6.1.20), which RFC
 * 8785 §3.2.2.3 asks for.
 */
final class JsonNumber {
  private JsonNumber() {}

  /** Of a finite number; -0 is {@code 0}. */
  static String format(double value) {
    if (value == 0) return "0";
    var decimal = shortest(Math.abs(value));
    var digits = decimal.unscaledValue().toString();
    // value = 0.digits * 10^point
    int point = digits.length() - decimal.scale();
    return (value < 0 ? "-" : "") + layout(digits, point);
  }

  /** A token of RFC 8259's grammar as a value, or an exception that says why it cannot be one. */
  static Json parse(String token) {
    double value = Double.parseDouble(token);
    if (Double.isInfinite(value)) throw new JsonException("number beyond a double: " + token);
    boolean zero = new BigDecimal(mantissa(token)).signum() == 0;
    if (value == 0 && !zero) throw new JsonException("number too small for a double: " + token);
    boolean integer = token.chars().allMatch(c -> c == '-' || c >= '0' && c <= '9');
    if (integer && Math.abs(value) > Json.MAX_INTEGER && !format(value).equals(token))
      throw new JsonException("integer that a double cannot hold exactly: " + token);
    return Json.of(value);
  }

  private static String mantissa(String token) {
    int e = Math.max(token.indexOf('e'), token.indexOf('E'));
    return e < 0 ? token : token.substring(0, e);
  }

  /**
   * The shortest decimal that reads as {@code value}, the closest one among them. {@link
   * Double#toString} promises that for two digits or more; where one digit is enough it may still
   * give two (4.9E-324 for 5e-324).
   */
  private static BigDecimal shortest(double value) {
    var decimal = new BigDecimal(Double.toString(value)).stripTrailingZeros();
    if (decimal.precision() != 2) return decimal;
    var exact = new BigDecimal(value);
    var down = decimal.setScale(decimal.scale() - 1, RoundingMode.DOWN);
    var up = decimal.setScale(decimal.scale() - 1, RoundingMode.UP);
    boolean downReads = down.doubleValue() == value;
    boolean upReads = up.doubleValue() == value;
    if (!downReads && !upReads) return decimal;
    boolean upCloser = up.subtract(exact).compareTo(exact.subtract(down)) < 0;
    return (upReads && (!downReads || upCloser) ? up : down).stripTrailingZeros();
  }

  private static String layout(String digits, int point) {
    int length = digits.length();
    if (length <= point && point <= 21) return digits + "0".repeat(point - length);
    if (0 < point && point <= 21) return digits.substring(0, point) + "." + digits.substring(point);
    if (-6 < point && point <= 0) return "0." + "0".repeat(-point) + digits;
    int exponent = point - 1;
    var mantissa = length == 1 ? digits : digits.charAt(0) + "." + digits.substring(1);
    return mantissa + "e" + (exponent < 0 ? "-" : "+") + Math.abs(exponent);
  }
}
