package dev.sealift.cli.explain;

import dev.sealift.abi.Pages;
import dev.sealift.cli.BadInput;
import dev.sealift.crypto.PacketHeader;
import java.util.Arrays;
import java.util.List;

/** A packet: its header, and the data behind it where that is there. */
final class PacketTopic implements Topic {
  private static final int MOST_DATA = 5 * Pages.SIZE;
  private static final int BLOCK = 16;

  @Override
  public String word() {
    return "packet";
  }

  @Override
  public String what() {
    return "a packet of SEND_UPDATE_DATA: a header of 52 bytes, and its data";
  }

  @Override
  public Fit fit(Thing thing) {
    int data = thing.size() - PacketHeader.SIZE;
    return thing.isData()
            && data >= 0
            && data <= MOST_DATA
            && data % BLOCK == 0
            && PacketHeader.parse(thing.bytes()).flags() >>> 1 == 0
        ? Fit.MAYBE
        : Fit.NO;
  }

  @Override
  public Explanation explain(Thing thing, Context context) throws BadInput {
    int size = thing.size();
    if (!thing.isWhole() || size < PacketHeader.SIZE || size > PacketHeader.SIZE + MOST_DATA) {
      throw new BadInput(
          "%s is no packet: that is a header of %d bytes and at most %d bytes of data, and here are %d."
              .formatted(thing.subject(), PacketHeader.SIZE, MOST_DATA, size));
    }
    byte[] bytes = thing.bytes();
    Cursor data = new Cursor(PacketHeader.SIZE);
    data.bytes(
        Arrays.copyOfRange(bytes, PacketHeader.SIZE, size),
        "data",
        "AES-128-CTR under TEK: nobody between the two platforms can read it");
    DataExplanation.Part header =
        new DataExplanation.Part("header", StructTable.of(PacketHeader.LAYOUT, bytes, 0));
    return DataExplanation.of(
            this,
            "%s: %s, %d bytes".formatted(thing.subject(), what(), size),
            size,
            size == PacketHeader.SIZE
                ? List.of(header)
                : List.of(header, new DataExplanation.Part("data", data.rows())))
        .noting(
            PacketHeader.parse(bytes).compressed()
                ? List.of(
                    "It says that its data is compressed: RECEIVE_UPDATE_DATA answers UNSUPPORTED.")
                : List.of())
        .seeing("sealift reference SEND_UPDATE_DATA", "sealift reference RECEIVE_UPDATE_DATA");
  }
}
