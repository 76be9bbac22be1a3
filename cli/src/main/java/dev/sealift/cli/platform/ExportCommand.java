package dev.sealift.cli.platform;

import dev.sealift.cli.BadInput;
import dev.sealift.cli.Failure;
import dev.sealift.cli.InputFile;
import dev.sealift.cli.OutputFile;
import dev.sealift.crypto.cert.AmdCertificate;
import dev.sealift.crypto.cert.MalformedCertificateException;
import dev.sealift.vmm.VmmException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** {@code sealift platform export}. */
@Command(
    name = "export",
    mixinStandardHelpOptions = true,
    description = {
      "Writes the platform's certificates for guest owners and for the platforms that send to it.",
      "",
      "One file holds PDH, PEK, OCA and CEK, as sevctl export writes it, and with --full ASK and ARK"
          + " behind them; --separate makes a file of each, named as sev-tool names them. The CEK is"
          + " the one with its maker's signature."
    },
    footer = {
      "",
      "Examples:  sealift platform export host-a.cert --state ./host-a",
      "           sealift platform export host-a.cert --full --cek cek.cert --ask-ark ask_ark.cert",
      "           sealift platform export --separate ./certs --state ./host-a"
    })
final class ExportCommand extends PlatformTask {
  private static final int AMD_LIMIT = 3200;

  @Parameters(
      arity = "0..1",
      paramLabel = "FILE",
      description = "Where the certificates go, one behind the other; it does not exist yet.")
  private @Nullable Path file;

  @Option(
      names = "--separate",
      paramLabel = "DIR",
      description =
          "Write pdh.cert, pek.cert, oca.cert and cek.cert, and where they are known ask.cert and"
              + " ark.cert, into this directory.")
  private @Nullable Path separate;

  @Option(names = "--full", description = "Append ASK and ARK to FILE.")
  private boolean full;

  @Option(
      names = "--cek",
      paramLabel = "FILE",
      description =
          "The chip's certificate with AMD's signature, from its key server (sealift platform id);"
              + " a platform in software has its own.")
  private @Nullable Path cekFile;

  @Option(
      names = "--ask-ark",
      paramLabel = "FILE",
      description =
          "ASK and ARK of the chip's generation, one behind the other, as AMD publishes them; a"
              + " platform in software has its own.")
  private @Nullable Path askArkFile;

  private byte @Nullable [] askArk;

  @Override
  void prepare() throws BadInput {
    if ((file == null) == (separate == null)) {
      throw new ParameterException(
          commandLine(), "Name one file for all certificates, or a directory with --separate DIR.");
    }
    if (file != null) {
      OutputFile.refuseExisting(file);
    }
    if (askArkFile != null) {
      askArk = InputFile.read(askArkFile, "ASK and ARK", AMD_LIMIT);
    }
  }

  @Override
  PlatformAnswer run(OpenPlatform platform) throws BadInput, Failure, VmmException {
    ExportedChain chain = ExportedChain.of(platform, cekFile, amdCertificates(platform));
    List<WrittenFiles.WrittenFile> written =
        file == null ? writeEach(chain) : List.of(writeOne(chain, file));
    return WrittenFiles.of(platform.speaker(), written);
  }

  /** ASK and ARK; none where they are not known. */
  private List<AmdCertificate> amdCertificates(OpenPlatform platform) throws BadInput, Failure {
    byte[] bytes = askArk;
    if (bytes == null && platform.state() != null) {
      bytes = platform.state().amdCertificates();
    }
    if (bytes == null) {
      if (full) {
        throw new BadInput(
            "ASK and ARK of a real chip come from AMD (developer.amd.com/sev has them for each"
                + " generation): name their file with --ask-ark FILE, or leave --full out.");
      }
      return List.of();
    }
    try {
      return AmdCertificate.parseChain(bytes);
    } catch (MalformedCertificateException e) {
      throw new BadInput(
          "%s does not hold ASK and ARK: %s.".formatted(askArkFile, e.getMessage()), e);
    }
  }

  private WrittenFiles.WrittenFile writeOne(ExportedChain chain, Path into) throws BadInput {
    Map<String, byte[]> parts = full ? chain.all() : chain.platform();
    byte[] joined = ExportedChain.join(parts);
    OutputFile.write(into, joined);
    return WrittenFiles.file(into, joined, List.copyOf(parts.keySet()));
  }

  private List<WrittenFiles.WrittenFile> writeEach(ExportedChain chain) throws BadInput {
    Path directory = Objects.requireNonNull(separate, "checked in prepare");
    boolean made = make(directory);
    Map<String, byte[]> parts = chain.all();
    for (String name : parts.keySet()) {
      OutputFile.refuseExisting(directory.resolve(fileName(name)));
    }
    List<WrittenFiles.WrittenFile> written = new ArrayList<>();
    try {
      for (Map.Entry<String, byte[]> part : parts.entrySet()) {
        Path into = directory.resolve(fileName(part.getKey()));
        OutputFile.write(into, part.getValue());
        written.add(WrittenFiles.file(into, part.getValue(), List.of(part.getKey())));
      }
      return written;
    } catch (BadInput e) {
      written.forEach(one -> Path.of(one.file()).toFile().delete());
      if (made) {
        directory.toFile().delete();
      }
      throw e;
    }
  }

  private static boolean make(Path directory) throws BadInput {
    if (Files.isDirectory(directory)) {
      return false;
    }
    OutputFile.refuseExisting(directory);
    try {
      Files.createDirectories(directory);
      return true;
    } catch (IOException e) {
      throw new BadInput("%s cannot be made: %s.".formatted(directory, Failure.sentence(e)), e);
    }
  }

  private static String fileName(String certificate) {
    return certificate.toLowerCase(Locale.ROOT) + ".cert";
  }
}
