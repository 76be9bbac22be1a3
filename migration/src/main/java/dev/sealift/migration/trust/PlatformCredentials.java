package dev.sealift.migration.trust;

import dev.sealift.abi.sev.SevLimits;
import dev.sealift.crypto.ApiVersion;
import dev.sealift.crypto.cert.MalformedCertificateException;
import dev.sealift.crypto.cert.PlatformChain;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * What a platform shows of itself to the platform at the other end of a move.
 *
 * <pre>
 *   n u8 | chip id, n bytes | API major u8, minor u8, build u8 | PDH 2084 | PEK, OCA, CEK 6252 | ASK, ARK
 * </pre>
 *
 * <p>The chain proves itself. The chip's id and the firmware's version are what the host says: no
 * SEV certificate carries them, so they are as good as the host's word. Source: AMD publication
 * 55766, GET_ID, PLATFORM_STATUS, PDH_CERT_EXPORT.
 *
 * @param chipId what GET_ID answers, {@value #LEAST_ID} or {@value #MOST_ID} bytes
 * @param firmware what PLATFORM_STATUS answers
 * @param chain its certificates, up to the vendor's root
 */
@SuppressWarnings("ArrayRecordComponent") // equals, hashCode and copies are written out
public record PlatformCredentials(byte[] chipId, FirmwareVersion firmware, PlatformChain chain) {
  /** Bytes of the id of a machine with one socket. */
  public static final int LEAST_ID = 64;

  /** Bytes of the id of a machine with two sockets. */
  public static final int MOST_ID = 128;

  private static final int BESIDE_ID_AND_AMD =
      1 + 3 + SevLimits.CERTIFICATE + SevLimits.PLATFORM_CERTIFICATES;

  /** The fewest bytes of an encoding. */
  public static final int LEAST_SIZE = BESIDE_ID_AND_AMD + LEAST_ID + 1;

  /** The most bytes of an encoding. */
  public static final int MOST_SIZE = BESIDE_ID_AND_AMD + MOST_ID + SevLimits.FIRMWARE_BLOB_MAX;

  public PlatformCredentials {
    if (chipId.length != LEAST_ID && chipId.length != MOST_ID) {
      throw new IllegalArgumentException(
          "a chip's id has 64 bytes, 128 with two sockets, not " + chipId.length);
    }
    chipId = chipId.clone();
  }

  @Override
  public byte[] chipId() {
    return chipId.clone();
  }

  /** The bytes of the drawing above. */
  public byte[] encode() {
    byte[] amd = chain.amdCertificates();
    return ByteBuffer.allocate(BESIDE_ID_AND_AMD + chipId.length + amd.length)
        .put((byte) chipId.length)
        .put(chipId)
        .put((byte) firmware.api().major())
        .put((byte) firmware.api().minor())
        .put((byte) firmware.build())
        .put(chain.pdh().bytes())
        .put(chain.platformCertificates())
        .put(amd)
        .array();
  }

  /**
   * Reads what {@link #encode} wrote.
   *
   * @throws MalformedCertificateException if it is something else
   */
  public static PlatformCredentials decode(byte[] bytes) throws MalformedCertificateException {
    if (bytes.length < LEAST_SIZE || bytes.length > MOST_SIZE) {
      throw new MalformedCertificateException(
          "a platform's credentials have %d to %d bytes, not %d"
              .formatted(LEAST_SIZE, MOST_SIZE, bytes.length));
    }
    ByteBuffer in = ByteBuffer.wrap(bytes);
    int idLength = Byte.toUnsignedInt(in.get());
    if ((idLength != LEAST_ID && idLength != MOST_ID)
        || bytes.length <= BESIDE_ID_AND_AMD + idLength) {
      throw new MalformedCertificateException(
          "a chip's id has 64 bytes, 128 with two sockets, and certificates follow it");
    }
    byte[] id = take(in, idLength);
    FirmwareVersion firmware =
        new FirmwareVersion(
            new ApiVersion(Byte.toUnsignedInt(in.get()), Byte.toUnsignedInt(in.get())),
            Byte.toUnsignedInt(in.get()));
    byte[] pdh = take(in, SevLimits.CERTIFICATE);
    byte[] platform = take(in, SevLimits.PLATFORM_CERTIFICATES);
    byte[] amd = take(in, in.remaining());
    return new PlatformCredentials(id, firmware, PlatformChain.parse(pdh, platform, amd));
  }

  private static byte[] take(ByteBuffer in, int size) {
    byte[] bytes = new byte[size];
    in.get(bytes);
    return bytes;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PlatformCredentials credentials
        && Arrays.equals(encode(), credentials.encode());
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(chipId);
  }

  /** The chip's id and the firmware's version. */
  @Override
  public String toString() {
    return "chip %s, firmware %s".formatted(HexFormat.of().formatHex(chipId), firmware);
  }
}
