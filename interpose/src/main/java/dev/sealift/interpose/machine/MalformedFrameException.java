package dev.sealift.interpose.machine;

/** What came over the socket is no frame of the protocol: its connection ends. */
final class MalformedFrameException extends Exception {
  private static final long serialVersionUID = 1L;

  MalformedFrameException(String message) {
    super(message);
  }
}
