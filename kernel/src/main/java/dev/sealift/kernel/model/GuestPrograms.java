package dev.sealift.kernel.model;

import dev.sealift.abi.GuestProgram;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The programs that guests of the model host can run, by signature. */
final class GuestPrograms {
  private final Map<ByteBuffer, GuestProgram> bySignature = new HashMap<>();

  /** Refuses a signature of a wrong size, and two programs with the same one. */
  GuestPrograms(List<GuestProgram> programs) {
    for (GuestProgram program : programs) {
      byte[] signature = program.signature();
      if (signature.length != GuestProgram.SIGNATURE_SIZE) {
        throw new IllegalArgumentException(
            "a signature has "
                + GuestProgram.SIGNATURE_SIZE
                + " bytes, that of "
                + program
                + " has "
                + signature.length);
      }
      if (bySignature.put(ByteBuffer.wrap(signature.clone()), program) != null) {
        throw new IllegalArgumentException("two programs have the signature of " + program);
      }
    }
  }

  /** The program with this signature, or null. */
  @Nullable GuestProgram find(byte[] signature) {
    return bySignature.get(ByteBuffer.wrap(signature));
  }
}
