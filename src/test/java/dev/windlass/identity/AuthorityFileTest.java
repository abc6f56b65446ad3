package dev.windlass.identity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuthorityFileTest {
  private static final SpiffeId WORKER = new SpiffeId("acme.test", "default", "worker", "w-1");

  @TempDir Path home;
  private final TestClock clock = new TestClock();
  private final SecureRandom random = new SecureRandom();
  private final CertificateAuthority ca = CertificateAuthority.create("acme.test", clock, random);

  @Test
  void an_authority_read_again_signs_for_the_same_roots() throws Exception {
    var rotated = ca.rotated();
    AuthorityFile.write(file(), rotated);
    var read = AuthorityFile.read(file(), clock, random);

    assertEquals(rotated.roots(), read.roots());
    assertEquals("acme.test", read.trustDomain());
    var leaf = read.credentials(WORKER).chain().toArray(X509Certificate[]::new);
    var verifier = new PeerVerifier(ca::roots, "acme.test", WORKER::equals, clock);
    assertEquals(WORKER, verifier.verify(leaf, Set.of(PeerVerifier.Purpose.CLIENT)));
  }

  @Test
  void the_key_file_is_for_its_owner_only_and_replaced_as_a_whole() throws Exception {
    AuthorityFile.write(file(), ca);
    AuthorityFile.write(file(), ca.rotated());

    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file())));
    try (var files = Files.list(home)) {
      assertEquals(1, files.count(), "nothing is left beside it");
    }
  }

  @Test
  void a_key_file_that_others_may_read_is_refused() throws Exception {
    AuthorityFile.write(file(), ca);
    Files.setPosixFilePermissions(file(), PosixFilePermissions.fromString("rw-r--r--"));
    refused("has mode rw-r--r--; expected rw-------");
  }

  @Test
  void a_key_file_cut_short_is_refused() throws Exception {
    AuthorityFile.write(file(), ca);
    var text = Files.readString(file());
    for (int keep : new int[] {0, 10, 40, 200, text.length() - 1}) {
      Files.writeString(file(), text.substring(0, keep));
      assertThrows(IOException.class, () -> AuthorityFile.read(file(), clock, random), "" + keep);
    }
    Files.writeString(file(), text + "more");
    refused("is not understood from character " + text.length());
  }

  @Test
  void a_key_that_is_not_the_certificates_is_refused() throws Exception {
    var other = CertificateAuthority.create("acme.test", clock, random);
    AuthorityFile.write(file(), ca);
    var mine = Files.readString(file());
    AuthorityFile.write(file(), other);
    var theirs = Files.readString(file());
    int split = mine.indexOf("-----BEGIN CERTIFICATE");
    Files.writeString(
        file(),
        mine.substring(0, split) + theirs.substring(theirs.indexOf("-----BEGIN CERTIFICATE")));
    refused("the key is not that of");
  }

  private void refused(String why) {
    var e = assertThrows(IOException.class, () -> AuthorityFile.read(file(), clock, random));
    assertTrue(e.getMessage().contains(why), e.getMessage());
  }

  private Path file() {
    return home.resolve("authority.pem");
  }
}
