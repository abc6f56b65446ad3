package dev.windlass.operator.api;

/** Words that our objects share with the API server and with each other. */
public final class ApiNames {
  public static final String GROUP = "windlass.dev";
  public static final String VERSION = "v1alpha1";

  /** On a worker's pod and its Worker: name of the WorkerPool in the same namespace. */
  public static final String POOL_LABEL = "windlass.dev/pool";

  /** On a worker's pod and its Worker: name of the HardwareProfile. */
  public static final String PROFILE_LABEL = "windlass.dev/profile";

  /** {@code true} on the operator pod that holds the lease. */
  public static final String LEADER_LABEL = "windlass.dev/leader";

  /** Of a node, in MHz; a decimal int64, as are the next two. */
  public static final String CPU_MHZ_LABEL = "windlass.dev/cpu-mhz";

  /** Of a node: size of its NVMe device. */
  public static final String NVME_BYTES_LABEL = "windlass.dev/nvme-bytes";

  /** Of a node: 10⁶ bytes a second. */
  public static final String NVME_WRITE_MBPS_LABEL = "windlass.dev/nvme-write-mbps";

  public static final String APP_NAME_LABEL = "app.kubernetes.io/name";
  public static final String APP_INSTANCE_LABEL = "app.kubernetes.io/instance";
  public static final String APP_COMPONENT_LABEL = "app.kubernetes.io/component";
  public static final String APP_MANAGED_BY_LABEL = "app.kubernetes.io/managed-by";

  /** Of a node: the boot that the probe measured. */
  public static final String PROBED_BOOT_ID_ANNOTATION = "windlass.dev/probed-boot-id";

  /** On a Worker until its revocation stands in the log. */
  public static final String REVOKE_FINALIZER = "windlass.dev/revoke";

  /** Readiness gate of a worker's pod: a head has heard of it. */
  public static final String JOINED_GATE = "windlass.dev/joined";

  public static final String OPERATOR_MANAGER = "windlass-operator";
  public static final String REGISTRAR_MANAGER = "windlass-registrar";
  public static final String HEAD_MANAGER = "windlass-head";
  public static final String NODE_PROBE_MANAGER = "windlass-node-probe";

  /** Of the projected token that a worker shows the registrar. */
  public static final String REGISTRAR_AUDIENCE = "windlass-registrar";

  /** Under which workers run, one in each namespace with a WorkerPool. */
  public static final String WORKER_SERVICE_ACCOUNT = "windlass-worker";

  private ApiNames() {}
}
