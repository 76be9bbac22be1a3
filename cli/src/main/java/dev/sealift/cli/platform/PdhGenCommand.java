package dev.sealift.cli.platform;

import dev.sealift.vmm.VmmException;
import java.util.List;
import picocli.CommandLine.Command;

/** {@code sealift platform pdh-gen}. */
@Command(
    name = "pdh-gen",
    mixinStandardHelpOptions = true,
    description = {
      "Gives the platform a new PDH (PDH_GEN); owner and PEK stay.",
      "",
      "Every session made for the old PDH is void then."
    },
    footer = {"", "Example:  sealift platform pdh-gen --state ./host-a"})
final class PdhGenCommand extends PlatformTask {

  @Override
  PlatformAnswer run(OpenPlatform platform) throws VmmException {
    platform.device().generatePdh();
    return IdentityChange.of(
        platform,
        "PDH_GEN",
        StatusCommand.Owner.of(platform.device().status()),
        List.of("PDH"),
        List.of("OCA", "PEK", "CEK"));
  }
}
