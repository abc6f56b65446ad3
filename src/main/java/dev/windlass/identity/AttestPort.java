package dev.windlass.identity;

import java.io.IOException;

/** The registrar as a pod sees it. */
interface AttestPort extends Renewing {
  /** 32 octets, to be used in one request soon. */
  byte[] attestChallenge() throws IOException, EnrolmentRefusedException;

  /**
   * @throws EnrolmentRefusedException if this pod gets no identity as it is
   * @throws IOException if another try may succeed: also for a token or nonce that is not good now
   */
  Grant attest(AttestRequest request) throws IOException, EnrolmentRefusedException;
}
