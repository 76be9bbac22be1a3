package dev.sealift.crypto.launch;

/** Bytes that are not the part of a launch they are taken for; the message says why. */
public final class MalformedLaunchException extends Exception {
  private static final long serialVersionUID = 1;

  MalformedLaunchException(String message) {
    super(message);
  }
}
