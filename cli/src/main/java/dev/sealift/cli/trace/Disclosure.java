package dev.sealift.cli.trace;

/** How much of a buffer a trace tells, unless it is told to tell all. */
enum Disclosure {
  /** Made to be shown: certificates, ids, measurements, attestation reports. The bytes. */
  PUBLIC("bytes"),
  /**
   * Sealed for somebody, or content that its measurement tells anyway: the length and SHA-256, by
   * which two are known for the same.
   */
  DIGEST("length and SHA-256"),
  /**
   * Guest memory in the clear: the length alone, since a digest of something short can be guessed.
   */
  LENGTH("length");

  private final String words;

  Disclosure(String words) {
    this.words = words;
  }

  /** What is told. */
  String words() {
    return words;
  }
}
