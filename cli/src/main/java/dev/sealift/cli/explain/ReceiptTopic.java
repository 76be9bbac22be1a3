package dev.sealift.cli.explain;

import dev.sealift.cli.BadInput;
import dev.sealift.crypto.GuestPolicy;
import dev.sealift.crypto.launch.AttestationReport;
import dev.sealift.migration.receipt.MalformedReceiptException;
import dev.sealift.migration.receipt.Receipt;
import dev.sealift.migration.receipt.Statement;
import java.util.ArrayList;
import java.util.List;

/** The receipt of a move. */
final class ReceiptTopic implements Topic {

  @Override
  public String word() {
    return "receipt";
  }

  @Override
  public String what() {
    return "the receipt of a move";
  }

  @Override
  public Fit fit(Thing thing) {
    if (!thing.isData()) {
      return Fit.NO;
    }
    try {
      Receipt.decode(thing.bytes());
      return Fit.SURE;
    } catch (MalformedReceiptException none) {
      return Fit.NO;
    }
  }

  @Override
  public Explanation explain(Thing thing, Context context) throws BadInput {
    Receipt receipt;
    try {
      receipt = Receipt.decode(thing.bytes());
    } catch (MalformedReceiptException e) {
      throw new BadInput(
          "%s holds no receipt of a move: %s.".formatted(thing.subject(), e.getMessage()), e);
    }
    List<DataExplanation.Part> parts = new ArrayList<>();
    Statement statement = receipt.statement();
    Cursor head = new Cursor(0);
    head.next(16, "magic", "SEALIFT RECEIPT1", "")
        .next(4, "length", statement.encode().length, "bytes of the statement");
    parts.add(new DataExplanation.Part("receipt", head.rows()));
    Cursor said = statement(statement, head.offset());
    parts.add(new DataExplanation.Part("statement, which both platforms sign", said.rows()));
    int at = said.offset();
    at = report(parts, "the destination's signature", receipt.destinationReport(), at, thing);
    AttestationReport source = receipt.sourceReport();
    Cursor length = new Cursor(at);
    length.next(
        2, "length", source == null ? 0 : source.bytes().length, "of the source's signature");
    parts.add(new DataExplanation.Part("receipt, continued", length.rows()));
    if (source != null) {
      report(parts, "the source's signature", source, length.offset(), thing);
    }
    String file = thing.file() == null ? "FILE" : thing.text();
    return DataExplanation.of(
            this,
            "%s: %s, %d bytes, big-endian".formatted(thing.subject(), what(), thing.size()),
            thing.size(),
            parts)
        .noting(List.of("Nothing is verified here."))
        .seeing("sealift receipt verify " + file, "sealift receipt show " + file);
  }

  private static Cursor statement(Statement statement, int at) {
    return new Cursor(at)
        .next(16, "magic", "SEALIFT MOVE 1", "")
        .next(16, "move", statement.move(), "the move's name in both journals")
        .next(4, "policy", new GuestPolicy(statement.policy()), "the guest's")
        .next(1, "source emulated", statement.sourceEmulated(), "its Secure Processor is software")
        .next(
            1,
            "dest. emulated",
            statement.destinationEmulated(),
            "its Secure Processor is software")
        .blob(statement.configuration(), "configuration", "what the guest is made of")
        .blob(statement.source().encode(), "source", "what the source's platform showed")
        .blob(statement.destination().encode(), "destination", "what the destination's showed")
        .bytes(statement.manifest(), "manifest", "the root of what both hosts saw go over")
        .next(4, "rounds", statement.rounds(), "")
        .next(8, "pages", statement.pages(), "of the guest")
        .next(8, "shared pages", statement.sharedPages(), "among them")
        .next(8, "packets", statement.packets(), "pages that went over sealed, in all rounds")
        .next(8, "began", statement.times().began(), "by the source's clock")
        .next(8, "paused", statement.times().paused(), "by the source's clock")
        .next(8, "finished", statement.times().finished(), "SEND_FINISH was done")
        .next(8, "running", statement.times().running(), "by the destination's clock");
  }

  private static int report(
      List<DataExplanation.Part> parts,
      String title,
      AttestationReport report,
      int at,
      Thing thing) {
    parts.add(
        new DataExplanation.Part(
            title + ", an attestation report (little-endian)",
            StructTable.of(AttestationReport.LAYOUT, thing.bytes(), at)));
    return at + report.bytes().length;
  }
}
