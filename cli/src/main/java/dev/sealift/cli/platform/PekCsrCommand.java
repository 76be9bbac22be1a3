package dev.sealift.cli.platform;

import dev.sealift.cli.BadInput;
import dev.sealift.cli.OutputFile;
import dev.sealift.vmm.VmmException;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code sealift platform pek-csr}. */
@Command(
    name = "pek-csr",
    mixinStandardHelpOptions = true,
    description = {
      "Writes the platform's PEK certificate for an owner to sign: 2084 bytes, both signatures"
          + " empty (PEK_CSR).",
      "",
      "sealift platform pek-import takes it back with the owner's signature."
    },
    footer = {"", "Example:  sealift platform pek-csr pek.csr --state ./host-a"})
final class PekCsrCommand extends PlatformTask {
  @Parameters(paramLabel = "FILE", description = "Where the request goes; it does not exist yet.")
  private Path file = Path.of("");

  @Override
  void prepare() throws BadInput {
    OutputFile.refuseExisting(file);
  }

  @Override
  PlatformAnswer run(OpenPlatform platform) throws BadInput, VmmException {
    byte[] request = platform.device().pekSigningRequest();
    OutputFile.write(file, request);
    return WrittenFiles.of(
        platform.speaker(), List.of(WrittenFiles.file(file, request, List.of("PEK, unsigned"))));
  }
}
