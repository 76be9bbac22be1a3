package dev.sealift.cli.platform;

import dev.sealift.vmm.VmmException;
import java.util.List;
import picocli.CommandLine.Command;

/** {@code sealift platform pek-gen}. */
@Command(
    name = "pek-gen",
    mixinStandardHelpOptions = true,
    description = {
      "Makes the platform its own, with a new OCA, PEK and PDH (PEK_GEN).",
      "",
      "Every session made for the old PDH is void then."
    },
    footer = {"", "Example:  sealift platform pek-gen --state ./host-a"})
final class PekGenCommand extends PlatformTask {

  @Override
  PlatformAnswer run(OpenPlatform platform) throws VmmException {
    platform.device().generatePek();
    return IdentityChange.of(
        platform,
        "PEK_GEN",
        StatusCommand.Owner.SELF,
        List.of("OCA", "PEK", "PDH"),
        List.of("CEK"));
  }
}
