package dev.sealift.cli.owner;

import dev.sealift.cli.BadInput;
import dev.sealift.cli.Failure;
import dev.sealift.cli.Lines;
import dev.sealift.cli.OutputOptions;
import dev.sealift.cli.RootFile;
import dev.sealift.crypto.GuestPolicy;
import dev.sealift.crypto.cert.CertificateTree;
import dev.sealift.crypto.cert.ChainVerdict;
import dev.sealift.crypto.cert.MalformedCertificateException;
import dev.sealift.crypto.cert.RootOfTrust;
import dev.sealift.crypto.cert.SevCertificate;
import dev.sealift.crypto.launch.OwnerSession;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code sealift session}. */
@Command(
    name = "session",
    mixinStandardHelpOptions = true,
    description = {
      "Makes what a guest is launched with: the owner's certificate, the session, TEK and TIK.",
      "",
      "The files are named as sevctl names them. QEMU takes NAME_godh.b64 as dh-cert-file and"
          + " NAME_session.b64 as session-file; TEK and TIK stay with the owner. A session is for"
          + " one launch."
    },
    footer = {
      "",
      "Examples:  sealift session platform.chain 0x21",
      "           sealift session pdh.cert nodbg,noks,es,sev --name web --out keys"
    })
public final class SessionCommand implements Callable<Integer> {
  @Parameters(
      index = "0",
      paramLabel = "PDH-FILE",
      description =
          "The platform's PDH certificate, alone or with others of its chain. A whole chain, up to"
              + " the ARK, is verified first.")
  private Path pdhFile = Path.of("");

  @Parameters(
      index = "1",
      paramLabel = "POLICY",
      converter = PolicyConverter.class,
      description = "The guest's policy: " + PolicyConverter.FORMS + ".")
  private GuestPolicy policy = new GuestPolicy(0);

  @Option(
      names = "--name",
      defaultValue = "vm",
      description = "What the files' names begin with (default: ${DEFAULT-VALUE}).")
  private String name = "vm";

  @Option(
      names = "--out",
      paramLabel = "DIR",
      defaultValue = ".",
      description = "Where the files go (default: here).")
  private Path directory = Path.of("");

  @Option(
      names = "--chain",
      paramLabel = "FILE",
      description =
          "More certificates of the platform's chain, such as the CEK that AMD has signed, ASK and"
              + " ARK; may be repeated.")
  private List<Path> chainFiles = new ArrayList<>();

  @Option(names = "--verify", description = "Make no session unless the chain is whole.")
  private boolean verify;

  @Option(
      names = "--chain-root",
      paramLabel = "ARK",
      description =
          "Believe in this ARK certificate instead of AMD's, for platforms in software; implies"
              + " --verify.")
  private @Nullable Path chainRoot;

  @Mixin private OutputOptions output = new OutputOptions();

  /**
   * What was made.
   *
   * @param policy the guest's policy
   * @param policyWord the same as a number
   * @param platformApi the API version in the platform's certificate
   * @param chainVerified whether the platform's chain was verified
   * @param root the root that the chain leads to
   * @param files where everything is
   */
  record Made(
      String policy,
      long policyWord,
      String platformApi,
      boolean chainVerified,
      @Nullable String root,
      SessionFiles files) {}

  @Override
  public Integer call() throws BadInput, Failure {
    List<Path> all = new ArrayList<>(chainFiles);
    all.addFirst(pdhFile);
    PlatformCertificates certificates = PlatformCertificates.read(all);
    SevCertificate pdh = certificates.only(SevCertificate.Usage.PDH);
    SessionFiles files = SessionFiles.in(directory, name);
    files.refuseExisting();
    Optional<String> root = verified(certificates);
    try (OwnerSession session = OwnerSession.create(pdh, policy, new SecureRandom())) {
      files.write(session);
    } catch (MalformedCertificateException e) {
      throw new BadInput(
          "The PDH certificate in %s cannot be used: %s.".formatted(pdhFile, e.getMessage()), e);
    }
    Made made =
        new Made(
            policy.toString(),
            Integer.toUnsignedLong(policy.word()),
            pdh.api().toString(),
            root.isPresent(),
            root.orElse(null),
            files);
    output.print(made, words(made));
    return CommandLine.ExitCode.OK;
  }

  /** The root that the platform's chain leads to; nothing where the chain is not whole. */
  private Optional<String> verified(PlatformCertificates certificates) throws BadInput, Failure {
    CertificateTree tree = certificates.tree();
    RootOfTrust believed = chainRoot == null ? null : RootFile.read(chainRoot);
    if (tree.chain().isEmpty()) {
      if (verify || believed != null) {
        throw new BadInput(
            certificates.files()
                + ": the chain is not whole, so it cannot be verified; name with --chain what is"
                + " missing of PDH, PEK, OCA, CEK, ASK and ARK.");
      }
      return Optional.empty();
    }
    ChainVerdict verdict = believed == null ? tree.verify() : tree.verify(believed);
    if (!verdict.holds()) {
      throw new Failure(
          "No session is made, because the chain in %s does not hold: %s."
              .formatted(certificates.files(), verdict.firstFault()));
    }
    return believed == null
        ? tree.generation().map(generation -> RootOfTrust.of(generation).name())
        : Optional.of(believed.name());
  }

  private static String words(Made made) {
    Lines lines = new Lines(OwnerPages.COLUMN);
    lines.line("policy", made.policy());
    lines.line("platform", "its PDH certificate says API " + made.platformApi());
    lines.line(
        "chain",
        made.root() == null
            ? "NOT VERIFIED: nobody vouches for this PDH. Whoever made it can read the session's"
                + " keys; verify the platform's chain before you send anything."
            : "verified, PDH to ARK: " + made.root());
    lines.blank();
    lines.line("for QEMU", "dh-cert-file=%s".formatted(made.files().godh()));
    lines.line("", "session-file=%s".formatted(made.files().session()));
    lines.line("the same", made.files().godhBytes() + " and " + made.files().sessionBytes());
    lines.line("keep secret", made.files().tek() + " and " + made.files().tik());
    return lines.toString();
  }
}
