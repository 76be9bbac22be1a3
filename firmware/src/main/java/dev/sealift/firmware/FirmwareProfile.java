package dev.sealift.firmware;

import dev.sealift.crypto.ApiVersion;
import java.util.EnumSet;
import java.util.Set;

/**
 * Which firmware the model behaves as: its interface version, and the side it takes on every {@link
 * FirmwareQuirk}.
 *
 * <p>The version decides what is bound into measurements and secrets: from 0.17 on the whole
 * launch, before only the digest. Which version brought which command is not published; every
 * profile serves them all.
 *
 * @param api reported, measured and stamped into certificates
 * @param quirks those that the firmware has
 */
public record FirmwareProfile(ApiVersion api, Set<FirmwareQuirk> quirks) {
  private static final ApiVersion PDH_KEPT_SINCE = new ApiVersion(0, 24);

  /** API 0.17: the first whose measurements are bound to version and policy. */
  public static final ApiVersion API_0_17 = new ApiVersion(0, 17);

  /** API 0.24. */
  public static final ApiVersion API_0_24 = new ApiVersion(0, 24);

  /** API 1.55, as shipped for Genoa. */
  public static final ApiVersion API_1_55 = new ApiVersion(1, 55);

  /** Shipped firmware 1.55 to the letter. */
  public static final FirmwareProfile SHIPPED = shipped(API_1_55);

  /**
   * Shipped firmware 1.55, but packets of 16 and 32 bytes are served, as the specification has it:
   * that they fail was never seen on hardware.
   */
  public static final FirmwareProfile DEFAULT = SHIPPED.without(FirmwareQuirk.DATA_FROM_48);

  /** AMD publication 55766 to the letter, at API 1.55. */
  public static final FirmwareProfile SPECIFICATION = specification(API_1_55);

  public FirmwareProfile {
    quirks = Set.copyOf(quirks);
  }

  /** Shipped firmware. What is known of its quirks is known of 1.55, and taken for others too. */
  public static FirmwareProfile shipped(ApiVersion api) {
    return new FirmwareProfile(api, EnumSet.allOf(FirmwareQuirk.class));
  }

  /**
   * The published specification. Where it says nothing, as shipped firmware: internal errors,
   * stamps, and from 0.24 on the PDH that INIT keeps and PEK_CSR with guests.
   */
  public static FirmwareProfile specification(ApiVersion api) {
    EnumSet<FirmwareQuirk> quirks =
        EnumSet.of(
            FirmwareQuirk.INTERNAL_ERROR_IS_INVALID_PARAM, FirmwareQuirk.EVERY_CERTIFICATE_STAMPED);
    if (api.atLeast(PDH_KEPT_SINCE)) {
      quirks.add(FirmwareQuirk.PDH_KEPT_AT_INIT);
      quirks.add(FirmwareQuirk.PEK_CSR_WHILE_WORKING);
    }
    return new FirmwareProfile(api, quirks);
  }

  /** Whether the firmware has this quirk. */
  public boolean has(FirmwareQuirk quirk) {
    return quirks.contains(quirk);
  }

  /** The same firmware with a quirk. */
  public FirmwareProfile with(FirmwareQuirk quirk) {
    EnumSet<FirmwareQuirk> more = EnumSet.of(quirk);
    more.addAll(quirks);
    return new FirmwareProfile(api, more);
  }

  /** The same firmware without a quirk. */
  public FirmwareProfile without(FirmwareQuirk quirk) {
    EnumSet<FirmwareQuirk> fewer = EnumSet.noneOf(FirmwareQuirk.class);
    fewer.addAll(quirks);
    fewer.remove(quirk);
    return new FirmwareProfile(api, fewer);
  }

  /** The same behaviour under another interface version. */
  public FirmwareProfile withApi(ApiVersion newApi) {
    return new FirmwareProfile(newApi, quirks);
  }
}
