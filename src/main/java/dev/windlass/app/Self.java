package dev.windlass.app;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * How to start this same application once more: the binary of a native image, or Java with the
 * class path this process has.
 */
final class Self {
  private static final String NATIVE = "org.graalvm.nativeimage.imagecode";

  private Self() {}

  /**
   * The words before the arguments.
   *
   * @param jvmFlags taken by a JVM, dropped for a native image
   */
  static List<String> command(List<String> jvmFlags) {
    if (System.getProperty(NATIVE) != null) {
      return List.of(
          ProcessHandle.current()
              .info()
              .command()
              .orElseThrow(() -> new IllegalStateException("the system does not say our binary")));
    }
    var words = new ArrayList<String>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    words.add("--enable-native-access=ALL-UNNAMED");
    words.add("--add-opens=java.base/java.lang=ALL-UNNAMED"); // jboss-threads resets thread locals
    words.add("--sun-misc-unsafe-memory-access=allow"); // Netty asks for it
    words.addAll(jvmFlags);
    words.addAll(List.of("-cp", System.getProperty("java.class.path")));
    words.add(Main.class.getName());
    return List.copyOf(words);
  }
}
