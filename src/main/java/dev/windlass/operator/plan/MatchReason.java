package dev.windlass.operator.plan;

/**
 * Why a node cannot take a pod, in the order in which it is checked. The first that applies is the
 * one that is counted.
 */
public enum MatchReason implements Reason {
  NODE_NOT_READY,
  CORDONED,
  OS_MISMATCH,
  ARCH_MISMATCH,
  TAINTED,
  SELECTOR_MISMATCH,
  ZONE_UNKNOWN,
  HOST_UNKNOWN,
  CPU_CLOCK_UNKNOWN,
  CPU_TOO_SLOW,
  CPU_TOO_FEW,
  MEMORY_TOO_SMALL,
  DISK_TOO_SMALL,
  NVME_UNKNOWN,
  NVME_TOO_SMALL,
  NVME_TOO_SLOW
}
