package dev.sealift.firmware;

import dev.sealift.crypto.cert.ModelRoot;
import dev.sealift.crypto.cert.RootOfTrust;
import java.security.SecureRandom;

/** Roots of the test machines. */
final class Roots {

  private Roots() {}

  /**
   * The root under which test chips are made; one for all tests, because its RSA keys take seconds.
   */
  static ModelRoot model() {
    return Model.ROOT;
  }

  /** A root that calls itself the same and is not the same. */
  static RootOfTrust stranger() {
    RootOfTrust root = model().root();
    return new RootOfTrust(root.name(), root.arkKeyId(), TestMachine.flipped(root.arkHash(), 5));
  }

  private static final class Model {
    private static final ModelRoot ROOT = ModelRoot.create(new SecureRandom());
  }
}
