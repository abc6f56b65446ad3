package dev.windlass.identity;

import java.util.regex.Pattern;

/**
 * {@code spiffe://<trust domain>/ns/<namespace>/<role>/<name>}: the whole of it is the identity,
 * and only this form of the SPIFFE-ID standard is accepted.
 */
public record SpiffeId(String trustDomain, String namespace, String role, String name) {
  private static final Pattern FORM =
      Pattern.compile(
          "spiffe://([a-z0-9._-]{1,255})/ns/([a-z0-9-]{1,63})/([a-z]{1,16})/([a-z0-9][a-z0-9-]{0,62})");

  public static final String HEAD = "head";
  public static final String WORKER = "worker";
  public static final String REGISTRAR = "registrar";
  public static final String OPERATOR = "operator";

  public SpiffeId {
    var text = text(trustDomain, namespace, role, name);
    if (!FORM.matcher(text).matches())
      throw new IllegalArgumentException("not a SPIFFE id of ours: " + text);
  }

  public static SpiffeId parse(String text) {
    var m = FORM.matcher(text);
    if (!m.matches()) {
      throw new IllegalArgumentException(
          "not a SPIFFE id of the form spiffe://<trust domain>/ns/<namespace>/<role>/<name>: "
              + text);
    }
    return new SpiffeId(m.group(1), m.group(2), m.group(3), m.group(4));
  }

  /** The event-bus address that belongs to this identity, such as {@code worker.w-1f2e}. */
  public String address() {
    return role + "." + name;
  }

  @Override
  public String toString() {
    return text(trustDomain, namespace, role, name);
  }

  private static String text(String trustDomain, String namespace, String role, String name) {
    return "spiffe://" + trustDomain + "/ns/" + namespace + "/" + role + "/" + name;
  }
}
