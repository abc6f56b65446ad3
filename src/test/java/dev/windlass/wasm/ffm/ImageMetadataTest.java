package dev.windlass.wasm.ffm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * The metadata of a native image comes from the list that the linker reads. {@code -Dgolden.update}
 * writes it.
 */
class ImageMetadataTest {
  private static final Path FOLDER =
      Path.of("src/main/resources/META-INF/native-image/dev.windlass/windlass");
  private static final Path CLASSES = Path.of("target/classes");

  /** They hold handles, stubs, addresses or what was found on this machine. */
  private static final List<Class<?>> AT_RUN_TIME =
      List.of(C.class, Memory.class, Upcalls.class, Invocation.class, found());

  private static final Set<Class<?>> NATIVE =
      Set.of(MethodHandle.class, MemorySegment.class, SymbolLookup.class, Invocation.Name.class);

  @Test
  void every_call_shape_is_registered_for_a_native_image() throws IOException {
    assertGolden(FOLDER.resolve("reachability-metadata.json"), metadata());
  }

  @Test
  void classes_with_handles_are_initialised_when_the_image_runs() throws IOException {
    assertGolden(FOLDER.resolve("native-image.properties"), properties());
  }

  @Test
  void no_class_with_a_native_static_is_missing_from_the_list() throws Exception {
    var found = new TreeSet<String>();
    try (var files = Files.list(CLASSES.resolve("dev/windlass/wasm/ffm"))) {
      for (var file : files.filter(f -> f.toString().endsWith(".class")).toList()) {
        var name = file.getFileName().toString().replace(".class", "");
        if (name.equals("package-info")) continue;
        var type = Class.forName("dev.windlass.wasm.ffm." + name, false, C.class.getClassLoader());
        if (Arrays.stream(type.getDeclaredFields())
            .anyMatch(
                f ->
                    Modifier.isStatic(f.getModifiers())
                        && (NATIVE.contains(f.getType()) || f.getName().equals("STUB"))))
          found.add(type.getName());
      }
    }
    var listed = AT_RUN_TIME.stream().map(Class::getName).collect(Collectors.toSet());
    assertTrue(listed.containsAll(found), found + " of these some are not in " + listed);
  }

  private static Class<?> found() {
    return Arrays.stream(Library.class.getDeclaredClasses())
        .filter(c -> c.getSimpleName().equals("Found"))
        .findFirst()
        .orElseThrow();
  }

  private static String properties() {
    return "Args = --initialize-at-run-time="
        + AT_RUN_TIME.stream().map(Class::getName).collect(Collectors.joining(","))
        + " --enable-native-access=ALL-UNNAMED\n";
  }

  private static String metadata() {
    var downcalls = new TreeSet<String>();
    for (var f : CFunction.values()) {
      var options = f.leaf ? ", \"options\": {\"critical\": {\"allowHeapAccess\": false}}" : "";
      downcalls.add("      {" + signature(C.descriptor(f)) + options + "}");
    }
    var upcall =
        "      {\"class\": \"%s\", \"method\": \"%s\", %s}"
            .formatted(Upcalls.class.getName(), Upcalls.NAME, signature(Upcalls.CB4));
    var parameters =
        Upcalls.CB4.argumentLayouts().stream()
            .map(l -> '"' + ((ValueLayout) l).carrier().getSimpleName() + '"')
            .collect(Collectors.joining(", "));
    return """
    {
      "reflection": [
        {"type": "%s", "methods": [{"name": "%s", "parameterTypes": [%s]}]}
      ],
      "resources": [{"glob": "dev/windlass/wasm/ffm/%s"}],
      "foreign": {
        "downcalls": [
    %s
        ],
        "directUpcalls": [
    %s
        ]
      }
    }
    """
        .formatted(
            Upcalls.class.getName(),
            Upcalls.NAME,
            parameters,
            Library.PINS,
            String.join(",\n", downcalls),
            upcall);
  }

  private static String signature(FunctionDescriptor d) {
    var result = d.returnLayout().map(l -> type((ValueLayout) l)).orElse("void");
    var parameters =
        d.argumentLayouts().stream()
            .map(l -> '"' + type((ValueLayout) l) + '"')
            .collect(Collectors.joining(", "));
    return "\"returnType\": \"" + result + "\", \"parameterTypes\": [" + parameters + "]";
  }

  private static String type(ValueLayout layout) {
    return "j" + layout.carrier().getSimpleName();
  }

  private static void assertGolden(Path file, String expected) throws IOException {
    if (System.getProperty("golden.update") != null) {
      Files.createDirectories(FOLDER);
      Files.writeString(file, expected);
    }
    assertEquals(expected, Files.readString(file), file + " differs: run with -Dgolden.update");
  }
}
