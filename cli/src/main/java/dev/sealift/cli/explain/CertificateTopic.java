package dev.sealift.cli.explain;

import dev.sealift.cli.BadInput;
import dev.sealift.cli.cert.CertificateWords;
import dev.sealift.crypto.cert.AmdCertificate;
import dev.sealift.crypto.cert.Certificate;
import dev.sealift.crypto.cert.CertificateFile;
import dev.sealift.crypto.cert.MalformedCertificateException;
import dev.sealift.crypto.cert.SevCertificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** One certificate or many: of a platform, its owner, or AMD. */
final class CertificateTopic implements Topic {

  @Override
  public String word() {
    return "certificate";
  }

  @Override
  public String what() {
    return "a certificate, or a chain of them";
  }

  @Override
  public Fit fit(Thing thing) {
    if (!thing.isData()) {
      return Fit.NO;
    }
    try {
      CertificateFile.parse(thing.bytes());
      return Fit.SURE;
    } catch (MalformedCertificateException none) {
      return Fit.NO;
    }
  }

  @Override
  public Explanation explain(Thing thing, Context context) throws BadInput {
    CertificateFile content;
    try {
      content = CertificateFile.parse(thing.bytes());
    } catch (MalformedCertificateException e) {
      throw new BadInput(
          thing.subject() + " holds no certificates that can be read: " + e.getMessage() + ".", e);
    }
    List<DataExplanation.Part> parts = new ArrayList<>();
    for (CertificateFile.Part part : content.parts()) {
      parts.add(
          new DataExplanation.Part(
              CertificateWords.title(part.certificate().usage()),
              rows(part.certificate(), thing.bytes(), part.offset())));
    }
    String file = thing.file() == null ? "FILE" : thing.text();
    return DataExplanation.of(
            this,
            "%s: %s, %d bytes".formatted(thing.subject(), content.form(), thing.size()),
            thing.size(),
            parts)
        .noting(
            List.of("Nothing is verified here: this is what the certificates say of themselves."))
        .seeing("sealift cert verify " + file, "sealift cert show " + file);
  }

  private static List<FieldRow> rows(Certificate certificate, byte[] bytes, int at) {
    return switch (certificate) {
      case SevCertificate _ -> StructTable.of(SevCertificate.LAYOUT, bytes, at);
      case AmdCertificate amd -> amd(amd, bytes, at);
    };
  }

  /** The fixed part, and three numbers as long as the key. */
  private static List<FieldRow> amd(AmdCertificate amd, byte[] bytes, int at) {
    List<FieldRow> rows = new ArrayList<>(StructTable.of(AmdCertificate.LAYOUT, bytes, at));
    int key = amd.modulusBits() / Byte.SIZE;
    Cursor behind = new Cursor(at + AmdCertificate.LAYOUT.size());
    for (String[] field :
        new String[][] {
          {"pub_exp", "the key's exponent, little-endian"},
          {"modulus", "the key's modulus, little-endian"},
          {"sig", "RSASSA-PSS over everything before it, little-endian"}
        }) {
      int from = behind.offset();
      behind.bytes(Arrays.copyOfRange(bytes, from, from + key), field[0], field[1]);
    }
    rows.addAll(behind.rows());
    return rows;
  }
}
