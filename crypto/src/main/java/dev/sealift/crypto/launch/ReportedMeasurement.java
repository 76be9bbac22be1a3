package dev.sealift.crypto.launch;

import dev.sealift.abi.layout.StructLayout;
import dev.sealift.crypto.LaunchMeasurement;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;

/**
 * A launch measurement as a platform reports it: 48 bytes, which QEMU and libvirt show in base64.
 *
 * <pre>
 *   offset  0                            32               48
 *          +----------------------------+----------------+
 *          | MAC                        | nonce          |
 *          +----------------------------+----------------+
 * </pre>
 *
 * <p>Source: AMD publication 55766, LAUNCH_MEASURE; QEMU's QMP reference, query-sev-launch-measure.
 *
 * @param mac 32 bytes, see {@link LaunchMeasurement}
 * @param nonce the platform's, 16 bytes
 */
@SuppressWarnings("ArrayRecordComponent") // equals, hashCode and copies are written out
public record ReportedMeasurement(byte[] mac, byte[] nonce) {

  /** Bytes of MAC and nonce. */
  public static final int SIZE = LaunchMeasurement.SIZE + LaunchMeasurement.NONCE_SIZE;

  /** 48 bytes. */
  public static final StructLayout LAYOUT = layout();

  private static StructLayout layout() {
    StructLayout.Builder struct = StructLayout.packed("sev_launch_measurement");
    struct.bytes("mac", LaunchMeasurement.SIZE);
    struct.bytes("mnonce", LaunchMeasurement.NONCE_SIZE);
    return struct.size(SIZE);
  }

  public ReportedMeasurement {
    if (mac.length != LaunchMeasurement.SIZE || nonce.length != LaunchMeasurement.NONCE_SIZE) {
      throw new IllegalArgumentException("a measurement's MAC has 32 bytes and its nonce 16");
    }
    mac = mac.clone();
    nonce = nonce.clone();
  }

  /**
   * Reads a measurement from its 48 bytes.
   *
   * @throws MalformedLaunchException if there are more or fewer
   */
  public static ReportedMeasurement parse(byte[] bytes) throws MalformedLaunchException {
    if (bytes.length != SIZE) {
      throw new MalformedLaunchException(
          "a launch measurement has 48 bytes, 64 characters in base64, and this has "
              + bytes.length
              + " bytes");
    }
    return new ReportedMeasurement(
        Arrays.copyOf(bytes, LaunchMeasurement.SIZE),
        Arrays.copyOfRange(bytes, LaunchMeasurement.SIZE, SIZE));
  }

  /**
   * Reads a measurement from base64, with white space around it or not.
   *
   * @throws MalformedLaunchException if it is not base64 of 48 bytes
   */
  public static ReportedMeasurement parse(String base64) throws MalformedLaunchException {
    try {
      return parse(Base64.getDecoder().decode(base64.strip().getBytes(StandardCharsets.UTF_8)));
    } catch (IllegalArgumentException e) {
      throw new MalformedLaunchException(
          "a launch measurement is written in base64: " + e.getMessage());
    }
  }

  /** Whether its MAC is the expected one, in a time that tells nothing about where they differ. */
  public boolean hasMac(byte[] expected) {
    return MessageDigest.isEqual(mac, expected);
  }

  @Override
  public byte[] mac() {
    return mac.clone();
  }

  @Override
  public byte[] nonce() {
    return nonce.clone();
  }

  /** MAC and nonce, 48 bytes. */
  public byte[] bytes() {
    byte[] bytes = Arrays.copyOf(mac, SIZE);
    System.arraycopy(nonce, 0, bytes, LaunchMeasurement.SIZE, nonce.length);
    return bytes;
  }

  /** MAC and nonce in base64, 64 characters. */
  public String base64() {
    return Base64.getEncoder().encodeToString(bytes());
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ReportedMeasurement measurement
        && Arrays.equals(bytes(), measurement.bytes());
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes());
  }

  @Override
  public String toString() {
    return base64();
  }
}
