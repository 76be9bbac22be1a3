package dev.sealift.cli.demo;

import dev.sealift.cli.Failure;
import dev.sealift.crypto.ApiVersion;
import dev.sealift.crypto.GuestPolicy;
import dev.sealift.crypto.cert.MalformedCertificateException;
import dev.sealift.crypto.cert.SevCertificate;
import dev.sealift.crypto.launch.LaunchImage;
import dev.sealift.crypto.launch.MalformedLaunchException;
import dev.sealift.crypto.launch.OwnerSession;
import dev.sealift.crypto.launch.ReportedMeasurement;
import java.security.SecureRandom;

/**
 * The owner of the demonstration's guest: makes the session under which it is launched, and decides
 * by its measurement whether the platform launched what was meant.
 */
final class GuestOwner implements AutoCloseable {
  private final ApiVersion api;
  private final int build;
  private final OwnerSession session;

  /**
   * Makes a session with a platform.
   *
   * @param pdh the platform's PDH certificate
   * @param api the platform's API version
   * @param build the platform's firmware build
   */
  GuestOwner(byte[] pdh, ApiVersion api, int build, GuestPolicy policy, SecureRandom random)
      throws Failure {
    this.api = api;
    this.build = build;
    try {
      this.session = OwnerSession.create(SevCertificate.parse(pdh), policy, random);
    } catch (MalformedCertificateException e) {
      throw new Failure("The source's PDH certificate cannot be used: " + e.getMessage(), e);
    }
  }

  byte[] certificate() {
    return session.certificate().bytes();
  }

  byte[] session() {
    return session.session();
  }

  /**
   * Whether a reported measurement is that of a guest that was launched from an image.
   *
   * @param measurement 48 bytes: MAC and nonce
   */
  boolean accepts(byte[] measurement, LaunchImage launched) throws MalformedLaunchException {
    return session.accepts(ReportedMeasurement.parse(measurement), api, build, launched.digest());
  }

  @Override
  public void close() {
    session.close();
  }
}
