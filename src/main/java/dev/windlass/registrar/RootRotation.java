package dev.windlass.registrar;

import dev.windlass.identity.CertificateAuthority;
import dev.windlass.identity.SuppliedRoot;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * How a root is replaced where roots are made known by ConfigMaps: a new one is added and waits;
 * once every ConfigMap has it, it is told to sign as soon as every pod has read it; the old one
 * goes when its last leaf is gone. A root that the user renews takes the same way. Pure; each step
 * is one write of the Secret, and a registrar that starts anywhere in between goes on from there.
 */
final class RootRotation {
  /** What is to be written next. */
  sealed interface Step {
    record Rest() implements Step {}

    record Write(CertificateAuthority authority, String what) implements Step {}
  }

  private RootRotation() {}

  /**
   * @param supplied the root that the user makes and renews; absent: ours
   * @param known whether every ConfigMap has all roots of this authority
   * @param propagation from then until every pod has read it
   */
  static Step next(
      CertificateAuthority authority,
      Optional<SuppliedRoot> supplied,
      boolean known,
      Instant now,
      Duration propagation) {
    if (authority.waits())
      return known
          ? new Step.Write(
              authority.signingFrom(now.plus(propagation)), "the new root is known and will sign")
          : new Step.Rest();
    if (authority.hasDead()) return new Step.Write(authority.withoutDead(), "the old root is gone");
    if (supplied.isPresent())
      return authority.has(supplied.get())
          ? new Step.Rest()
          : new Step.Write(
              authority.withWaitingRoot(supplied.get()), "a root of the user's is there and waits");
    if (authority.rotationDue())
      return new Step.Write(authority.withWaitingRoot(), "a new root is there and waits");
    return new Step.Rest();
  }
}
