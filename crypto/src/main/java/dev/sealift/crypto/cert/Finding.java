package dev.sealift.crypto.cert;

import dev.sealift.abi.FirmwareStatus;

/**
 * What a check of one certificate under another found.
 *
 * @param status SUCCESS, INVALID_CERTIFICATE or BAD_SIGNATURE
 * @param rule the rule that was kept or broken, as a sentence without a full stop
 */
record Finding(FirmwareStatus status, String rule) {

  static Finding kept(String rule) {
    return new Finding(FirmwareStatus.SUCCESS, rule);
  }

  static Finding invalid(String rule) {
    return new Finding(FirmwareStatus.INVALID_CERTIFICATE, rule);
  }

  static Finding badSignature(String rule) {
    return new Finding(FirmwareStatus.BAD_SIGNATURE, rule);
  }

  boolean holds() {
    return status == FirmwareStatus.SUCCESS;
  }
}
