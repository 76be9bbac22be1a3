package dev.sealift.firmware;

import dev.sealift.crypto.P384;
import dev.sealift.crypto.SecretBytes;
import dev.sealift.firmware.PlatformStore.DamagedStoreException;
import dev.sealift.fuzz.FuzzSuite;
import dev.sealift.fuzz.FuzzTarget;
import dev.sealift.fuzz.Promise;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.interfaces.ECPrivateKey;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.DisplayName;

@DisplayName("Any bytes where a platform's files are due")
class StoredPlatformFuzzTest implements FuzzSuite {
  private static final int NONCE = 12;
  private static final int TAG = 16;
  private static final int HASH = 32;

  /** The chip whose identity the corpus holds. */
  private final ChipKeys chip = chip();

  @Override
  public List<FuzzTarget> targets() {
    return List.of(
        FuzzTarget.of("chip-file", StoredPlatformFuzzTest::readChip)
            .refusing(DamagedStoreException.class)
            .upTo(1 << 10)
            .sampled(samples -> samples.put("chip", chipFile())),
        FuzzTarget.of("chip-file-hashed", input -> readChip(withHash(input)))
            .refusing(DamagedStoreException.class)
            .upTo(1 << 10)
            .sampled(samples -> samples.put("chip", chipFile())),
        FuzzTarget.of("identity", this::readIdentity)
            .refusing(DamagedStoreException.class)
            .sampled(samples -> samples.put("own", seal(identity()))),
        FuzzTarget.of("identity-sealed", input -> readIdentity(seal(input)))
            .refusing(DamagedStoreException.class)
            .sampled(this::addIdentities));
  }

  /** A chip that is read is written as the same bytes; the file's length is checked before. */
  private static void readChip(byte[] input) throws DamagedStoreException {
    byte[] file = Arrays.copyOf(input, ChipFile.SIZE);
    Promise.holds(file, ChipFile.decode(file).encode(), "a chip's file has one form");
  }

  private static byte[] withHash(byte[] input) {
    byte[] hashed = Arrays.copyOf(input, ChipFile.SIZE - HASH);
    byte[] file = Arrays.copyOf(hashed, ChipFile.SIZE);
    System.arraycopy(ChipFile.hash(hashed), 0, file, hashed.length, HASH);
    return file;
  }

  private byte[] chipFile() {
    return new ChipFile(chip, new byte[HASH], new byte[HASH]).encode();
  }

  private void readIdentity(byte[] input) throws IOException {
    byte[] sealed = Arrays.copyOf(input, SealedIdentity.SIZE);
    Optional<PlatformIdentity> identity = SealedIdentity.open(sealed, chip);
    byte[] again = SealedIdentity.seal(identity, chip);
    Promise.holds(
        SealedIdentity.open(again, chip).isPresent() == identity.isPresent(),
        "an identity is kept as it was read");
  }

  /** Seals whatever the plain form is. */
  private byte[] seal(byte[] plain) {
    byte[] nonce = new byte[NONCE];
    try (SecretBytes key = chip.storageKey()) {
      Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
      cipher.init(
          Cipher.ENCRYPT_MODE,
          new SecretKeySpec(key.reveal(), "AES"),
          new GCMParameterSpec(TAG * Byte.SIZE, nonce));
      cipher.updateAAD("sealift platform identity 1".getBytes(StandardCharsets.US_ASCII));
      byte[] sealed = cipher.doFinal(Arrays.copyOf(plain, SealedIdentity.SIZE - NONCE - TAG));
      return ByteBuffer.allocate(SealedIdentity.SIZE).put(nonce).put(sealed).array();
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private void addIdentities(Map<String, byte[]> samples) {
    samples.put("own", identity());
    samples.put("none", new byte[] {-1});
  }

  /** The plain form of an identity: certificates and keys, one behind the other. */
  private static byte[] identity() {
    PlatformIdentity own = Identities.fresh();
    ByteBuffer plain = ByteBuffer.allocate(SealedIdentity.SIZE - NONCE - TAG).put((byte) 0);
    plain.put(own.oca().bytes()).put(ChipFile.coordinate(own.ocaKey().getS()));
    for (CertifiedKey key : List.of(own.pek(), own.pdh())) {
      plain.put(key.certificate().bytes()).put(ChipFile.coordinate(key.privateKey().getS()));
    }
    return plain.array();
  }

  private static ChipKeys chip() {
    try {
      ECPrivateKey key = P384.privateKey(BigInteger.valueOf(5));
      return ChipKeys.of(key, P384.publicKey(key), new byte[Secp256k1.POINT_SIZE]);
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }
}
