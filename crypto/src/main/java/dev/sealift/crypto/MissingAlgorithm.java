package dev.sealift.crypto;

import java.security.GeneralSecurityException;

/** The Java platform lacks, or refuses to run, an algorithm that SEV cannot do without. */
public final class MissingAlgorithm extends IllegalStateException {
  private static final long serialVersionUID = 1;

  private MissingAlgorithm(GeneralSecurityException cause) {
    super("this Java platform cannot do what SEV needs: " + cause.getMessage(), cause);
  }

  /** Because of what the platform's security provider said. */
  public static MissingAlgorithm because(GeneralSecurityException cause) {
    return new MissingAlgorithm(cause);
  }
}
