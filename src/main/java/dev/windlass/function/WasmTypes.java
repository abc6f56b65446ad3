package dev.windlass.function;

import static dev.windlass.function.WasmCursor.hex;
import static dev.windlass.function.WasmCursor.malformedAt;
import static dev.windlass.function.WasmCursor.refuse;

import dev.windlass.function.InvalidModule.Feature;
import dev.windlass.function.InvalidModule.NeedsFeature;
import dev.windlass.function.ModuleShape.Memory;
import java.util.Optional;

/** Types, limits and constant expressions (binary format §5.3 and §5.4.9), each read or refused. */
final class WasmTypes {
  private final WasmCursor in;

  WasmTypes(WasmCursor in) {
    this.in = in;
  }

  /** One letter each, as {@link ModuleShape.Import#signature} has them. */
  String valueTypes(String what, int most) {
    int count = in.count(what, most);
    var signature = new StringBuilder(count);
    for (int i = 0; i < count; i++) signature.append(valueType());
    return signature.toString();
  }

  char valueType() {
    int at = in.position();
    int code = in.octet();
    return switch (code) {
      case 0x7f -> 'i';
      case 0x7e -> 'I';
      case 0x7d -> 'f';
      case 0x7c -> 'F';
      case 0x7b -> 'v';
      default -> referenceType(code, at);
    };
  }

  static char referenceType(int code, int at) {
    return switch (code) {
      case 0x70 -> 'r';
      case 0x6f -> throw refuse(new NeedsFeature(Feature.EXTERNREF, "an externref", at));
      case 0x69, 0x74 -> throw refuse(new NeedsFeature(Feature.EXCEPTIONS, "an exnref", at));
      case 0x68, 0x75 -> throw refuse(new NeedsFeature(Feature.STACK_SWITCHING, "a contref", at));
      case 0x63, 0x64 ->
          throw refuse(new NeedsFeature(Feature.FUNCTION_REFERENCES, "a typed reference", at));
      case 0x6a, 0x6b, 0x6c, 0x6d, 0x6e, 0x71, 0x72, 0x73 ->
          throw refuse(new NeedsFeature(Feature.GC, "a reference to a collected value", at));
      default -> throw malformedAt(at, "a value type", hex(code));
    };
  }

  /** Flags: 1 maximum, 2 shared, 4 with 64-bit indices, 8 with its own page size. */
  Memory limits(String what, long most) {
    int at = in.position();
    int flags = in.octet();
    if (flags > 0x0f) throw malformedAt(at, "flags of limits (0 to 15)", hex(flags));
    if ((flags & 2) != 0)
      throw refuse(new NeedsFeature(Feature.THREADS, what + " that is shared", at));
    if ((flags & 4) != 0)
      throw refuse(new NeedsFeature(Feature.MEMORY64, what + " with 64-bit indices", at));
    if ((flags & 8) != 0)
      throw refuse(
          new NeedsFeature(Feature.CUSTOM_PAGE_SIZES, what + " with its own page size", at));
    long min = in.u32();
    Optional<Long> max = (flags & 1) != 0 ? Optional.of(in.u32()) : Optional.empty();
    if (min > most || max.orElse(min) > most)
      throw malformedAt(at, what + " of at most " + most, min + " to " + max.orElse(min));
    if (max.orElse(min) < min)
      throw malformedAt(at, "a maximum of at least " + min, String.valueOf(max.orElse(min)));
    return new Memory(min, max);
  }

  /** A constant expression: constants, global.get, references and the extended arithmetic. */
  void skipConstant() {
    while (true) {
      int at = in.position();
      int code = in.octet();
      switch (code) {
        case 0x0b -> {
          return;
        }
        case 0x41 -> in.skipSigned(5);
        case 0x42 -> in.skipSigned(10);
        case 0x43 -> in.skip(4);
        case 0x44 -> in.skip(8);
        case 0x23, 0xd2 -> in.u32();
        case 0x6a, 0x6b, 0x6c, 0x7c, 0x7d, 0x7e -> {}
        case 0xd0 -> referenceType(in.octet(), at);
        case 0xfd -> {
          if (in.u32() != 0x0c) throw malformedAt(at, "v128.const", "another vector operation");
          in.skip(16);
        }
        case 0xfb -> throw refuse(new NeedsFeature(Feature.GC, "a collected constant", at));
        default -> throw malformedAt(at, "a constant operation", hex(code));
      }
    }
  }
}
