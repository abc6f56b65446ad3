package dev.windlass.function;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Writes modules octet by octet, right or wrong, as the binary format has them. */
public final class WasmBytes {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  /** The header of a core module. */
  public static WasmBytes module() {
    return new WasmBytes().octets(0, 'a', 's', 'm', 1, 0, 0, 0);
  }

  /**
   * A module of one type {@code () -> ()}, one function that does nothing, exported as {@code
   * _start}, and a memory of one page.
   */
  public static WasmBytes tiny() {
    return module()
        .section(1, 1, 0x60, 0, 0)
        .section(3, 1, 0)
        .section(5, 1, 0, 1)
        .section(7, body().octets(2).name("_start").octets(0, 0).name("memory").octets(2, 0))
        .section(10, 1, 2, 0, 0x0b);
  }

  public static WasmBytes body() {
    return new WasmBytes();
  }

  public WasmBytes octets(int... octets) {
    for (int octet : octets) out.write(octet);
    return this;
  }

  public WasmBytes u32(long value) {
    long rest = value;
    do {
      int more = rest >> 7 == 0 ? 0 : 0x80;
      out.write((int) (rest & 0x7f) | more);
      rest >>= 7;
    } while (rest != 0);
    return this;
  }

  public WasmBytes name(String text) {
    var utf8 = text.getBytes(StandardCharsets.UTF_8);
    u32(utf8.length);
    out.writeBytes(utf8);
    return this;
  }

  public WasmBytes section(int id, int... octets) {
    return section(id, body().octets(octets));
  }

  public WasmBytes section(int id, WasmBytes body) {
    out.write(id);
    u32(body.out.size());
    out.writeBytes(body.out.toByteArray());
    return this;
  }

  public byte[] done() {
    return out.toByteArray();
  }
}
