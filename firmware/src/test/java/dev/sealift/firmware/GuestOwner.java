package dev.sealift.firmware;

import dev.sealift.abi.psp.LaunchStartBuffer;
import dev.sealift.crypto.ApiVersion;
import dev.sealift.crypto.GuestPolicy;
import dev.sealift.crypto.P384;
import dev.sealift.crypto.Session;
import dev.sealift.crypto.TransportKeys;
import dev.sealift.crypto.cert.MalformedCertificateException;
import dev.sealift.crypto.cert.SevCertificate;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;

/** Who has a guest launched and wants to know that it is the right one. */
final class GuestOwner {
  private static final SecureRandom RANDOM = new SecureRandom();

  private final KeyPair keys = P384.generate(RANDOM);
  private final ECPublicKey platform;
  private final TestMachine machine;

  /** An owner who trusts a machine's platform. */
  GuestOwner(TestMachine machine) {
    this.machine = machine;
    try {
      platform = machine.chain().pdh().publicKey();
    } catch (MalformedCertificateException e) {
      throw new AssertionError(e);
    }
  }

  /**
   * What the owner sends: an unsigned certificate, with an API version of nothing, as real owners
   * do.
   */
  SevCertificate certificate() {
    return SevCertificate.unsigned(
        SevCertificate.Usage.PDH,
        SevCertificate.Algorithm.ECDH_SHA256,
        new ApiVersion(0, 0),
        (ECPublicKey) keys.getPublic());
  }

  /** A session for the platform, and its keys, which only the owner keeps. */
  Session.Created session(GuestPolicy policy) {
    return Session.create((ECPrivateKey) keys.getPrivate(), platform, policy, RANDOM);
  }

  /** The command that starts a launch under a session. */
  LaunchStartBuffer launch(byte[] session, GuestPolicy policy) {
    return new LaunchStartBuffer(
        0,
        policy.word(),
        machine.place(certificate().bytes()),
        SevCertificate.SIZE,
        machine.place(session),
        Session.SIZE);
  }

  /** A launch that has begun. */
  record Launch(int handle, TransportKeys keys) {}

  Launch launch(GuestPolicy policy) {
    Session.Created session = session(policy);
    int handle =
        LaunchStartBuffer.read(
                TestMachine.succeeded(machine.launchStart(launch(session.blob(), policy))))
            .handle();
    return new Launch(handle, session.keys());
  }
}
