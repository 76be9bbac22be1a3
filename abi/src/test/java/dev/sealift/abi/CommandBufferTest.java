package dev.sealift.abi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.layout.StructLayout;
import dev.sealift.abi.psp.ActivateExBuffer;
import dev.sealift.abi.psp.AttestationBuffer;
import dev.sealift.abi.psp.CopyBuffer;
import dev.sealift.abi.psp.DebugBuffer;
import dev.sealift.abi.psp.DownloadFirmwareBuffer;
import dev.sealift.abi.psp.InitExBuffer;
import dev.sealift.abi.psp.PekCertImportBuffer;
import dev.sealift.abi.psp.PekCsrBuffer;
import dev.sealift.abi.psp.QueuedCommand;
import dev.sealift.abi.psp.QueuedStatus;
import dev.sealift.abi.psp.RingBufferBuffer;
import dev.sealift.abi.psp.SwapInBuffer;
import dev.sealift.abi.psp.SwapOutBuffer;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Command buffers of the mailbox against the published offsets: they have no system header. */
class CommandBufferTest {

  static Stream<Arguments> layouts() {
    return Stream.of(
        Arguments.of(InitExBuffer.LAYOUT, 36, List.of(0x00, 0x04, 0x06, 0x08, 0x10, 0x18, 0x20)),
        Arguments.of(PekCsrBuffer.LAYOUT, 12, List.of(0x00, 0x08)),
        Arguments.of(PekCertImportBuffer.LAYOUT, 28, List.of(0x00, 0x08, 0x10, 0x18)),
        Arguments.of(DownloadFirmwareBuffer.LAYOUT, 12, List.of(0x00, 0x08)),
        Arguments.of(CopyBuffer.LAYOUT, 24, List.of(0x00, 0x04, 0x08, 0x10)),
        Arguments.of(ActivateExBuffer.LAYOUT, 24, List.of(0x00, 0x04, 0x08, 0x0C, 0x10)),
        Arguments.of(AttestationBuffer.LAYOUT, 36, List.of(0x00, 0x08, 0x10, 0x20)),
        Arguments.of(DebugBuffer.LAYOUT, 28, List.of(0x00, 0x08, 0x10, 0x18)),
        Arguments.of(SwapOutBuffer.LAYOUT, 40, List.of(0x00, 0x04, 0x08, 0x10, 0x18, 0x20)),
        Arguments.of(SwapInBuffer.LAYOUT, 32, List.of(0x00, 0x04, 0x08, 0x10, 0x18)),
        Arguments.of(
            RingBufferBuffer.LAYOUT,
            40,
            List.of(0x00, 0x08, 0x10, 0x18, 0x20, 0x21, 0x22, 0x24, 0x26)),
        Arguments.of(QueuedCommand.LAYOUT, 16, List.of(0x00, 0x02, 0x04, 0x08)),
        Arguments.of(QueuedStatus.LAYOUT, 16, List.of(0x00)));
  }

  @ParameterizedTest
  @MethodSource("layouts")
  @DisplayName("every field lies at its published offset")
  void offsets(StructLayout layout, int size, List<Integer> offsets) {
    assertThat(layout.size()).isEqualTo(size);
    assertThat(layout.fields()).extracting(field -> field.offset()).isEqualTo(offsets);
  }

  static Stream<Arguments> buffers() {
    return Stream.of(
        Arguments.of(36, new InitExBuffer(36, 1, 2, 3, 0xFFFF_FFFFL, 5, 6)),
        Arguments.of(12, new PekCsrBuffer(1, 0xFFFF_FFFFL)),
        Arguments.of(28, new PekCertImportBuffer(1, 2, 3, 0xFFFF_FFFFL)),
        Arguments.of(12, new DownloadFirmwareBuffer(1, 0xFFFF_FFFFL)),
        Arguments.of(24, new CopyBuffer(1, 0xFFFF_FFFFL, 3, 4)),
        Arguments.of(24, new ActivateExBuffer(24, 1, 2, 0xFFFF_FFFFL, 4)),
        Arguments.of(28, new DebugBuffer(1, 2, 3, 0xFFFF_FFFFL)),
        Arguments.of(40, new SwapOutBuffer(1, 2, 3, 4, 5, 6)),
        Arguments.of(32, new SwapInBuffer(1, 2, 3, 4, 5)),
        Arguments.of(40, new RingBufferBuffer(1, 2, 3, 4, 0xFF, 6, 0xFFFF, 8, 9)),
        Arguments.of(16, new QueuedCommand(0xFFFF, 2, 3, 4)),
        Arguments.of(16, new QueuedStatus(0xFFFF)));
  }

  @ParameterizedTest
  @MethodSource("buffers")
  @DisplayName("what is written is read back, lengths as unsigned numbers")
  void writtenAndRead(int size, Record buffer) throws ReflectiveOperationException {
    byte[] bytes = new byte[size];
    buffer
        .getClass()
        .getMethod("write", MemorySegment.class)
        .invoke(buffer, MemorySegment.ofArray(bytes));

    assertThat(
            buffer
                .getClass()
                .getMethod("read", MemorySegment.class)
                .invoke(null, MemorySegment.ofArray(bytes)))
        .isEqualTo(buffer);
  }

  @Test
  @DisplayName("ATTESTATION carries the caller's 16 bytes between address and length")
  void attestation() {
    byte[] nonce = new byte[16];
    nonce[0] = 7;
    nonce[15] = 9;
    byte[] bytes = new byte[36];
    new AttestationBuffer(1, 2, nonce, 208).write(MemorySegment.ofArray(bytes));

    AttestationBuffer read = AttestationBuffer.read(MemorySegment.ofArray(bytes));
    assertThat(read.mnonce()).isEqualTo(nonce);
    assertThat(read.len()).isEqualTo(208);
    assertThat(bytes[0x10]).isEqualTo((byte) 7);
    assertThat(bytes[0x1F]).isEqualTo((byte) 9);
  }
}
