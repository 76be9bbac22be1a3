package dev.sealift.firmware;

import dev.sealift.crypto.P384;
import dev.sealift.crypto.SecretBytes;
import dev.sealift.crypto.cert.MalformedCertificateException;
import dev.sealift.crypto.cert.SevCertificate;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.InvalidKeySpecException;
import java.util.Arrays;
import java.util.Optional;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * The area in memory that INIT_EX gives the platform for its identity, 32 KiB: the caller keeps it
 * on disk and can neither read nor change it.
 *
 * <pre>
 *   offset 0   nonce[12]
 *          C   AES-256-GCM under a key of the chip:
 *              owner u8 (1: external), OCA[2084], OCA key[48], PEK[2084], PEK key[48], PDH[2084],
 *              PDH key[48], tag[16]; keys big-endian, that of an external owner zero
 *   the rest   FF
 * </pre>
 *
 * <p>An area of FF throughout is empty. How a real chip arranges its area is not public.
 */
final class IdentityArea implements PlatformStore {

  /** Bytes of the area. */
  static final int SIZE = 0x8000;

  private static final byte EMPTY = (byte) 0xFF;
  private static final int NONCE = 12;
  private static final int TAG = 16;
  private static final int PLAIN = 1 + 3 * (SevCertificate.SIZE + P384.COORDINATE_SIZE);
  private static final byte[] NAME =
      "sealift platform identity 1".getBytes(StandardCharsets.US_ASCII);

  private final CheckedMemory memory;
  private final long address;
  private final ChipKeys chip;

  IdentityArea(CheckedMemory memory, long address, ChipKeys chip) {
    this.memory = memory;
    this.address = address;
    this.chip = chip;
  }

  @Override
  public Optional<PlatformIdentity> load() throws IOException {
    byte[] area = new byte[SIZE];
    try {
      memory.readHost(address, MemorySegment.ofArray(area));
    } catch (Refusal gone) {
      throw new IOException("the identity's area is gone", gone);
    }
    if (isEmpty(area)) {
      return Optional.empty();
    }
    byte[] plain = {};
    try {
      plain =
          cipher(Cipher.DECRYPT_MODE, Arrays.copyOf(area, NONCE)).doFinal(area, NONCE, PLAIN + TAG);
      return Optional.of(decode(ByteBuffer.wrap(plain)));
    } catch (AEADBadTagException | MalformedCertificateException | InvalidKeySpecException e) {
      erase();
      throw new DamagedStoreException("the identity's area was changed, or is another chip's");
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java platform has no AES-GCM", e);
    } finally {
      Arrays.fill(plain, (byte) 0);
    }
  }

  @Override
  public void save(PlatformIdentity identity) throws IOException {
    byte[] nonce = new byte[NONCE];
    new SecureRandom().nextBytes(nonce);
    byte[] plain = encode(identity);
    byte[] area = new byte[SIZE];
    Arrays.fill(area, EMPTY);
    System.arraycopy(nonce, 0, area, 0, NONCE);
    try {
      cipher(Cipher.ENCRYPT_MODE, nonce).doFinal(plain, 0, PLAIN, area, NONCE);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java platform has no AES-GCM", e);
    } finally {
      Arrays.fill(plain, (byte) 0);
    }
    write(area);
  }

  /** Overwrites the area with FF. */
  @Override
  public void erase() throws IOException {
    byte[] area = new byte[SIZE];
    Arrays.fill(area, EMPTY);
    write(area);
  }

  private void write(byte[] area) throws IOException {
    try {
      memory.writeHost(address, MemorySegment.ofArray(area));
    } catch (Refusal gone) {
      throw new IOException("the identity's area is gone", gone);
    }
  }

  private Cipher cipher(int mode, byte[] nonce) throws GeneralSecurityException {
    try (SecretBytes key = chip.storageKey()) {
      Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
      byte[] bytes = key.reveal();
      try {
        cipher.init(
            mode, new SecretKeySpec(bytes, "AES"), new GCMParameterSpec(TAG * Byte.SIZE, nonce));
      } finally {
        Arrays.fill(bytes, (byte) 0);
      }
      cipher.updateAAD(NAME);
      return cipher;
    }
  }

  private static byte[] encode(PlatformIdentity identity) {
    ByteBuffer plain = ByteBuffer.allocate(PLAIN);
    plain.put((byte) (identity.externallyOwned() ? 1 : 0));
    ECPrivateKey ocaKey = identity.ocaKey();
    put(plain, identity.oca(), ocaKey == null ? BigInteger.ZERO : ocaKey.getS());
    put(plain, identity.pek().certificate(), identity.pek().privateKey().getS());
    put(plain, identity.pdh().certificate(), identity.pdh().privateKey().getS());
    return plain.array();
  }

  private static void put(ByteBuffer plain, SevCertificate certificate, BigInteger scalar) {
    plain.put(certificate.bytes());
    byte[] bytes = scalar.toByteArray();
    byte[] key = new byte[P384.COORDINATE_SIZE];
    int length = Math.min(bytes.length, key.length);
    System.arraycopy(bytes, bytes.length - length, key, key.length - length, length);
    plain.put(key);
    Arrays.fill(bytes, (byte) 0);
    Arrays.fill(key, (byte) 0);
  }

  private static PlatformIdentity decode(ByteBuffer plain)
      throws MalformedCertificateException, InvalidKeySpecException {
    boolean externallyOwned = plain.get() == 1;
    SevCertificate oca = certificate(plain);
    BigInteger ocaScalar = scalar(plain);
    SevCertificate pek = certificate(plain);
    ECPrivateKey pekKey = P384.privateKey(scalar(plain));
    SevCertificate pdh = certificate(plain);
    ECPrivateKey pdhKey = P384.privateKey(scalar(plain));
    return new PlatformIdentity(
        oca,
        externallyOwned ? null : P384.privateKey(ocaScalar),
        new CertifiedKey(pekKey, pek),
        new CertifiedKey(pdhKey, pdh));
  }

  private static SevCertificate certificate(ByteBuffer plain) throws MalformedCertificateException {
    byte[] bytes = new byte[SevCertificate.SIZE];
    plain.get(bytes);
    return SevCertificate.parse(bytes);
  }

  private static BigInteger scalar(ByteBuffer plain) {
    byte[] bytes = new byte[P384.COORDINATE_SIZE];
    plain.get(bytes);
    BigInteger scalar = new BigInteger(1, bytes);
    Arrays.fill(bytes, (byte) 0);
    return scalar;
  }

  private static boolean isEmpty(byte[] area) {
    for (byte value : area) {
      if (value != EMPTY) {
        return false;
      }
    }
    return true;
  }
}
