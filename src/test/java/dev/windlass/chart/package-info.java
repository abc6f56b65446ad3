/**
 * The Helm chart: what it renders, refuses and installs, on a real API server where that matters.
 */
@NullMarked
package dev.windlass.chart;

import org.jspecify.annotations.NullMarked;
