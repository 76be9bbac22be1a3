package dev.sealift.migration.receipt;

/** Bytes that are no receipt; the message says why, as a sentence without a full stop. */
public final class MalformedReceiptException extends Exception {
  private static final long serialVersionUID = 1L;

  MalformedReceiptException(String sentence) {
    super(sentence);
  }

  MalformedReceiptException(String sentence, Throwable cause) {
    super(sentence, cause);
  }
}
