package dev.windlass.function;

import java.util.regex.Pattern;

/**
 * Where a function lives: two RFC 1123 labels, as Kubernetes names are. Text form {@code
 * namespace/name}.
 */
public record FunctionName(String namespace, String name) implements Comparable<FunctionName> {
  private static final Pattern LABEL = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");

  public FunctionName {
    requireLabel("namespace", namespace);
    requireLabel("name", name);
  }

  /** {@code namespace/name}, or {@code name} in the namespace {@code default}. */
  public static FunctionName parse(String text) {
    int slash = text.indexOf('/');
    return slash < 0
        ? new FunctionName("default", text)
        : new FunctionName(text.substring(0, slash), text.substring(slash + 1));
  }

  @Override
  public int compareTo(FunctionName other) {
    int byNamespace = namespace.compareTo(other.namespace);
    return byNamespace != 0 ? byNamespace : name.compareTo(other.name);
  }

  @Override
  public String toString() {
    return namespace + "/" + name;
  }

  private static void requireLabel(String what, String label) {
    if (!LABEL.matcher(label).matches()) {
      throw new IllegalArgumentException(
          what
              + " must be 1 to 63 of a-z, 0-9 and '-', not beginning or ending with '-': "
              + label);
    }
  }
}
