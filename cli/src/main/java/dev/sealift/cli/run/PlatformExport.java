package dev.sealift.cli.run;

import dev.sealift.cli.BadInput;
import dev.sealift.cli.Failure;
import dev.sealift.cli.OutputFile;
import dev.sealift.crypto.cert.PlatformChain;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A platform's certificates as files, by which a guest's owner makes a session with it. They have
 * the names and forms that AMD's sev-tool gives them.
 */
public final class PlatformExport {
  /** The PDH certificate, 2084 bytes. */
  public static final String PDH = "pdh.cert";

  /** PEK, OCA and CEK, 6252 bytes. */
  static final String PLATFORM_CHAIN = "cert_chain.cert";

  /** ASK and ARK. */
  static final String AMD_CHAIN = "ask_ark.cert";

  private PlatformExport() {}

  /**
   * Refuses a directory that has one of them already, before there is anything to write.
   *
   * @throws BadInput if so
   */
  public static void refuseExisting(Path directory) throws BadInput {
    for (String name : List.of(PDH, PLATFORM_CHAIN, AMD_CHAIN)) {
      OutputFile.refuseExisting(directory.resolve(name));
    }
  }

  /**
   * Writes them into a directory, which is made if there is none.
   *
   * @throws BadInput if one of them is there already, or the directory cannot be written to
   */
  public static void write(Path directory, PlatformChain chain) throws BadInput {
    refuseExisting(directory);
    try {
      Files.createDirectories(directory);
    } catch (IOException refused) {
      throw new BadInput(
          "The directory %s cannot be made: %s.".formatted(directory, Failure.sentence(refused)),
          refused);
    }
    OutputFile.write(directory.resolve(PDH), chain.pdh().bytes());
    OutputFile.write(directory.resolve(PLATFORM_CHAIN), chain.platformCertificates());
    OutputFile.write(directory.resolve(AMD_CHAIN), chain.amdCertificates());
  }
}
