package dev.sealift.cli.reference;

import dev.sealift.crypto.ApiVersion;
import dev.sealift.firmware.FirmwareProfile;
import dev.sealift.firmware.FirmwareQuirk;

/** How firmware behaves, by the word on the command line. */
enum Behaviour {
  /** What this software does unless it is told otherwise. */
  DEFAULT("as this software has it by default"),
  /** What firmware from AMD does. */
  SHIPPED("as shipped"),
  /** What AMD publication 55766 says. */
  SPECIFICATION("to the letter of the specification");

  private final String words;

  Behaviour(String words) {
    this.words = words;
  }

  /** What it is, for people. */
  String words() {
    return words;
  }

  FirmwareProfile at(ApiVersion api) {
    return switch (this) {
      case DEFAULT -> FirmwareProfile.shipped(api).without(FirmwareQuirk.DATA_FROM_48);
      case SHIPPED -> FirmwareProfile.shipped(api);
      case SPECIFICATION -> FirmwareProfile.specification(api);
    };
  }
}
