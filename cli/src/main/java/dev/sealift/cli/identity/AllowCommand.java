package dev.sealift.cli.identity;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sealift.cli.BadInput;
import dev.sealift.cli.Failure;
import dev.sealift.cli.InputFile;
import dev.sealift.cli.Lines;
import dev.sealift.cli.OutputOptions;
import dev.sealift.migration.access.AllowList;
import dev.sealift.migration.access.AllowedPeer;
import dev.sealift.migration.access.AllowedPeers;
import dev.sealift.migration.access.GuestNames;
import dev.sealift.migration.access.KeyFingerprint;
import dev.sealift.migration.access.Right;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code sealift identity allow}. */
@Command(
    name = "allow",
    mixinStandardHelpOptions = true,
    description = {
      "Adds a peer to a host's list of allowed peers, which is made if it is not there.",
      "",
      "To take a peer off again, or away one of its rights, edit the list: it is text."
    },
    footer = {
      "",
      "Examples:  sealift identity allow --list peers --certificate host-b.crt --may send,receive",
      "           sealift identity allow --list peers --name host-c --may send --guests 'web-*'"
    })
final class AllowCommand implements Callable<Integer> {
  @Option(
      names = "--list",
      paramLabel = "FILE",
      required = true,
      description = "The host's list of allowed peers.")
  private Path list = Path.of("peers");

  @ArgGroup(multiplicity = "1")
  private Who who = new Who();

  @Option(
      names = "--may",
      paramLabel = "send|receive",
      required = true,
      split = ",",
      description = "What the peer may do: send guests to the host, receive guests from it.")
  private Set<Right> rights = EnumSet.noneOf(Right.class);

  @Option(
      names = "--guests",
      paramLabel = "PATTERN",
      split = ",",
      description = "With which guests, * for any run of characters (default: all).")
  private List<String> guests = new ArrayList<>();

  @Mixin private OutputOptions output = new OutputOptions();

  /** How the peer is told. */
  static final class Who {
    @Option(
        names = "--certificate",
        paramLabel = "FILE",
        description =
            "The peer's certificate, request or public key, in PEM: whoever has its private key.")
    private @Nullable Path certificate;

    @Option(
        names = "--key",
        paramLabel = "FINGERPRINT",
        description = "The fingerprint of the peer's key, as 'sealift identity show' prints it.")
    private @Nullable String key;

    @Option(
        names = "--name",
        paramLabel = "NAME",
        converter = HostName.Converter.class,
        description = "A name that an authority has put into the peer's certificate.")
    private @Nullable HostName name;

    AllowedPeer.Who peer() throws BadInput {
      if (certificate != null) {
        return new AllowedPeer.Key(KeyFingerprint.of(IdentityFiles.publicKey(certificate)));
      }
      if (name != null) {
        return new AllowedPeer.Name(name.text());
      }
      String given = key == null ? "" : key;
      return new AllowedPeer.Key(
          KeyFingerprint.parse(given)
              .orElseThrow(() ->
                  new BadInput(
                      "'%s' is no fingerprint of a key: give sha256: and 64 digits, 0-9 and a-f."
                          .formatted(given))));
    }
  }

  /**
   * What was added.
   *
   * @param list the list
   * @param line the new line
   * @param peers how many lines it has now
   */
  record Added(String list, String line, int peers) {}

  @Override
  public Integer call() throws BadInput {
    var patterns = new ArrayList<GuestNames>();
    for (String pattern : guests) {
      if (pattern.isEmpty()
          || pattern.length() > GuestNames.MOST_CHARACTERS
          || pattern.matches("(?s).*[#\\s].*")) {
        throw new BadInput(
            "'%s' names no guests: give 1 to %d characters without blanks or #."
                .formatted(pattern, GuestNames.MOST_CHARACTERS));
      }
      patterns.add(new GuestNames(pattern));
    }
    String line = AllowList.line(new AllowedPeer(who.peer(), rights, patterns));
    boolean there = Files.exists(list);
    String old =
        there
            ? new String(
                InputFile.read(list, "a list of allowed peers", AllowList.MOST_BYTES), UTF_8)
            : "";
    String addition = (old.isEmpty() || old.endsWith("\n") ? "" : "\n") + line + "\n";
    AllowedPeers peers = parse(old + addition);
    append(addition);
    var added = new Added(list.toString(), line, peers.peers().size());
    output.print(
        added, new Lines(0).sentence(list + " now says:").sentence("  " + line).toString());
    return ExitCode.OK;
  }

  private AllowedPeers parse(String content) throws BadInput {
    try {
      return AllowList.parse(list.toString(), content.getBytes(UTF_8));
    } catch (AllowList.MalformedException malformed) {
      throw new BadInput(malformed.getMessage() + ".", malformed);
    }
  }

  private void append(String addition) throws BadInput {
    try {
      Files.writeString(list, addition, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new BadInput(list + " cannot be written: " + Failure.sentence(e) + ".", e);
    }
  }
}
