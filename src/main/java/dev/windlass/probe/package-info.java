/**
 * Measures the node it runs on: the clock of its CPUs, and the NVMe below one directory. Start at
 * {@link dev.windlass.probe.NodeProbe}.
 *
 * <p>What is read are texts of {@code /proc}, {@code /sys} and the cgroup, whose roots are given; a
 * fact that they do not tell is left out, with a note why. What disturbs a measurement (no room, a
 * volume that cannot be written, a throttled process) is a failure: another try may do better.
 *
 * <p>Nothing here is evidence: a virtual machine hides its clock, a drive's cache flatters short
 * writes, and whoever owns the node can say what he likes. It costs speed, never correctness.
 *
 * <p>Not here: what follows from a report ({@code operator.plan}), and who writes labels ({@code
 * operator}).
 */
@NullMarked
package dev.windlass.probe;

import org.jspecify.annotations.NullMarked;
