package dev.sealift.cli.trace;

import dev.sealift.abi.sev.SevLimits;
import dev.sealift.cli.trace.TracedCall.Buffer;
import dev.sealift.crypto.ApiVersion;
import dev.sealift.crypto.GuestPolicy;
import dev.sealift.crypto.LaunchMeasurement;
import dev.sealift.crypto.LaunchSecret;
import dev.sealift.crypto.P384;
import dev.sealift.crypto.Session;
import dev.sealift.crypto.TransportKeys;
import dev.sealift.crypto.cert.SevCertificate;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Stands in for the owner of a guest: the recorded session and secret were sealed for another
 * platform's keys, so the replay has ones of its own that its platform can open.
 */
final class ReplayedOwner implements AutoCloseable {
  private final ApiVersion api;
  private final SecureRandom random = new SecureRandom();
  private TransportKeys keys = TransportKeys.zero();
  private byte @Nullable [] measurement;

  ReplayedOwner(ApiVersion api) {
    this.api = api;
  }

  /** Whether buffers are what an owner gives to a launch. */
  static boolean isSession(Buffer certificate, Buffer session) {
    return certificate.span().address() != 0
        && certificate.span().length() == SevCertificate.SIZE
        && session.span().address() != 0
        && session.span().length() == Session.SIZE;
  }

  /** Puts a session with a platform in the place of the recorded one. */
  void makeSession(
      ReplayedProcess process,
      Buffer certificateBuffer,
      Buffer sessionBuffer,
      ECPublicKey platform,
      int policy) {
    KeyPair own = P384.generate(random);
    SevCertificate certificate =
        SevCertificate.unsigned(
            SevCertificate.Usage.PDH,
            SevCertificate.Algorithm.ECDH_SHA256,
            api,
            (ECPublicKey) own.getPublic());
    Session.Created session =
        Session.create((ECPrivateKey) own.getPrivate(), platform, new GuestPolicy(policy), random);
    keys.close();
    keys = session.keys();
    process.put(certificateBuffer.span().address(), certificate.bytes());
    process.put(sessionBuffer.span().address(), session.blob());
  }

  /** The launch has been measured so. */
  void measured(byte[] blob) {
    measurement = Arrays.copyOf(blob, LaunchMeasurement.SIZE);
  }

  /**
   * Puts a secret of random bytes in the place of the recorded one.
   *
   * @return false if there can be none
   */
  boolean makeSecret(ReplayedProcess process, Buffer header, Buffer payload) {
    byte[] mac = measurement;
    long length = payload.span().length();
    if (mac == null
        || header.span().length() != SevLimits.PACKET_HEADER
        || length <= 0
        || length > SevLimits.FIRMWARE_BLOB_MAX
        || length % 16 != 0) {
      return false;
    }
    byte[] secret = new byte[(int) length];
    random.nextBytes(secret);
    LaunchSecret.Packed packed = LaunchSecret.pack(keys, api, mac, secret);
    process.put(header.span().address(), packed.header());
    process.put(payload.span().address(), packed.ciphertext());
    return true;
  }

  @Override
  public void close() {
    keys.close();
  }
}
