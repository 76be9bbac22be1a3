package dev.sealift.cli.page;

import dev.sealift.cli.BadInput;
import dev.sealift.cli.OutputFile;
import dev.sealift.cli.view.HostView;
import dev.sealift.cli.view.MoveView;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What is left of a move for people: one HTML file that needs no other, no network and no program,
 * and shows the same as the host's page.
 */
public final class MoveReport {
  private MoveReport() {}

  /**
   * Writes the report, whole or not at all.
   *
   * @param host the host that tells of the move; null where only the move is known
   * @throws BadInput if something of this name exists, or if it cannot be written
   */
  public static void write(Path file, MoveView move, @Nullable HostView host) throws BadInput {
    OutputFile.write(file, document(move, host).getBytes(StandardCharsets.UTF_8));
  }

  /** The report as a document. */
  static String document(MoveView move, @Nullable HostView host) {
    return new Report(
            "a move",
            MoveSection.title(move),
            html -> MoveSection.badge(html, move),
            html -> content(html, move, host),
            html -> foot(html, move, host))
        .document();
  }

  private static void content(Html html, MoveView move, @Nullable HostView host) {
    if (host != null) {
      HostSection.emulated(html, host);
    } else {
      html.leaf(
          "p",
          "Whether silicon or software vouches for the platforms is not known to this report; the"
              + " root at the end of the chain of trust says it.",
          "class",
          "silicon");
    }
    html.open("article", "class", "move");
    MoveSection.write(html, move, Form.REPORT);
    html.close();
    if (host != null) {
      html.open("section", "class", "platform").leaf("h2", "This host: " + host.name());
      HostSection.facts(html, host);
      HostSection.platform(html, host, Form.REPORT);
      html.close();
    }
  }

  private static void foot(Html html, MoveView move, @Nullable HostView host) {
    html.text("Move ").leaf("code", move.id()).text(", began ");
    html.leaf("time", Figures.time(move.started()), "datetime", move.started().toString());
    html.text(", last step of the hand-over ").leaf("code", move.step()).text(".");
    if (host != null) {
      html.text(" As of ")
          .leaf("time", Figures.time(host.now()), "datetime", host.now().toString());
      html.text(", Sealift " + host.version() + ".");
    }
  }
}
