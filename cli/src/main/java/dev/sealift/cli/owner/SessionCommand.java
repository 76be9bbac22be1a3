package dev.sealift.cli.owner;

import dev.sealift.cli.BadInput;
import dev.sealift.cli.Failure;
import dev.sealift.cli.InputFile;
import dev.sealift.crypto.GuestPolicy;
import dev.sealift.crypto.cert.AmdCertificate;
import dev.sealift.crypto.cert.ChainVerdict;
import dev.sealift.crypto.cert.Generation;
import dev.sealift.crypto.cert.MalformedCertificateException;
import dev.sealift.crypto.cert.PlatformChain;
import dev.sealift.crypto.cert.RootOfTrust;
import dev.sealift.crypto.cert.SevCertificate;
import dev.sealift.crypto.launch.OwnerSession;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
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
  private static final int LONGEST_ARK = 1600;

  @Parameters(
      index = "0",
      paramLabel = "PDH-FILE",
      description =
          "The platform's PDH certificate (2084 bytes), or its exported chain: PDH, PEK, OCA, CEK,"
              + " ASK, ARK. A whole chain is verified first.")
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
      names = "--verify",
      description = "Make no session unless PDH-FILE holds a whole chain, and it holds.")
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
    CertificateFile certificates = CertificateFile.read(pdhFile, "a PDH certificate or a chain");
    SevCertificate pdh = certificates.first(SevCertificate.Usage.PDH);
    SessionFiles files = SessionFiles.in(directory, name);
    files.refuseExisting();
    Optional<RootOfTrust> root = verified(certificates);
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
            root.map(RootOfTrust::name).orElse(null),
            files);
    output.print(made, words(made));
    return CommandLine.ExitCode.OK;
  }

  /** The root that the platform's chain leads to; nothing where there is no whole chain. */
  private Optional<RootOfTrust> verified(CertificateFile certificates) throws BadInput, Failure {
    Optional<PlatformChain> chain = certificates.chain();
    if (chain.isEmpty()) {
      if (verify || chainRoot != null) {
        throw new BadInput(
            pdhFile
                + " ends before AMD's certificates, so its chain cannot be verified: append ASK and"
                + " ARK, and take the CEK that AMD has signed.");
      }
      return Optional.empty();
    }
    RootOfTrust root = root(chain.get());
    ChainVerdict verdict = chain.get().verify(root);
    if (!verdict.holds()) {
      throw new Failure(
          "No session is made, because the chain in %s does not hold: %s."
              .formatted(pdhFile, verdict.firstFault()));
    }
    return Optional.of(root);
  }

  private RootOfTrust root(PlatformChain chain) throws BadInput, Failure {
    if (chainRoot != null) {
      try {
        return RootOfTrust.of(
            AmdCertificate.parse(InputFile.read(chainRoot, "an ARK certificate", LONGEST_ARK)));
      } catch (MalformedCertificateException e) {
        throw new BadInput("%s is no ARK certificate: %s.".formatted(chainRoot, e.getMessage()), e);
      }
    }
    return Arrays.stream(Generation.values())
        .filter(generation -> Arrays.equals(generation.arkKeyId(), chain.ark().keyId()))
        .findFirst()
        .map(RootOfTrust::of)
        .orElseThrow(() ->
            new Failure(
                "No session is made, because the chain in "
                    + pdhFile
                    + " leads to none of AMD's roots; for a platform in software name its"
                    + " root with --chain-root."));
  }

  private static String words(Made made) {
    Lines lines = new Lines();
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
