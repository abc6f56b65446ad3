package dev.windlass.image;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodType;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * Writes one line for each different thing that is reflected on: kind, target, member, what
 * initialiser asks (classes by comma, or -), whether by constants, method called, caller. At once:
 * many processes end by a signal.
 */
public final class Recorder {
  private static final Set<String> SEEN = ConcurrentHashMap.newKeySet();
  private static final ThreadLocal<Boolean> BUSY = ThreadLocal.withInitial(() -> false);
  private static FileChannel out;

  private Recorder() {}

  static void open(Path file) {
    try {
      out = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static void untraced(String name, RuntimeException why) {
    line("UNTRACED", name.replace('/', '.'), String.valueOf(why).replaceAll("\\s+", " "), "", "");
  }

  /** Called by the classes that {@link CallSites} changed. */
  public static void note(
      String kind,
      String method,
      String caller,
      boolean constant,
      Object result,
      Object[] arguments) {
    if (BUSY.get()) return;
    BUSY.set(true);
    try {
      var end = (constant ? "constant" : "computed") + "\t" + method + "\t" + caller;
      switch (ReflectiveCall.valueOf(kind)) {
        case TYPE -> type(kind, (Class<?>) result, end);
        case LIST -> list((Class<?>) arguments[0], (Object[]) result, end);
        case MEMBER -> member(result, arguments, end);
        case USE -> use(arguments, end);
        case ARRAY -> type(kind, (Class<?>) arguments[0], end);
        case PROXY -> proxy(arguments, end);
        case RESOURCE -> resource(result, arguments, end);
        case BUNDLE -> line(kind, String.valueOf(arguments[0]), "-", end);
        case SERVICE -> service(kind, arguments, end);
        case SERIAL -> line(kind, arguments[0].getClass().getName(), "-", end);
      }
    } catch (RuntimeException | LinkageError e) {
      line("UNTRACED", caller, String.valueOf(e).replaceAll("\\s+", " "), "");
    } finally {
      BUSY.set(false);
    }
  }

  private static void type(String kind, Class<?> found, String end) {
    if (found != null) line(kind, found.getName(), "-", end);
  }

  private static void list(Class<?> asked, Object[] found, String end) {
    if (found == null || found.length == 0) return;
    for (var one : found)
      switch (one) {
        case Member m -> line("LIST", m.getDeclaringClass().getName(), kindOf(m), end);
        case RecordComponent c -> line("LIST", c.getDeclaringRecord().getName(), "methods", end);
        default -> line("LIST", asked.getName(), "classes", end);
      }
  }

  private static void member(Object found, Object[] arguments, String end) {
    if (found instanceof Member m) line("MEMBER", m.getDeclaringClass().getName(), text(m), end);
    else if (found != null && arguments[1] instanceof Class<?> c)
      line("MEMBER", c.getName(), handle(arguments), end);
  }

  /** Of a lookup, its class, perhaps a name, and a type. */
  private static String handle(Object[] arguments) {
    var name = arguments[2] instanceof String s ? s : "<init>";
    return arguments[arguments.length - 1] instanceof MethodType t
        ? name + parameters(t.parameterArray())
        : name;
  }

  private static String parameters(Class<?>[] types) {
    return Arrays.stream(types).map(Class::getTypeName).collect(Collectors.joining(",", "(", ")"));
  }

  private static void use(Object[] arguments, String end) {
    for (var a : arguments)
      if (a instanceof Member m) {
        line("USE", m.getDeclaringClass().getName(), text(m), end);
        return;
      }
    for (var a : arguments)
      if (a instanceof Class<?> c) {
        line("USE", c.getName(), "<init>()", end);
        return;
      }
  }

  private static void proxy(Object[] arguments, String end) {
    for (var a : arguments)
      if (a instanceof Class<?>[] interfaces)
        line(
            "PROXY",
            Arrays.stream(interfaces).map(Class::getName).collect(Collectors.joining(",")),
            "-",
            end);
  }

  private static void resource(Object found, Object[] arguments, String end) {
    if (found == null) return;
    var name = (String) arguments[arguments.length - 1];
    var asked = arguments[0];
    if (asked instanceof Class<?> c && !name.startsWith("/"))
      name = c.getPackageName().replace('.', '/') + "/" + name;
    line("RESOURCE", name.startsWith("/") ? name.substring(1) : name, "-", end);
  }

  private static void service(String kind, Object[] arguments, String end) {
    for (var a : arguments)
      if (a instanceof Class<?> c) {
        line(kind, c.getName(), "-", end);
        return;
      }
  }

  private static String kindOf(Member m) {
    return switch (m) {
      case Method _ -> "methods";
      case Constructor<?> _ -> "constructors";
      case Field _ -> "fields";
      default -> throw new IllegalArgumentException(m.toString());
    };
  }

  private static String text(Member m) {
    return switch (m) {
      case Field f -> f.getName();
      case Executable e ->
          (e instanceof Method ? e.getName() : "<init>") + parameters(e.getParameterTypes());
      default -> throw new IllegalArgumentException(m.toString());
    };
  }

  /** Which class initialisers are at work: most of them run when the image is built. */
  private static String initialisers() {
    return StackWalker.getInstance()
        .walk(
            frames ->
                frames
                    .filter(f -> f.getMethodName().equals("<clinit>"))
                    .map(StackWalker.StackFrame::getClassName)
                    .collect(Collectors.joining(",")));
  }

  private static void line(String... words) {
    var head = words[0] + "\t" + words[1] + "\t" + words[2];
    var tail = words[words.length - 1];
    // What was asked outside any initialiser needs no second look, and that is nearly all.
    if (SEEN.contains(head + "\t-\t" + tail)) return;
    var inside = initialisers();
    var line = head + "\t" + (inside.isEmpty() ? "-" : inside) + "\t" + tail;
    if (!SEEN.add(line)) return;
    var bytes = ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8));
    try {
      synchronized (SEEN) {
        while (bytes.hasRemaining()) out.write(bytes);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
