package dev.sealift.cli.host;

import dev.sealift.cli.control.Cancelled;
import dev.sealift.cli.control.ControlClient;
import dev.sealift.cli.control.Order;
import java.nio.file.Path;

/** Calls a move off, as Ctrl-C does. */
record Cancelling(Path host, String move) {
  Cancelled cancel() throws Exception {
    try (ControlClient control = ControlClient.of(host)) {
      return control.ask(new Order.MigrateCancel(move), Cancelled.class);
    }
  }
}
