package dev.windlass.tlog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class NoteTest {
  /** The key and the signature of Go's sumdb/note tests. */
  private static final String VKEY =
      "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";

  private static final String SKEY =
      "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
  private static final String TEXT =
      """
      If you think cryptography is the answer to your problem,
      then you don't know what your problem is.
      """;
  private static final String LINE =
      "\u2014 PeterNeumann "
          + "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=";

  @Test
  void the_key_of_the_go_tests_signs_the_same_octets() {
    var key = SigningKey.parse(SKEY);

    assertEquals(VKEY, key.verifier().toString());
    assertEquals(SKEY, key.secretText());
    assertEquals(LINE, key.sign(TEXT).line());
    assertTrue(VerifierKey.parse(VKEY).verifies(TEXT, NoteSignature.parse(LINE)));
  }
}
