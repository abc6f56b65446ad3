package dev.windlass.registrar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.windlass.identity.AuthorityFile;
import dev.windlass.identity.CertificateAuthority;
import dev.windlass.identity.MadeElsewhere;
import dev.windlass.identity.SuppliedRoot;
import dev.windlass.identity.TestClock;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A root is replaced, step by step, with a clock that only the test moves. */
class RootRotationTest {
  private static final Duration PROPAGATION = Duration.ofMinutes(2);

  private final TestClock clock = new TestClock();
  private final SecureRandom random = new SecureRandom();
  private CertificateAuthority authority = CertificateAuthority.create("acme.test", clock, random);

  @Test
  void a_young_root_rests() {
    assertInstanceOf(RootRotation.Step.Rest.class, next(true));
  }

  @Test
  void a_new_root_is_believed_first_signs_when_all_know_it_and_the_old_one_goes_last()
      throws Exception {
    var old = authority.certificate();
    clock.forward(CertificateAuthority.ROOT_LIFE.minusDays(30));

    write(next(true));
    assertEquals(2, authority.roots().size());
    assertEquals(old, authority.certificate(), "the new root waits");
    clock.forward(Duration.ofDays(1));
    assertInstanceOf(
        RootRotation.Step.Rest.class, next(false), "as long as not everybody has heard of it");
    assertEquals(old, authority.certificate());

    write(next(true));
    clock.forward(PROPAGATION.minusSeconds(1));
    assertEquals(old, authority.certificate(), "a pod may have read the old file");
    clock.forward(Duration.ofSeconds(1));
    var fresh = authority.roots().getLast();
    assertEquals(fresh, authority.certificate());

    clock.forward(CertificateAuthority.LEAF_LIFE);
    assertEquals(2, authority.roots().size(), "the last leaf of the old one has just ended");
    assertInstanceOf(RootRotation.Step.Rest.class, next(true));
    clock.forward(CertificateAuthority.LEAF_LIFE);
    write(next(true));
    assertEquals(List.of(fresh), authority.roots());
    assertInstanceOf(RootRotation.Step.Rest.class, next(true));
  }

  /** cert-manager renews it; near its end nothing of ours takes its place. */
  @Test
  void a_root_that_the_user_renews_takes_the_same_way_and_is_never_replaced_by_one_of_ours()
      throws Exception {
    var first = supplied();
    authority = CertificateAuthority.of("acme.test", first, clock, random);
    clock.forward(Duration.ofDays(60));
    assertInstanceOf(RootRotation.Step.Rest.class, next(Optional.of(first), true));

    var renewed = supplied();
    write(next(Optional.of(renewed), false));
    assertEquals(first.certificate(), authority.certificate());
    assertInstanceOf(RootRotation.Step.Rest.class, next(Optional.of(renewed), false));
    write(next(Optional.of(renewed), true));
    clock.forward(PROPAGATION);
    assertEquals(renewed.certificate(), authority.certificate());
    assertInstanceOf(RootRotation.Step.Rest.class, next(Optional.of(renewed), true));
    clock.forward(CertificateAuthority.OVERLAP);
    write(next(Optional.of(renewed), true));
    assertEquals(List.of(renewed.certificate()), authority.roots());
  }

  private SuppliedRoot supplied() throws IOException {
    var made = MadeElsewhere.make("our CA", clock.instant());
    return SuppliedRoot.parse(
        "here", made.certificatePem(), made.sec1(), "acme.test", clock, random);
  }

  private RootRotation.Step next(boolean known) {
    return next(Optional.empty(), known);
  }

  private RootRotation.Step next(Optional<SuppliedRoot> supplied, boolean known) {
    return RootRotation.next(authority, supplied, known, clock.instant(), PROPAGATION);
  }

  /** And reads it again, as the next leader does. */
  private void write(RootRotation.Step step) throws IOException {
    var changed = assertInstanceOf(RootRotation.Step.Write.class, step).authority();
    authority = AuthorityFile.parse("test", AuthorityFile.text(changed), clock, random);
  }
}
