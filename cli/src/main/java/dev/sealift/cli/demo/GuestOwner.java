package dev.sealift.cli.demo;

import dev.sealift.cli.Failure;
import dev.sealift.crypto.ApiVersion;
import dev.sealift.crypto.GuestPolicy;
import dev.sealift.crypto.LaunchDigest;
import dev.sealift.crypto.LaunchMeasurement;
import dev.sealift.crypto.P384;
import dev.sealift.crypto.Session;
import dev.sealift.crypto.TransportKeys;
import dev.sealift.crypto.cert.MalformedCertificateException;
import dev.sealift.crypto.cert.SevCertificate;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.util.Arrays;

/**
 * The owner of the demonstration's guest: makes the session under which it is launched, and decides
 * by its measurement whether the platform launched what was meant.
 */
final class GuestOwner implements AutoCloseable {
  private final GuestPolicy policy;
  private final ApiVersion api;
  private final int build;
  private final SevCertificate certificate;
  private final byte[] session;
  private final TransportKeys keys;

  /**
   * Makes a session with a platform.
   *
   * @param pdh the platform's PDH certificate
   * @param api the platform's API version
   * @param build the platform's firmware build
   */
  GuestOwner(byte[] pdh, ApiVersion api, int build, GuestPolicy policy, SecureRandom random)
      throws Failure {
    this.policy = policy;
    this.api = api;
    this.build = build;
    KeyPair own = P384.generate(random);
    this.certificate =
        SevCertificate.unsigned(
            SevCertificate.Usage.PDH,
            SevCertificate.Algorithm.ECDH_SHA256,
            api,
            (ECPublicKey) own.getPublic());
    try {
      Session.Created created =
          Session.create(
              (ECPrivateKey) own.getPrivate(),
              SevCertificate.parse(pdh).publicKey(),
              policy,
              random);
      this.session = created.blob();
      this.keys = created.keys();
    } catch (MalformedCertificateException e) {
      throw new Failure("The source's PDH certificate cannot be used: " + e.getMessage(), e);
    }
  }

  byte[] certificate() {
    return certificate.bytes();
  }

  byte[] session() {
    return session.clone();
  }

  /**
   * Whether a reported measurement is that of a guest that was launched with these parts.
   *
   * @param measurement 48 bytes: MAC and nonce
   * @param launched its image, and behind it the VMSA of a guest with SEV-ES
   */
  boolean accepts(byte[] measurement, byte[]... launched) {
    LaunchDigest digest = new LaunchDigest();
    for (byte[] part : launched) {
      digest.update(part);
    }
    byte[] nonce =
        Arrays.copyOfRange(
            measurement,
            LaunchMeasurement.SIZE,
            LaunchMeasurement.SIZE + LaunchMeasurement.NONCE_SIZE);
    byte[] expected = LaunchMeasurement.compute(keys, api, build, policy, digest.value(), nonce);
    return MessageDigest.isEqual(expected, Arrays.copyOf(measurement, LaunchMeasurement.SIZE));
  }

  @Override
  public void close() {
    keys.close();
  }
}
