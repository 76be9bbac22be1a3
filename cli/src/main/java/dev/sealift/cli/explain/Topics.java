package dev.sealift.cli.explain;

import dev.sealift.cli.BadInput;
import dev.sealift.crypto.Session;
import dev.sealift.crypto.launch.AttestationReport;
import dev.sealift.crypto.launch.ReportedMeasurement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Everything that can be explained, and how it is told what something is. */
final class Topics {

  static final List<Topic> ALL =
      List.of(
          new StatusTopic(),
          new ErrnoTopic(),
          new FailureTopic(),
          new ExitTopic(),
          new StateTopic(),
          new CommandTopic(),
          new PolicyTopic(),
          new PacketTopic(),
          new CertificateTopic(),
          new StructTopic(
              "session",
              "a session: a guest's transport keys and policy, sealed for one platform",
              Session.LAYOUT,
              List.of(
                  "Only the two sides of the key agreement can open it: the platform whose PDH it"
                      + " was sealed for, and whoever sealed it."),
              List.of("sealift reference RECEIVE_START", "sealift session --help")),
          new StructTopic(
              "report",
              "an attestation report of a guest",
              AttestationReport.LAYOUT,
              List.of("Nothing is verified here. The first 52 bytes are signed, by the PEK."),
              List.of("sealift attestation verify --help", "sealift reference ATTESTATION")),
          new StructTopic(
              "measurement",
              "a launch measurement",
              ReportedMeasurement.LAYOUT,
              List.of(
                  "The MAC is over the firmware's version, the policy, the digest of what was"
                      + " launched and the nonce; only the guest's owner and the platform have the"
                      + " key."),
              List.of("sealift measure --help", "sealift reference LAUNCH_MEASURE")),
          new BufferTopic(),
          new TraceTopic(),
          new ReceiptTopic(),
          new JournalTopic(),
          new FrameTopic(),
          new PrefaceTopic());

  private Topics() {}

  /** The topic that a word asks for. */
  static Optional<Topic> find(String word) {
    return ALL.stream().filter(topic -> topic.word().equalsIgnoreCase(word)).findFirst();
  }

  /**
   * A topic that something may be of.
   *
   * @param command the command line that explains it as that
   */
  record Candidate(String kind, String what, String command) {}

  /**
   * The one topic that something is of, or those that it may be of.
   *
   * @throws BadInput if it is of none
   */
  static List<Topic> recognise(Thing thing) throws BadInput {
    List<Topic> sure = fitting(thing, Topic.Fit.SURE);
    List<Topic> found = sure.isEmpty() ? fitting(thing, Topic.Fit.MAYBE) : sure;
    if (!found.isEmpty()) {
      return found;
    }
    String kinds = ALL.stream().map(Topic::word).collect(Collectors.joining(", "));
    throw new BadInput(
        thing.file() == null && !thing.isData()
            ? "%s is nothing that is known here, and no file: say what it is (%s)."
                .formatted(thing.subject(), kinds)
            : "%s (%s bytes) has the form of nothing that is known here: say what it should be (%s)."
                .formatted(thing.subject(), thing.isWhole() ? thing.size() : "very many", kinds));
  }

  private static List<Topic> fitting(Thing thing, Topic.Fit fit) {
    return ALL.stream().filter(topic -> topic.fit(thing) == fit).toList();
  }

  /** The exact command line for each topic; where only the command is open, one for each. */
  static List<Candidate> candidates(List<Topic> topics, Thing thing) {
    List<Candidate> candidates = new ArrayList<>();
    for (Topic topic : topics) {
      String start = "sealift explain " + topic.word() + " ";
      if (topic instanceof BufferTopic) {
        BufferTopic.candidates(thing.bytes())
            .forEach((command, struct) ->
                candidates.add(
                    new Candidate(
                        topic.word(),
                        "the struct " + struct.name(),
                        start + command + " " + quoted(thing.text()))));
      } else {
        candidates.add(new Candidate(topic.word(), topic.what(), start + quoted(thing.text())));
      }
    }
    return candidates;
  }

  private static String quoted(String argument) {
    String safe = Printable.of(argument);
    return safe.matches("[A-Za-z0-9_./:=,+-]+") ? safe : "'" + safe + "'";
  }
}
