package dev.sealift.cli.platform;

import dev.sealift.vmm.VmmException;
import java.util.List;
import picocli.CommandLine.Command;

/** {@code sealift platform reset}. */
@Command(
    name = "reset",
    mixinStandardHelpOptions = true,
    description = {
      "Makes the platform forget its owner, PEK and PDH (FACTORY_RESET); its chip stays.",
      "",
      "It makes itself new ones when it is initialised next. Every session made for the old PDH is"
          + " void then."
    },
    footer = {"", "Example:  sealift platform reset --state ./host-a"})
final class ResetCommand extends PlatformTask {
  /** What the driver calls it. */
  static final String FIRMWARE_COMMAND = "FACTORY_RESET";

  @Override
  PlatformAnswer run(OpenPlatform platform) throws VmmException {
    platform.device().factoryReset();
    return IdentityChange.of(
        platform,
        FIRMWARE_COMMAND,
        StatusCommand.Owner.SELF,
        List.of("OCA", "PEK", "PDH"),
        List.of("CEK"));
  }
}
