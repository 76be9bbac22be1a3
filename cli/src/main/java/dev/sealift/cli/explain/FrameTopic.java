package dev.sealift.cli.explain;

import dev.sealift.abi.FirmwareStatus;
import dev.sealift.cli.BadInput;
import dev.sealift.crypto.GuestPolicy;
import dev.sealift.migration.wire.CapturedBytes;
import dev.sealift.migration.wire.Message;
import dev.sealift.migration.wire.MigrationException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** A control frame of the migration protocol, as it is inside TLS. */
final class FrameTopic implements Topic {
  private static final String NUMBER = "of the message's type";

  @Override
  public String word() {
    return "frame";
  }

  @Override
  public String what() {
    return "a control frame of a move";
  }

  @Override
  public Fit fit(Thing thing) {
    if (!thing.isWhole() || thing.size() < CapturedBytes.FRAME_HEADER) {
      return Fit.NO;
    }
    try {
      CapturedBytes.frame(thing.bytes());
      return thing.isData() ? Fit.SURE : Fit.MAYBE;
    } catch (MigrationException none) {
      return Fit.NO;
    }
  }

  @Override
  public Explanation explain(Thing thing, Context context) throws BadInput {
    CapturedBytes.Frame frame;
    try {
      frame = CapturedBytes.frame(thing.bytes());
    } catch (MigrationException e) {
      throw new BadInput("%s is no frame of a move: %s.".formatted(thing.subject(), e.sentence()));
    }
    Cursor header = new Cursor(0);
    int body = thing.size() - CapturedBytes.FRAME_HEADER;
    header
        .next(Short.BYTES, "type", frame.type(), NUMBER)
        .next(Short.BYTES, "-", "zero", "")
        .next(Integer.BYTES, "length", body, "bytes of the body");
    Cursor fields = new Cursor(header.offset());
    List<String> more = new ArrayList<>();
    fields(frame.message(), fields, more);
    List<DataExplanation.Part> parts = new ArrayList<>();
    parts.add(new DataExplanation.Part("header", header.rows()));
    if (!fields.rows().isEmpty()) {
      parts.add(new DataExplanation.Part("body of " + frame.type(), fields.rows()));
    }
    return new DataExplanation(
        word(),
        "%s: %s, %s, %d bytes, big-endian"
            .formatted(thing.subject(), what(), frame.type(), thing.size()),
        thing.size(),
        parts,
        List.of(),
        more);
  }

  private static void fields(Message message, Cursor to, List<String> more) {
    switch (message) {
      case Message.Hello hello ->
          to.next(2, "lowest version", hello.lowestVersion(), "that the source speaks")
              .next(2, "highest version", hello.highestVersion(), "that the source speaks")
              .next(1, "emulated", hello.emulated(), "whether its Secure Processor is software");
      case Message.Welcome welcome ->
          to.next(2, "version", welcome.version(), "that is spoken from here on")
              .next(1, "emulated", welcome.emulated(), "whether its Secure Processor is software")
              .next(1, "connections", welcome.mostDataConnections(), "data connections at most")
              .blob(welcome.platform(), "credentials", "of the destination's platform");
      case Message.Guest guest -> {
        GuestPolicy policy = new GuestPolicy(guest.policy());
        to.next(16, "move", guest.move(), "the move's name in both journals")
            .blob(guest.configuration(), "configuration", "what the guest is made of")
            .next(4, "policy", policy, "the guest's")
            .blob(guest.platform(), "credentials", "of the source's platform")
            .bytes(guest.session(), "session", "TEK and TIK, sealed for the destination's PDH")
            .next(1, "connections", guest.dataConnections(), "data connections to come");
        more.add("sealift explain policy " + PolicyTopic.words(policy));
      }
      case Message.Ready _, Message.Running _ -> {}
      case Message.SharedPages pages -> {
        to.next(4, "round", pages.round(), "from 0")
            .next(4, "pages", pages.gfns().length, "how many follow")
            .next(
                pages.gfns().length * Long.BYTES,
                "page numbers",
                pages.gfns()[0] + " ...",
                "guest physical addresses divided by 4096")
            .bytes(pages.contents(), "contents", "as they are: the guest shares these");
      }
      case Message.RoundEnd end -> {
        to.next(4, "round", end.round(), "").next(1, "connections", end.batches().length, "");
        for (int i = 0; i < end.batches().length; i++) {
          to.next(4, "batches of " + i, end.batches()[i], "");
        }
        to.next(8, "private pages", end.privatePages(), "in these batches")
            .next(8, "shared pages", end.sharedPages(), "in this round's SHARED_PAGES");
      }
      case Message.RoundDone done -> to.next(4, "round", done.round(), "has arrived whole");
      case Message.PageStatus status ->
          to.next(4, "ranges", status.shared().size(), "of pages that are shared")
              .next(
                  status.shared().size() * 16,
                  "range",
                  status.shared().isEmpty() ? "none" : status.shared().getFirst() + " ...",
                  "first page and how many, eight bytes each");
      case Message.VcpuVmsa vmsa ->
          to.next(4, "vCPU", vmsa.index(), "from 0")
              .bytes(vmsa.header(), "packet header", "of SEND_UPDATE_VMSA")
              .bytes(vmsa.ciphertext(), "VMSA", "registers, encrypted under TEK");
      case Message.VcpuState state ->
          to.next(4, "vCPU", state.index(), "from 0")
              .blob(state.state(), "state", "its registers, or with SEV-ES what is beside them");
      case Message.Prepare prepare ->
          to.next(4, "rounds", prepare.rounds(), "that were sent")
              .next(8, "private pages", prepare.privatePages(), "in all rounds")
              .next(8, "shared pages", prepare.sharedPages(), "in all rounds")
              .bytes(prepare.manifest(), "manifest", "the root of what the source has sent");
      case Message.Prepared prepared ->
          to.bytes(prepared.manifest(), "manifest", "the root of what the destination has");
      case Message.Commit commit ->
          to.next(8, "began", Instant.ofEpochMilli(commit.began()), "by the source's clock")
              .next(8, "paused", Instant.ofEpochMilli(commit.paused()), "by the source's clock")
              .next(8, "finished", Instant.ofEpochMilli(commit.finished()), "SEND_FINISH was done");
      case Message.Statement statement ->
          to.blob(statement.statement(), "statement", "what the move was")
              .bytes(statement.report(), "report", "the destination's platform signs it");
      case Message.Endorsement endorsement ->
          to.bytes(endorsement.report(), "report", "the source's platform signs the statement");
      case Message.Resume resume -> to.next(16, "move", resume.move(), "whose link was lost");
      case Message.Standing standing -> {
        to.next(1, "place", standing.place(), "where the destination stands")
            .next(4, "round", standing.progress().round(), "")
            .next(8, "messages", standing.progress().messages(), "that it has taken")
            .next(1, "connections", standing.progress().batches().size(), "");
        for (long batches : standing.progress().batches()) {
          to.next(8, "batches", batches, "that it has taken of one connection");
        }
        to.bytes(standing.root(), "manifest", "its root; zeros unless it is PREPARED");
      }
      case Message.Abort abort -> {
        to.next(2, "failure", abort.code() + " (" + abort.code().number() + ")", "why")
            .next(
                4,
                "status",
                abort.status() == 0 ? "0" : FirmwareStatus.describe(abort.status()),
                "of the firmware, where it was asked")
            .blob(
                abort.sentence().getBytes(StandardCharsets.UTF_8),
                "sentence",
                "for people: " + abort.sentence());
        more.add("sealift explain failure " + abort.code());
        if (FirmwareStatus.of(abort.status()) != null && abort.status() != 0) {
          more.add("sealift explain status " + FirmwareStatus.of(abort.status()));
        }
      }
    }
  }
}
