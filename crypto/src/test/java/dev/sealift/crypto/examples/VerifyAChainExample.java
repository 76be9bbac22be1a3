package dev.sealift.crypto.examples;

import dev.sealift.crypto.cert.Certificate;
import dev.sealift.crypto.cert.CertificateFile;
import dev.sealift.crypto.cert.CertificateTree;
import dev.sealift.crypto.cert.ChainVerdict;
import dev.sealift.crypto.cert.MalformedCertificateException;
import dev.sealift.crypto.cert.RootOfTrust;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Reads certificate files, puts them into a tree, and says whether the platform's chain holds. */
final class VerifyAChainExample {

  private VerifyAChainExample() {}

  /** Up to AMD's roots. */
  static String verify(List<Path> files) throws IOException, MalformedCertificateException {
    CertificateTree tree = CertificateTree.of(read(files));
    return words(tree.verify());
  }

  /** Up to a root of the caller's own, and no other. */
  static String verify(List<Path> files, RootOfTrust root)
      throws IOException, MalformedCertificateException {
    CertificateTree tree = CertificateTree.of(read(files));
    return words(tree.verify(root));
  }

  /** Any file of certificates is recognised by its content. */
  private static List<Certificate> read(List<Path> files)
      throws IOException, MalformedCertificateException {
    List<Certificate> certificates = new ArrayList<>();
    for (Path file : files) {
      certificates.addAll(CertificateFile.parse(Files.readAllBytes(file)).certificates());
    }
    return certificates;
  }

  private static String words(ChainVerdict verdict) {
    StringBuilder words = new StringBuilder();
    for (ChainVerdict.Edge edge : verdict.edges()) {
      words.append(edge.mark()).append("  ").append(edge);
      if (edge.where() != null) {
        words.append(", at ").append(edge.where()).append(" of the ").append(edge.faulty());
      }
      words.append('\n');
    }
    return words
        .append(verdict.holds() ? "The chain holds." : "The chain does not hold.")
        .toString();
  }
}
