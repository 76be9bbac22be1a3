package dev.sealift.cli.explain;

import dev.sealift.cli.BadInput;
import dev.sealift.migration.wire.CapturedBytes;
import dev.sealift.migration.wire.MigrationException;
import java.util.List;

/** The first bytes of a data connection. */
final class PrefaceTopic implements Topic {

  @Override
  public String word() {
    return "preface";
  }

  @Override
  public String what() {
    return "the preface of a data connection of a move";
  }

  @Override
  public Fit fit(Thing thing) {
    if (!thing.isData() || thing.size() != CapturedBytes.PREFACE) {
      return Fit.NO;
    }
    try {
      CapturedBytes.preface(thing.bytes());
      return Fit.SURE;
    } catch (MigrationException none) {
      return Fit.NO;
    }
  }

  @Override
  public Explanation explain(Thing thing, Context context) throws BadInput {
    byte[] bytes = thing.exactly(CapturedBytes.PREFACE, what());
    CapturedBytes.Preface preface;
    try {
      preface = CapturedBytes.preface(bytes);
    } catch (MigrationException e) {
      throw new BadInput("%s is not %s: %s.".formatted(thing.subject(), what(), e.sentence()));
    }
    return DataExplanation.of(
        this,
        "%s: %s, %d bytes, big-endian".formatted(thing.subject(), what(), bytes.length),
        bytes.length,
        List.of(
            new DataExplanation.Part(
                "preface",
                new Cursor(0)
                    .next(8, "magic", "SLFTDAT1", "no TLS record begins so")
                    .next(16, "move", preface.move(), "the move's name in both journals")
                    .next(4, "connection", preface.connection(), "its index, from 0")
                    .bytes(
                        preface.tag(),
                        "tag",
                        "proves that who opened it holds the move's batch key")
                    .rows())));
  }
}
