package dev.sealift.cli.receipt;

import dev.sealift.cli.BadInput;
import dev.sealift.cli.InputFile;
import dev.sealift.migration.receipt.MalformedReceiptException;
import dev.sealift.migration.receipt.Receipt;
import java.nio.file.Path;

/** A receipt that the caller named. */
final class ReceiptFile {

  private ReceiptFile() {}

  static Receipt read(Path file) throws BadInput {
    byte[] bytes = InputFile.read(file, "a receipt of a move", Receipt.MOST_SIZE);
    try {
      return Receipt.decode(bytes);
    } catch (MalformedReceiptException malformed) {
      throw new BadInput(
          "%s holds no receipt of a move: %s.".formatted(file, malformed.getMessage()), malformed);
    }
  }
}
