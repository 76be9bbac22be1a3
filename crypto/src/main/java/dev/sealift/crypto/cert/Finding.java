package dev.sealift.crypto.cert;

import dev.sealift.abi.FirmwareStatus;
import org.jspecify.annotations.Nullable;

/**
 * What a check of one certificate under another found.
 *
 * @param status SUCCESS, INVALID_CERTIFICATE or BAD_SIGNATURE
 * @param rule the rule that was kept or broken, as a sentence without a full stop
 * @param where the bytes that break it, where some do
 */
record Finding(FirmwareStatus status, String rule, @Nullable FaultyBytes where) {

  static Finding kept(String rule) {
    return new Finding(FirmwareStatus.SUCCESS, rule, null);
  }

  static Finding invalid(String rule) {
    return new Finding(FirmwareStatus.INVALID_CERTIFICATE, rule, null);
  }

  static Finding badSignature(String rule) {
    return new Finding(FirmwareStatus.BAD_SIGNATURE, rule, null);
  }

  /** The same, broken by these bytes. */
  Finding at(FaultyBytes bytes) {
    return new Finding(status, rule, bytes);
  }

  boolean holds() {
    return status == FirmwareStatus.SUCCESS;
  }
}
