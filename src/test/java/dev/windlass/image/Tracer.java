package dev.windlass.image;

import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFile.ClassHierarchyResolverOption;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.nio.file.Path;
import java.security.ProtectionDomain;

/**
 * A Java agent: {@code -javaagent:tracer.jar=FILE} appends to the file what classes of the
 * application and its libraries reflect on. It sees no call that the JDK makes inside itself: those
 * are the business of the image builder, which knows the JDK.
 */
public final class Tracer implements ClassFileTransformer {
  private static final String SELF = "dev/windlass/image/";

  /** Classes that the JDK makes. */
  private static final String PROXIES = "jdk/proxy";

  private Tracer() {}

  /** Called by the JVM before the main class. */
  public static void premain(String file, Instrumentation instrumentation) {
    Recorder.open(Path.of(file));
    instrumentation.addTransformer(new Tracer());
  }

  @Override
  public byte[] transform(
      ClassLoader loader, String name, Class<?> old, ProtectionDomain domain, byte[] bytes) {
    if (name == null || name.startsWith(SELF) || name.startsWith(PROXIES) || isOfTheJdk(loader))
      return null;
    try {
      var file =
          ClassFile.of(
              ClassHierarchyResolverOption.of(ClassHierarchyResolver.ofResourceParsing(loader)));
      var model = file.parse(bytes);
      return ReflectiveCall.isIn(model) ? file.transformClass(model, new CallSites(name)) : null;
    } catch (RuntimeException e) {
      // Silence would look like a class that does not reflect.
      Recorder.untraced(name, e);
      return null;
    }
  }

  private static boolean isOfTheJdk(ClassLoader loader) {
    return loader == null || loader == ClassLoader.getPlatformClassLoader();
  }
}
