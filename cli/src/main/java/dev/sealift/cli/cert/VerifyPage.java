package dev.sealift.cli.cert;

import dev.sealift.cli.cert.VerifyReport.Bytes;
import dev.sealift.cli.cert.VerifyReport.Edge;
import dev.sealift.cli.cert.VerifyReport.Row;
import dev.sealift.crypto.cert.CertificateTree;
import dev.sealift.crypto.cert.SevCertificate.Usage;
import java.util.List;

/**
 * The verdict as a tree: each certificate's signers stand below it, further in, and the mark at the
 * start of a line says whether that signer vouches for the certificate above.
 */
final class VerifyPage {
  private static final List<String> ALL = List.of("PDH", "PEK", "OCA", "CEK", "ASK", "ARK");

  private final VerifyReport report;
  private final StringBuilder page = new StringBuilder();

  private VerifyPage(VerifyReport report) {
    this.report = report;
  }

  static String of(VerifyReport report) {
    VerifyPage page = new VerifyPage(report);
    page.tree();
    page.faults();
    page.end();
    return page.page.toString();
  }

  private void tree() {
    line("", 0, certificate("PDH"));
    line(mark("PDH", "PEK"), 1, certificate("PEK"));
    line(mark("PEK", "OCA"), 2, certificate("OCA"));
    line(mark("OCA", "OCA"), 3, "OCA, by itself");
    line(mark("PEK", "CEK"), 2, certificate("CEK"));
    line(mark("CEK", "ASK"), 3, certificate("ASK"));
    line(mark("ASK", "ARK"), 4, certificate("ARK"));
    line(mark("ARK", report.root()), 5, report.root());
  }

  private String certificate(String usage) {
    List<Row> rows = rows(usage);
    return switch (rows.size()) {
      case 0 -> usage + " is missing";
      case 1 -> {
        Row row = rows.getFirst();
        yield "%s %s %s".formatted(usage, row.algorithm(), row.key());
      }
      default -> "%s: %d different ones".formatted(usage, rows.size());
    };
  }

  private String mark(String signed, String signer) {
    return report.edges().stream()
        .filter(edge -> edge.signed().equals(signed) && edge.signer().equals(signer))
        .findFirst()
        .map(edge ->
            switch (edge.verdict()) {
              case "holds" -> "ok";
              case "broken" -> "BAD";
              case "untrusted" -> "UNTRUSTED";
              default -> "-";
            })
        .orElseThrow();
  }

  private void faults() {
    page.append(System.lineSeparator());
    for (Edge edge : report.edges()) {
      if (edge.verdict().equals("broken") || edge.verdict().equals("untrusted")) {
        page.append(
            "%s under %s: %s%s.%n"
                .formatted(edge.signed(), edge.signer(), edge.rule(), details(edge)));
      }
      if (edge.verdict().equals("untrusted")) {
        page.append("To believe in a root, name the file with its ARK: --root FILE.%n".formatted());
      }
    }
    for (String usage : ALL) {
      List<Row> rows = rows(usage);
      if (rows.isEmpty()) {
        page.append("Missing: give %s.%n".formatted(CertificateTree.source(Usage.valueOf(usage))));
      } else if (rows.size() > 1) {
        page.append(
            "There are %d different certificates of the %s: give the files of one platform only.%n"
                .formatted(rows.size(), usage));
        rows.forEach(row -> page.append("  %s  %s%n".formatted(row.key(), row.place())));
      }
    }
  }

  private static String details(Edge edge) {
    Bytes bytes = edge.bytes();
    if (bytes == null) {
      return "";
    }
    String where =
        ": bytes 0x%03X..0x%03X (%s) of the %s in %s"
            .formatted(
                bytes.first(), bytes.last(), bytes.part(), bytes.certificate(), bytes.place());
    return edge.signerKey() == null ? where : where + ", under the key " + edge.signerKey();
  }

  private void end() {
    page.append(
        report.holds()
            ? "The whole chain holds, up to %s.%n".formatted(report.root())
            : "The chain does not hold.%n".formatted());
  }

  private List<Row> rows(String usage) {
    return report.certificates().stream().filter(row -> row.usage().equals(usage)).toList();
  }

  private void line(String mark, int depth, String text) {
    page.append("%-10s%s%s%n".formatted(mark, "  ".repeat(depth), text));
  }
}
