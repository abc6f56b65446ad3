package dev.windlass.operator.plan;

/** Keys that are not of our API: labels of nodes, taints, and what only the plan writes. */
public final class Keys {
  /** Everything under it is ours: a pod template may not set it. */
  public static final String DOMAIN = "windlass.dev/";

  /** Of a pod: which template it was made from. Another one means the pod is out of date. */
  public static final String REVISION = DOMAIN + "revision";

  public static final String OS = "kubernetes.io/os";
  public static final String ARCH = "kubernetes.io/arch";
  public static final String HOSTNAME = "kubernetes.io/hostname";
  public static final String ZONE = "topology.kubernetes.io/zone";

  static final String APP_DOMAIN = "app.kubernetes.io/";
  static final String UNSCHEDULABLE = "node.kubernetes.io/unschedulable";
  static final String NOT_READY = "node.kubernetes.io/not-ready";
  static final String UNREACHABLE = "node.kubernetes.io/unreachable";

  private Keys() {}
}
