package dev.sealift.cli.cert;

import dev.sealift.cli.BadInput;
import dev.sealift.cli.InputFile;
import dev.sealift.crypto.cert.Certificate;
import dev.sealift.crypto.cert.CertificateFile;
import dev.sealift.crypto.cert.CertificateTree;
import dev.sealift.crypto.cert.MalformedCertificateException;
import dev.sealift.crypto.cert.SevCertificate.Usage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The certificates of all files that the caller named, and where each was found.
 *
 * @param items in the order of files and bytes
 */
record CertificateBag(List<Item> items) {
  private static final String WHAT = "certificates";

  CertificateBag {
    items = List.copyOf(items);
  }

  /**
   * A certificate and its place.
   *
   * @param file the file it stands in
   * @param offset of its first byte there
   * @param certificate what stands there
   */
  record Item(Path file, int offset, Certificate certificate) {

    /** {@code chain.cert at byte 2084}. */
    String place() {
      return offset == 0 ? file.toString() : file + " at byte " + offset;
    }
  }

  /** Reads files and puts their certificates together. */
  static CertificateBag read(List<Path> files) throws BadInput {
    List<Item> items = new ArrayList<>();
    for (Path file : files) {
      for (CertificateFile.Part part : readFile(file).parts()) {
        items.add(new Item(file, part.offset(), part.certificate()));
      }
    }
    return new CertificateBag(items);
  }

  /** Reads one file. */
  static CertificateFile readFile(Path file) throws BadInput {
    byte[] content = InputFile.read(file, WHAT, CertificateFile.MOST_BYTES);
    try {
      return CertificateFile.parse(content);
    } catch (MalformedCertificateException e) {
      throw new BadInput(
          file + " holds no certificates that can be read: " + e.getMessage() + ".", e);
    }
  }

  /**
   * The one certificate of a usage in one file, whatever else is in it.
   *
   * @throws BadInput if there is none or more than one
   */
  static Certificate readOnly(Path file, Usage usage) throws BadInput {
    CertificateTree tree = CertificateTree.of(readFile(file).certificates());
    return only(tree, usage, file + " holds");
  }

  /**
   * The one certificate of a usage.
   *
   * @param start of the sentence that says how many there are instead
   * @throws BadInput if there is none or more than one
   */
  static Certificate only(CertificateTree tree, Usage usage, String start) throws BadInput {
    int candidates = tree.candidates(usage).size();
    if (candidates == 0) {
      throw new BadInput(
          "%s no %s certificate; give %s.".formatted(start, usage, CertificateTree.source(usage)));
    }
    return tree.find(usage)
        .orElseThrow(() ->
            new BadInput(
                "%s %d different %s certificates; give the files of one platform only."
                    .formatted(start, candidates, usage)));
  }

  /** The certificates, put in their places. */
  CertificateTree tree() {
    return CertificateTree.of(items.stream().map(Item::certificate).toList());
  }

  /** This bag and another. */
  CertificateBag with(CertificateBag other) {
    List<Item> both = new ArrayList<>(items);
    both.addAll(other.items);
    return new CertificateBag(both);
  }

  /** Where a certificate was found first; empty for one that was not. */
  String placeOf(Certificate certificate) {
    return items.stream()
        .filter(item -> item.certificate().equals(certificate))
        .findFirst()
        .map(Item::place)
        .orElse("");
  }
}
