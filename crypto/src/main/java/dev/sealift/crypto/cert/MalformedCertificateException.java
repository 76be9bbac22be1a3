package dev.sealift.crypto.cert;

/** Bytes that are no certificate; the message says why in one sentence. */
public final class MalformedCertificateException extends Exception {
  private static final long serialVersionUID = 1;

  public MalformedCertificateException(String message) {
    super(message);
  }
}
