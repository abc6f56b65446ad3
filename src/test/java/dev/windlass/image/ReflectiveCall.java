package dev.windlass.image;

import static java.util.stream.Collectors.toMap;

import java.lang.classfile.ClassModel;
import java.lang.classfile.constantpool.MemberRefEntry;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;

/** A method of the JDK that reflects, by what an image needs for it. */
enum ReflectiveCall {
  TYPE("java/lang/Class forName; java/lang/ClassLoader loadClass", true),
  LIST(
      "java/lang/Class getDeclaredMethods getMethods getDeclaredFields getFields"
          + " getDeclaredConstructors getConstructors getRecordComponents getDeclaredClasses"
          + " getClasses getPermittedSubclasses getNestMembers",
      true),
  MEMBER(
      "java/lang/Class getDeclaredMethod getMethod getDeclaredField getField"
          + " getDeclaredConstructor getConstructor;"
          + " java/lang/invoke/MethodHandles$Lookup findVirtual findStatic findConstructor"
          + " findSpecial findGetter findSetter findStaticGetter findStaticSetter findVarHandle"
          + " findStaticVarHandle",
      true),
  USE(
      "java/lang/reflect/Method invoke; java/lang/reflect/Constructor newInstance;"
          + " java/lang/reflect/Field get getInt getLong getBoolean set setInt setLong setBoolean;"
          + " java/lang/Class newInstance; java/lang/invoke/MethodHandles$Lookup unreflect"
          + " unreflectConstructor unreflectGetter unreflectSetter unreflectSpecial"
          + " unreflectVarHandle; sun/misc/Unsafe allocateInstance objectFieldOffset",
      false),
  ARRAY("java/lang/reflect/Array newInstance", false),
  PROXY("java/lang/reflect/Proxy newProxyInstance getProxyClass", false),
  RESOURCE(
      "java/lang/Class getResource getResourceAsStream; java/lang/ClassLoader getResource"
          + " getResources getResourceAsStream getSystemResource getSystemResources"
          + " getSystemResourceAsStream resources",
      true),
  BUNDLE("java/util/ResourceBundle getBundle", true),
  SERVICE("java/util/ServiceLoader load loadInstalled", false),
  SERIAL(
      "java/io/ObjectInputStream readObject readUnshared; java/io/ObjectOutputStream writeObject"
          + " writeUnshared",
      false);

  private static final Map<String, ReflectiveCall> BY_NAME =
      Arrays.stream(values())
          .flatMap(c -> Arrays.stream(c.methods.split("; *")).map(row -> Map.entry(row, c)))
          .flatMap(
              e ->
                  Arrays.stream(e.getKey().split(" "))
                      .skip(1)
                      .map(m -> Map.entry(e.getKey().split(" ")[0] + "." + m, e.getValue())))
          .collect(toMap(Map.Entry::getKey, Map.Entry::getValue));

  private final String methods;

  /** Only an answer counts: a lookup that finds nothing finds nothing in an image either. */
  final boolean isLookup;

  ReflectiveCall(String methods, boolean isLookup) {
    this.methods = methods;
    this.isLookup = isLookup;
  }

  static Optional<ReflectiveCall> of(String owner, String method) {
    var declared =
        owner.endsWith("ClassLoader") || owner.endsWith("CL") ? "java/lang/ClassLoader" : owner;
    return Optional.ofNullable(BY_NAME.get(declared + "." + method));
  }

  static boolean isIn(ClassModel model) {
    for (var entry : model.constantPool())
      if (entry instanceof MemberRefEntry m
          && of(m.owner().asInternalName(), m.name().stringValue()).isPresent()) return true;
    return false;
  }
}
