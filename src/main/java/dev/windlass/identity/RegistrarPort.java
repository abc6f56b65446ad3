package dev.windlass.identity;

import java.io.IOException;

/** The registrar as one who enrols sees it. */
interface RegistrarPort {
  /** 32 octets, to be used in one join soon. */
  byte[] challenge() throws IOException, EnrolmentRefusedException;

  Grant join(JoinRequest request) throws IOException, EnrolmentRefusedException;

  /** As the identity that {@code own} is now. */
  Grant renew(CredentialSource own, byte[] csr) throws IOException, EnrolmentRefusedException;
}
