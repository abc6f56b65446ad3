package dev.windlass.operator.plan;

import java.util.List;

/** Where the worker's own volumes are in its container. */
final class ContainerPaths {
  private static final List<String> OURS =
      List.of(
          WorkerPod.DATA_DIRECTORY, "/tmp", WorkerPod.TOKEN_DIRECTORY, WorkerPod.TRUST_DIRECTORY);

  private ContainerPaths() {}

  /** The same, below or above one of ours: either would hide it. */
  static boolean areOurs(String path) {
    var wanted = withSlash(path);
    return OURS.stream()
        .map(ContainerPaths::withSlash)
        .anyMatch(ours -> wanted.startsWith(ours) || ours.startsWith(wanted));
  }

  private static String withSlash(String path) {
    return path.endsWith("/") ? path : path + "/";
  }
}
