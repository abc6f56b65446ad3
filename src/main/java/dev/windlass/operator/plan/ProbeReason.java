package dev.windlass.operator.plan;

/** The words of events about a node that is probed. */
public enum ProbeReason implements Reason {
  NODE_PROBED,
  NODE_PROBE_FAILED,
  /** The pod ended without a report that can be read. */
  NODE_PROBE_UNREADABLE,
  /** The scheduler finds no room for the pod. */
  NODE_PROBE_WAITS,
  /** The API server does not take the pod. */
  NODE_PROBE_REFUSED
}
