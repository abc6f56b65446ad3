package dev.windlass.registrar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.windlass.identity.AuthorityFile;
import dev.windlass.identity.CertificateAuthority;
import dev.windlass.identity.TestClock;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
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

  private RootRotation.Step next(boolean known) {
    return RootRotation.next(authority, known, clock.instant(), PROPAGATION);
  }

  /** And reads it again, as the next leader does. */
  private void write(RootRotation.Step step) throws IOException {
    var changed = assertInstanceOf(RootRotation.Step.Write.class, step).authority();
    authority = AuthorityFile.parse("test", AuthorityFile.text(changed), clock, random);
  }
}
