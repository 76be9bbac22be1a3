package dev.sealift.interpose.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The socket of a machine")
class OwnersSocketTest {
  @TempDir Path directory;

  @Test
  void isMadeOnlyWhereNobodyElseReachesIt() throws Exception {
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    assertThatThrownBy(() -> OwnersSocket.bind(directory.resolve("socket"), "machine"))
        .isInstanceOf(MachineException.class)
        .hasMessageContaining("can be used by others than its owner (rwxr-xr-x)");
    Path own = directory.resolve("own");
    OwnersSocket.bind(own.resolve("socket"), "machine").close();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(own)))
        .isEqualTo("rwx------");
    assertThat(own).isEmptyDirectory();
  }

  @Test
  void takesThePlaceOfADeadMachinesAndOfNothingElse() throws Exception {
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
    Path socket = directory.resolve("socket");
    try (ServerSocketChannel killed = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      killed.bind(UnixDomainSocketAddress.of(socket));
    }
    assertThat(socket).as("left behind").exists();
    try (OwnersSocket _ = OwnersSocket.bind(socket, "machine")) {
      assertThatThrownBy(() -> OwnersSocket.bind(socket, "machine"))
          .isInstanceOf(MachineException.class)
          .hasMessageContaining("Another machine is at");
    }
    Files.writeString(socket, "somebody's");
    assertThatThrownBy(() -> OwnersSocket.bind(socket, "machine"))
        .isInstanceOf(MachineException.class)
        .hasMessageContaining("is no socket");
    assertThat(socket).hasContent("somebody's");
  }

  @Test
  void servesItsOwnerAndRootAndNobodyElse() {
    assertThat(OwnersSocket.isLetIn("sealift-host", "sealift-host")).isTrue();
    assertThat(OwnersSocket.isLetIn("root", "sealift-host")).isTrue();
    assertThat(OwnersSocket.isLetIn("alice", "sealift-host")).isFalse();
    assertThat(OwnersSocket.isLetIn("alice", "root")).isFalse();
  }

  @Test
  void tellsWhoeverFindsNoMachineThereWhatToDo() {
    Path socket = directory.resolve("socket");
    assertThatThrownBy(() -> MachineClient.attach(socket))
        .isInstanceOf(MachineException.class)
        .hasMessageContaining("No machine is at")
        .hasMessageContaining("sealift machine --socket");
    assertThatThrownBy(() -> MachineClient.attach(directory.resolve("s".repeat(108))))
        .isInstanceOf(MachineException.class);
  }
}
