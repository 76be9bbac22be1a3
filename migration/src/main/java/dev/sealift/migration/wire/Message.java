package dev.sealift.migration.wire;

import dev.sealift.abi.Pages;
import dev.sealift.abi.sev.SevLimits;
import dev.sealift.migration.trust.PlatformCredentials;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * What the two hosts say to each other on the control connection.
 *
 * <pre>
 *   source                                      destination
 *     | HELLO                                        |
 *     |---------------------------------------------&gt;|  chooses a version
 *     |                                      WELCOME |
 *     |&lt;---------------------------------------------|
 *     |  holds the platform against its policy,      |
 *     |  SEND_START                                  |
 *     | GUEST                                        |
 *     |---------------------------------------------&gt;|  holds the platform against its policy,
 *     |                                              |  makes the guest, RECEIVE_START
 *     |                                        READY |
 *     |&lt;---------------------------------------------|
 *     |===== data connections: sealed batches ======&gt;|  each round: the private pages here,
 *     | SHARED_PAGES ...                             |               the shared pages there
 *     |---------------------------------------------&gt;|
 *     | ROUND_END                                    |
 *     |---------------------------------------------&gt;|  has everything of the round
 *     |                                   ROUND_DONE |
 *     |&lt;---------------------------------------------|
 *     :  more rounds; the guest is paused before     :
 *     :  the last one                                :
 *     | PAGE_STATUS ..., VCPU_VMSA ... (SEV-ES),     |
 *     | VCPU_STATE ..., PREPARE                      |
 *     |---------------------------------------------&gt;|  has everything of the guest
 *     |                                     PREPARED |
 *     |&lt;---------------------------------------------|
 *     |  SEND_FINISH: the point of no return         |
 *     | COMMIT                                       |
 *     |---------------------------------------------&gt;|  RECEIVE_FINISH, runs the guest
 *     |                                      RUNNING |
 *     |&lt;---------------------------------------------|
 *     |                                    STATEMENT |
 *     |&lt;---------------------------------------------|  has the receipt, signed by both
 *     | ENDORSEMENT                                  |
 *     |---------------------------------------------&gt;|  has it, too
 *
 *   ABORT may come from either side instead of any message before COMMIT.
 *
 *   where a link was lost, on a new control connection:
 *     | HELLO, then WELCOME, and instead of GUEST    |
 *     | RESUME                                       |
 *     |---------------------------------------------&gt;|  gives the old link up
 *     |                                     STANDING |
 *     |&lt;---------------------------------------------|
 *     |===== new data connections: the batches =====&gt;|  goes on where the destination stands
 *     :  of the same round that did not arrive       :
 * </pre>
 *
 * <p>Components that are arrays are not copied: a message is made, sent and forgotten, or read and
 * consumed.
 */
// Pages travel in these records by the hundred thousand: a copy of each array would be for nobody.
@SuppressWarnings("ArrayRecordComponent")
public sealed interface Message {

  /**
   * S: who I am. Its bytes are the same in every version.
   *
   * @param lowestVersion the lowest version of the protocol that the source speaks
   * @param highestVersion the highest one
   * @param emulated whether the source's Secure Processor is software
   */
  record Hello(int lowestVersion, int highestVersion, boolean emulated) implements Message {
    public Hello {
      Bounds.check(
          lowestVersion >= 1 && lowestVersion <= highestVersion && highestVersion <= 0xFFFF,
          "HELLO: versions go upwards from 1 to 65535");
    }
  }

  /**
   * D: who I am.
   *
   * @param version the version of the protocol that is spoken from here on
   * @param emulated whether the destination's Secure Processor is software
   * @param mostDataConnections how many data connections it takes for one move
   * @param platform the credentials of the destination's platform, encoded
   */
  record Welcome(int version, boolean emulated, int mostDataConnections, byte[] platform)
      implements Message {
    public Welcome {
      Bounds.check(version >= 1 && version <= 0xFFFF, "WELCOME: a version is 1 to 65535");
      checkConnections("WELCOME", mostDataConnections);
      checkPlatform("WELCOME", platform);
    }
  }

  /**
   * S: the guest that is to come.
   *
   * @param move the name of this move
   * @param configuration what the destination must know to make the same guest, 1 to 2048 bytes
   * @param policy the guest's policy word
   * @param platform the credentials of the source's platform, encoded
   * @param session what SEND_START made, 128 bytes
   * @param dataConnections how many data connections the source opens
   */
  record Guest(
      MoveId move,
      byte[] configuration,
      int policy,
      byte[] platform,
      byte[] session,
      int dataConnections)
      implements Message {
    public Guest {
      Bounds.check(
          configuration.length > 0 && configuration.length <= Bounds.CONFIGURATION,
          "GUEST: a configuration has 1 to 2048 bytes");
      checkPlatform("GUEST", platform);
      Bounds.check(session.length == SevLimits.SESSION, "GUEST: a session has 128 bytes");
      checkConnections("GUEST", dataConnections);
    }
  }

  /** D: the guest is made and its channel is open; data connections may come. */
  record Ready() implements Message {}

  /**
   * S: pages that the guest shares with its host, as they are.
   *
   * @param round the round they belong to, from 0
   * @param gfns the page numbers, 1 to 64
   * @param contents 4096 bytes for each, in the same order
   */
  record SharedPages(int round, long[] gfns, byte[] contents) implements Message {
    public SharedPages {
      checkRound("SHARED_PAGES", round);
      Bounds.check(
          gfns.length > 0 && gfns.length <= Bounds.SHARED_PAGES,
          "SHARED_PAGES: one message carries 1 to 64 pages");
      Bounds.check(
          contents.length == gfns.length * Pages.SIZE,
          "SHARED_PAGES: every page has 4096 bytes of content");
    }
  }

  /**
   * S: the round is sent.
   *
   * @param round its number
   * @param batches for each data connection, in the order of their indexes, the batches of this
   *     round
   * @param privatePages pages in those batches
   * @param sharedPages pages in this round's SHARED_PAGES
   */
  record RoundEnd(int round, int[] batches, long privatePages, long sharedPages)
      implements Message {
    public RoundEnd {
      checkRound("ROUND_END", round);
      checkConnections("ROUND_END", batches.length);
      for (int count : batches) {
        Bounds.check(count >= 0, "ROUND_END: a connection has 0 to 2147483647 batches");
      }
      Bounds.check(privatePages >= 0 && sharedPages >= 0, "ROUND_END: page counts are positive");
    }
  }

  /**
   * D: everything of the round arrived, held and lies in the guest's memory.
   *
   * @param round its number
   */
  record RoundDone(int round) implements Message {
    public RoundDone {
      checkRound("ROUND_DONE", round);
    }
  }

  /**
   * S: pages that are shared now that the guest is paused; all others are private. Ranges go
   * upwards and do not touch, also from one PAGE_STATUS to the next.
   *
   * @param shared 0 to 4096 ranges
   */
  record PageStatus(List<SharedRange> shared) implements Message {
    public PageStatus {
      shared = List.copyOf(shared);
      Bounds.check(
          shared.size() <= Bounds.STATUS_RANGES,
          "PAGE_STATUS: one message carries 0 to 4096 ranges");
    }
  }

  /**
   * S: the registers of one paused vCPU of a guest with SEV-ES, as SEND_UPDATE_VMSA sealed them.
   *
   * @param index the vCPU, from 0 upwards
   * @param header the packet header, 52 bytes
   * @param ciphertext the VMSA, 4096 bytes
   */
  record VcpuVmsa(int index, byte[] header, byte[] ciphertext) implements Message {
    public VcpuVmsa {
      Bounds.check(index >= 0, "VCPU_VMSA: vCPUs are counted from 0");
      Bounds.check(
          header.length == SevLimits.PACKET_HEADER, "VCPU_VMSA: a packet header has 52 bytes");
      Bounds.check(ciphertext.length == Pages.SIZE, "VCPU_VMSA: a VMSA has 4096 bytes");
    }
  }

  /**
   * S: the state of one paused vCPU; with SEV-ES what is beside its registers.
   *
   * @param index the vCPU, from 0 upwards
   * @param state its encoded state, 1 to 65536 bytes
   */
  record VcpuState(int index, byte[] state) implements Message {
    public VcpuState {
      Bounds.check(index >= 0, "VCPU_STATE: vCPUs are counted from 0");
      Bounds.check(
          state.length > 0 && state.length <= Bounds.VCPU_STATE,
          "VCPU_STATE: a state has 1 to 65536 bytes");
    }
  }

  /**
   * S: that is all; say whether you could run.
   *
   * @param rounds rounds sent
   * @param privatePages private pages sent in all rounds
   * @param sharedPages shared pages sent in all rounds
   * @param manifest the root of the source's manifest, 32 bytes
   */
  record Prepare(int rounds, long privatePages, long sharedPages, byte[] manifest)
      implements Message {
    public Prepare {
      checkRound("PREPARE", rounds);
      checkManifest("PREPARE", manifest);
      Bounds.check(privatePages >= 0 && sharedPages >= 0, "PREPARE: page counts are positive");
    }
  }

  /**
   * D: the guest is whole; only COMMIT is missing.
   *
   * @param manifest the root of the destination's manifest, 32 bytes
   */
  record Prepared(byte[] manifest) implements Message {
    public Prepared {
      checkManifest("PREPARED", manifest);
    }
  }

  /**
   * S: the source can never run the guest again; run it. Times are the source's, in milliseconds
   * since 1970-01-01 UTC.
   *
   * @param began when the move began
   * @param paused when the guest was paused
   * @param finished when SEND_FINISH was done
   */
  record Commit(long began, long paused, long finished) implements Message {
    public Commit {
      Bounds.check(
          began >= 0 && paused >= 0 && finished >= 0, "COMMIT: times begin with the year 1970");
    }
  }

  /** D: the guest runs. */
  record Running() implements Message {}

  /**
   * D: what this move was, and my platform's signature under it.
   *
   * @param statement the receipt's statement, encoded
   * @param report the attestation report that signs it, 208 bytes
   */
  record Statement(byte[] statement, byte[] report) implements Message {
    public Statement {
      Bounds.check(
          statement.length > 0 && statement.length <= Bounds.STATEMENT,
          "STATEMENT: a statement has 1 to 65536 bytes");
      checkReport("STATEMENT", report);
    }
  }

  /**
   * S: so it was; here is my platform's signature.
   *
   * @param report the attestation report that signs the statement, 208 bytes
   */
  record Endorsement(byte[] report) implements Message {
    public Endorsement {
      checkReport("ENDORSEMENT", report);
    }
  }

  /**
   * S, instead of GUEST: a link of this move was lost; say where you stand.
   *
   * @param move the name of the move, as GUEST said it
   */
  record Resume(MoveId move) implements Message {}

  /**
   * D: where I stand in the move that was asked after.
   *
   * @param place where
   * @param progress how far it has come; {@link Progress#NONE} unless it is RECEIVING
   * @param root the root of the destination's manifest, 32 bytes; zeros unless it is PREPARED
   */
  record Standing(Place place, Progress progress, byte[] root) implements Message {
    public Standing {
      checkManifest("STANDING", root);
      Bounds.check(
          (place == Place.RECEIVING) != progress.batches().isEmpty(),
          "STANDING: data connections are 1 to 16 in RECEIVING, and 0 elsewhere");
      Bounds.check(
          place == Place.RECEIVING || (progress.round() == 0 && progress.messages() == 0),
          "STANDING: there is progress in RECEIVING only");
      Bounds.check(
          place == Place.PREPARED || isZero(root), "STANDING: there is a root in PREPARED only");
    }

    /** A place of which there is nothing more to say. */
    public static Standing at(Place place) {
      return new Standing(place, Progress.NONE, new byte[Manifest.ROOT_SIZE]);
    }

    /** It takes memory in, and has come so far. */
    public static Standing receiving(Progress progress) {
      return new Standing(Place.RECEIVING, progress, new byte[Manifest.ROOT_SIZE]);
    }

    /** The guest is whole, and this is the root of its manifest. */
    public static Standing prepared(byte[] root) {
      return new Standing(Place.PREPARED, Progress.NONE, root);
    }

    private static boolean isZero(byte[] bytes) {
      return Arrays.equals(bytes, new byte[bytes.length]);
    }
  }

  /**
   * Either: the move is over. Its bytes are the same in every version.
   *
   * @param code why
   * @param status the number of the firmware's status, or 0
   * @param sentence for people; control characters are blanked and what is beyond 512 bytes of
   *     UTF-8 is cut
   */
  record Abort(FailureCode code, int status, String sentence) implements Message {
    public Abort {
      sentence = printable(sentence);
    }

    private static String printable(String text) {
      var kept = new StringBuilder();
      int size = 0;
      for (int character : text.codePoints().toArray()) {
        String next = Character.toString(Character.isISOControl(character) ? ' ' : character);
        size += next.getBytes(StandardCharsets.UTF_8).length;
        if (size > Bounds.SENTENCE) {
          break;
        }
        kept.append(next);
      }
      return kept.toString();
    }
  }

  private static void checkPlatform(String message, byte[] platform) {
    Bounds.check(
        platform.length >= PlatformCredentials.LEAST_SIZE
            && platform.length <= PlatformCredentials.MOST_SIZE,
        "%s: a platform's credentials have %d to %d bytes"
            .formatted(message, PlatformCredentials.LEAST_SIZE, PlatformCredentials.MOST_SIZE));
  }

  private static void checkManifest(String message, byte[] root) {
    Bounds.check(root.length == Manifest.ROOT_SIZE, message + ": a manifest's root has 32 bytes");
  }

  private static void checkReport(String message, byte[] report) {
    Bounds.check(report.length == Bounds.REPORT, message + ": an attestation report has 208 bytes");
  }

  private static void checkConnections(String message, int count) {
    Bounds.check(
        count >= 1 && count <= Bounds.DATA_CONNECTIONS, message + ": data connections are 1 to 16");
  }

  private static void checkRound(String message, int round) {
    Bounds.check(round >= 0 && round <= Bounds.ROUNDS, message + ": rounds are 0 to 65535");
  }
}
