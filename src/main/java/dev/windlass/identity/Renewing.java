package dev.windlass.identity;

import java.io.IOException;

/** The registrar as one sees it who has an identity. */
interface Renewing {
  /** As the identity that {@code own} is now. */
  Grant renew(CredentialSource own, byte[] csr) throws IOException, EnrolmentRefusedException;
}
