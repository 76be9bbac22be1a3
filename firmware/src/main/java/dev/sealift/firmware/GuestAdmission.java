package dev.sealift.firmware;

import dev.sealift.abi.FirmwareStatus;
import dev.sealift.abi.layout.Field;
import dev.sealift.abi.psp.GuestState;
import dev.sealift.crypto.GuestPolicy;
import dev.sealift.crypto.SecretBytes;
import dev.sealift.crypto.Session;
import dev.sealift.crypto.TransportKeys;
import dev.sealift.crypto.cert.CertificateChecks;
import dev.sealift.crypto.cert.MalformedCertificateException;
import dev.sealift.crypto.cert.SevCertificate;
import java.lang.foreign.MemorySegment;
import java.security.interfaces.ECPublicKey;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What LAUNCH_START and RECEIVE_START have in common: opening a session that was made for this
 * platform, and taking the new guest in. Who made the session is not asked: neither the
 * certificate's signatures nor its API version are looked at.
 *
 * <p>Source: AMD publication 55766, LAUNCH_START and RECEIVE_START.
 */
final class GuestAdmission {
  private static final int ENCRYPTION_SEED_SIZE = 32;
  private static final int OFFLINE_KEY_SIZE = 32;

  private final Platform platform;
  private @Nullable ECPublicKey maker;
  private @Nullable TransportKeys keys;

  GuestAdmission(Platform platform) {
    this.platform = platform;
  }

  void bind(Bindings bindings) {
    bindings.checkOf("the certificate is not of a Diffie-Hellman key", this::noDiffieHellmanKey);
    bindings.checkOf("a MAC of the session is wrong", this::sessionIsWrong);
    bindings.checkOf(
        "policy asks for a newer API",
        policy(policy -> !policy.allowsApi(platform.settings().api())));
    bindings.checkOf("policy has reserved bits set", policy(GuestPolicy::reservedBitsSet));
    bindings.checkOf("policy forbids key sharing", policy(GuestPolicy::noKeySharing));
    bindings.checkOf("policy is not that of the guest to share with", GuestAdmission::otherPolicy);
    bindings.check("no handle is free", call -> platform.guests().freeHandle() == 0);
    bindings.checkOf(
        "policy asks for ES and the platform has none",
        policy(policy -> policy.es() && !platform.es()));
    bindings.afterwards(this::forget);
  }

  private static Function<Shape, Check> policy(Predicate<GuestPolicy> fault) {
    return shape -> {
      Field.U32 policy = shape.word("policy");
      return call -> fault.test(new GuestPolicy(policy.get(call.buffer())));
    };
  }

  private static Check otherPolicy(Shape shape) {
    Field.U32 policy = shape.word("policy");
    return call -> call.guest().policy().word() != policy.get(call.buffer());
  }

  private Check noDiffieHellmanKey(Shape shape) {
    Shape.Value address = shape.number(shape.firstOf("dh_cert_address", "pdh_cert_address"));
    return call -> {
      byte[] bytes = read(address.of(call.buffer()), SevCertificate.SIZE);
      try {
        SevCertificate certificate = SevCertificate.parse(bytes);
        if (CertificateChecks.checkPdhBody(certificate) != FirmwareStatus.SUCCESS) {
          return true;
        }
        maker = certificate.publicKey();
        return false;
      } catch (MalformedCertificateException e) {
        return true;
      }
    };
  }

  private Check sessionIsWrong(Shape shape) {
    Shape.Value address = shape.number("session_address");
    Field.U32 policy = shape.word("policy");
    return call -> {
      ECPublicKey peer = maker;
      if (peer == null) {
        throw new IllegalStateException("the table opens a session before its certificate");
      }
      byte[] session = read(address.of(call.buffer()), Session.SIZE);
      Session.Outcome outcome =
          Session.open(
              session,
              platform.identity().pdh().privateKey(),
              peer,
              new GuestPolicy(policy.get(call.buffer())));
      return switch (outcome) {
        case Session.Opened opened -> {
          keys = opened.keys();
          yield false;
        }
        case Session.Refused refused -> true;
      };
    };
  }

  private byte[] read(long address, int length) throws Refusal {
    byte[] bytes = new byte[length];
    platform.memory().readHost(address, MemorySegment.ofArray(bytes));
    return bytes;
  }

  /**
   * Takes a new guest in, with the keys of the session that was opened, or with zero keys.
   *
   * @param sharer the guest to share a memory key with, or null
   */
  Guest admit(@Nullable Guest sharer, GuestPolicy policy, GuestState state) {
    ProcessorSettings settings = platform.settings();
    TransportKeys opened = keys;
    keys = null;
    SecretBytes seed =
        sharer == null
            ? SecretBytes.random(settings.random(), ENCRYPTION_SEED_SIZE)
            : sharer.encryptionSeed().open(SecretBytes::copyOf);
    Guest guest =
        new Guest(
            platform.guests().freeHandle(),
            policy,
            state,
            seed,
            opened == null ? TransportKeys.zero() : opened,
            SecretBytes.random(settings.random(), OFFLINE_KEY_SIZE));
    platform.admit(guest);
    return guest;
  }

  /** The keys of a guest that was refused are not kept. */
  private void forget() {
    maker = null;
    if (keys != null) {
      keys.close();
      keys = null;
    }
  }
}
