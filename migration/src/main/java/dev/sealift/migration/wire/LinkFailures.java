package dev.sealift.migration.wire;

import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.regex.Pattern;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLPeerUnverifiedException;

/** What happened to a connection, as a failure of the move. */
final class LinkFailures {
  /** Java puts the names of its classes into what it tells people. */
  private static final Pattern CLASS_NAMES = Pattern.compile("[\\w.]+Exception: ");

  private LinkFailures() {}

  static MigrationException of(String connection, IOException lost) {
    return switch (lost) {
      case SocketTimeoutException _ ->
          new MigrationException(
              FailureCode.TIMED_OUT, "the peer fell silent on %s".formatted(connection), lost);
      case SSLHandshakeException cut when cut.getCause() instanceof EOFException ->
          new MigrationException(
              FailureCode.LINK_LOST,
              "the peer hung up on %s before it said who it is: it may have too many callers; try again"
                  .formatted(connection),
              lost);
      case SSLHandshakeException _, SSLPeerUnverifiedException _ ->
          new MigrationException(
              FailureCode.PEER_NOT_TRUSTED,
              "one of the two hosts does not accept the other's TLS certificate: " + reason(lost),
              lost);
      default ->
          new MigrationException(
              FailureCode.LINK_LOST, "%s was lost: %s".formatted(connection, reason(lost)), lost);
    };
  }

  private static String reason(IOException lost) {
    String message = lost.getMessage();
    return message == null ? "no reason is known" : CLASS_NAMES.matcher(message).replaceAll("");
  }
}
