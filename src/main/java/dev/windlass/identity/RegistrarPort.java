package dev.windlass.identity;

import java.io.IOException;

/** The registrar as one who joins by a token sees it. */
interface RegistrarPort extends Renewing {
  /** 32 octets, to be used in one join soon. */
  byte[] challenge() throws IOException, EnrolmentRefusedException;

  Grant join(JoinRequest request) throws IOException, EnrolmentRefusedException;
}
