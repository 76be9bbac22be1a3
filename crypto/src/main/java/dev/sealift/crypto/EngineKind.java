package dev.sealift.crypto;

import java.util.Optional;

/**
 * The packet engines there are. All make and take the same bytes; they differ in speed, and in what
 * they need.
 */
public enum EngineKind {

  /** The Java platform's own AES and SHA-256, one packet at a time. Runs everywhere. */
  JDK("jdk") {
    @Override
    public Optional<String> obstacle() {
      return Optional.empty();
    }

    @Override
    PacketEngine create(TransportKeys keys) {
      return new JdkPacketEngine(keys);
    }
  },

  /** Sixteen pages hashed at once in 512-bit vectors. */
  VECTOR("vector") {
    @Override
    public Optional<String> obstacle() {
      if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) {
        return Optional.of(
            "this Java runs without the module jdk.incubator.vector: start it with"
                + " --add-modules jdk.incubator.vector");
      }
      return VectorPacketEngine.obstacle();
    }

    @Override
    PacketEngine create(TransportKeys keys) {
      return new VectorPacketEngine(keys);
    }
  };

  private final String label;

  EngineKind(String label) {
    this.label = label;
  }

  /** Its name in reports and options. */
  public String label() {
    return label;
  }

  /** Why it cannot run here, in a sentence; empty if it can. */
  public abstract Optional<String> obstacle();

  abstract PacketEngine create(TransportKeys keys);

  /**
   * An engine of this kind with copies of these keys, which draws its IVs from them.
   *
   * @throws IllegalStateException if there is an {@link #obstacle}; it says which
   */
  public PacketEngine open(TransportKeys keys) {
    obstacle()
        .ifPresent(why -> {
          throw new IllegalStateException(why);
        });
    return create(keys);
  }
}
