package dev.sealift.cli.explain;

import dev.sealift.abi.layout.StructLayout;
import dev.sealift.cli.BadInput;
import java.util.List;

/**
 * Something that is one struct of a fixed size.
 *
 * @param word the word that asks for it
 * @param what what it is, with an article
 * @param layout its fields
 * @param notes what a reader should know
 * @param more command lines that say more
 */
record StructTopic(
    String word, String what, StructLayout layout, List<String> notes, List<String> more)
    implements Topic {

  @Override
  public Fit fit(Thing thing) {
    return thing.isData() && thing.size() == layout.size() ? Fit.MAYBE : Fit.NO;
  }

  @Override
  public Explanation explain(Thing thing, Context context) throws BadInput {
    byte[] bytes = thing.exactly(layout.size(), what);
    return new DataExplanation(
        word,
        "%s: %s, %d bytes".formatted(thing.subject(), what, bytes.length),
        bytes.length,
        List.of(new DataExplanation.Part(layout.name(), StructTable.of(layout, bytes, 0))),
        notes,
        more);
  }
}
