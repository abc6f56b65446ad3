package dev.windlass.operator;

import java.time.InstantSource;

/** What every reconciler works with. */
record Parts(
    OperatorConfig config,
    Cluster cluster,
    Caches caches,
    Events events,
    OperatorMetrics metrics,
    InstantSource clock) {}
