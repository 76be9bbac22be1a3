package dev.sealift.cli.host;

import dev.sealift.cli.Failure;
import dev.sealift.cli.host.HostLog.Event;
import dev.sealift.migration.receipt.Receipt;
import dev.sealift.migration.wire.MoveId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** The receipts of moves that came to their end, one file each. */
final class Receipts {
  private final Path directory;
  private final HostLog log;

  Receipts(Path directory, HostLog log) {
    this.directory = directory;
    this.log = log;
  }

  /** Where that of a move is, or would be. */
  Path of(MoveId move) {
    return directory.resolve(move + ".receipt");
  }

  /** Writes one down; a guest that has moved has moved, whatever comes of its receipt. */
  void save(MoveId move, Receipt receipt) {
    try {
      Files.createDirectories(directory);
      Path fresh = directory.resolve(move + ".new");
      Files.write(fresh, receipt.encode());
      Files.move(fresh, of(move), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException unwritten) {
      log.tell(
          Event.warn("receipt").in(move.toString()),
          "the receipt cannot be written: " + Failure.sentence(unwritten));
    }
  }
}
