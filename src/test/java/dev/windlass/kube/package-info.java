/**
 * A real Kubernetes control plane for tests, from the programs that {@code make kube-assets}
 * builds.
 */
package dev.windlass.kube;
