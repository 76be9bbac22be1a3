package dev.sealift.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;

/** Whom a host trusts, as its operator says it. */
public final class HostPeers {
  private HostPeers() {}

  /**
   * A host puts another on its list, to send to and to receive from.
   *
   * @param host its state directory
   * @param other the other's
   */
  public static void allow(Path host, Path other) {
    Answer answer =
        Answer.to(
            "identity",
            "allow",
            "--list",
            host.resolve("peers").toString(),
            "--certificate",
            other.resolve("host.crt").toString(),
            "--may",
            "send,receive");
    assertThat(answer.code()).as(answer.err()).isZero();
  }
}
