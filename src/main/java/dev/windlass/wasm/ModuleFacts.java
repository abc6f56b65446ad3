package dev.windlass.wasm;

import dev.windlass.function.ModuleShape;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/** What linking and running need to know of a module, kept beside its compiled code. */
record ModuleFacts(
    long wasmBytes, long memoryBytes, long tableElements, List<ModuleShape.Import> imports) {
  ModuleFacts {
    imports = List.copyOf(imports);
  }

  static ModuleFacts of(ModuleShape shape) {
    return new ModuleFacts(
        shape.bytes(),
        shape.memory().map(ModuleShape.Memory::minBytes).orElse(0L),
        shape.tableElements(),
        shape.imports());
  }

  byte[] toBytes() {
    var octets = new ByteArrayOutputStream();
    try (var out = new DataOutputStream(octets)) {
      out.writeLong(wasmBytes);
      out.writeLong(memoryBytes);
      out.writeLong(tableElements);
      out.writeInt(imports.size());
      for (var i : imports) {
        out.writeUTF(i.module());
        out.writeUTF(i.name());
        out.writeByte(i.kind().ordinal());
        out.writeUTF(i.signature());
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write to memory", e);
    }
    return octets.toByteArray();
  }

  /** Only what {@link #toBytes} wrote: the cache has authenticated it. */
  static ModuleFacts parse(byte[] octets) throws IOException {
    try (var in = new DataInputStream(new ByteArrayInputStream(octets))) {
      long wasm = in.readLong();
      long memory = in.readLong();
      long table = in.readLong();
      var imports = new ArrayList<ModuleShape.Import>();
      for (int n = in.readInt(); n > 0; n--) {
        imports.add(
            new ModuleShape.Import(
                in.readUTF(),
                in.readUTF(),
                ModuleShape.Kind.values()[in.readUnsignedByte()],
                in.readUTF()));
      }
      return new ModuleFacts(wasm, memory, table, imports);
    }
  }
}
