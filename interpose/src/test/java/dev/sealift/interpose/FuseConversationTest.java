package dev.sealift.interpose;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.Errno;
import dev.sealift.interpose.FuseStructs.InHeader;
import dev.sealift.interpose.FuseStructs.InitIn;
import dev.sealift.interpose.FuseStructs.IoctlIn;
import dev.sealift.interpose.FuseStructs.OutHeader;
import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The kernel's FUSE")
class FuseConversationTest {
  private static final int FLUSH = 25;

  private final FuseConversation conversation =
      new FuseConversation(
          TestMachine.orSkip(Linux::open), new ForeignCalls(TestMachine.powerUp().device()));
  private final MemorySegment answer = MemorySegment.ofArray(new byte[32 << 10]);

  /** The answer's size; the answer itself is in the field. */
  private int ask(int opcode, int bodySize, Consumer<MemorySegment> body) {
    int header = InHeader.LAYOUT.size();
    MemorySegment request = MemorySegment.ofArray(new byte[header + bodySize]);
    InHeader.LEN.set(request, header + bodySize);
    InHeader.OPCODE.set(request, opcode);
    InHeader.UNIQUE.set(request, 4711);
    body.accept(request.asSlice(header));
    int size = conversation.answer(request, answer, pid -> new ProcessMemory(null, pid));
    if (size > 0) {
      assertThat(OutHeader.LEN.get(answer)).isEqualTo(size);
      assertThat(OutHeader.UNIQUE.get(answer)).isEqualTo(4711);
    }
    return size;
  }

  private Errno refusal(int opcode, int bodySize, Consumer<MemorySegment> body) {
    assertThat(ask(opcode, bodySize, body)).isEqualTo(OutHeader.LAYOUT.size());
    return Errno.of(OutHeader.ERROR.get(answer));
  }

  @ParameterizedTest
  @ValueSource(
      ints = {FuseConversation.FORGET, FuseConversation.BATCH_FORGET, FuseConversation.INTERRUPT})
  void getsNoAnswerWhereItWantsNone(int opcode) {
    assertThat(ask(opcode, 8, body -> {})).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {FuseConversation.INIT, FuseConversation.OPEN, FuseConversation.IOCTL})
  void isToldOfARequestThatIsCutShort(int opcode) {
    assertThat(refusal(opcode, 4, body -> {})).isEqualTo(Errno.EIO);
  }

  @Test
  void isToldOfAnArgumentLongerThanItsRequest() {
    Consumer<MemorySegment> longer = body -> IoctlIn.IN_SIZE.set(body, -1);
    assertThat(refusal(FuseConversation.IOCTL, IoctlIn.LAYOUT.size(), longer)).isEqualTo(Errno.EIO);
    Consumer<MemorySegment> more = body -> IoctlIn.OUT_SIZE.set(body, -1);
    assertThat(refusal(FuseConversation.IOCTL, IoctlIn.LAYOUT.size(), more)).isEqualTo(Errno.EIO);
  }

  @Test
  void isRefusedIfItSpeaksAnOlderVersion() {
    Consumer<MemorySegment> old =
        body -> {
          InitIn.MAJOR.set(body, FuseConversation.MAJOR);
          InitIn.MINOR.set(body, FuseConversation.MINOR - 1);
        };
    assertThat(refusal(FuseConversation.INIT, InitIn.LAYOUT.size(), old))
        .isEqualTo(Errno.EOPNOTSUPP);
  }

  @Test
  void needNotAskBeforeItClosesAFile() {
    assertThat(refusal(FLUSH, 24, body -> {})).isEqualTo(Errno.ENOSYS);
  }

  @Test
  void getsNoIoctlFromA32BitProgram() {
    Consumer<MemorySegment> compat = body -> IoctlIn.FLAGS.set(body, 1);
    assertThat(refusal(FuseConversation.IOCTL, IoctlIn.LAYOUT.size(), compat))
        .isEqualTo(Errno.ENOTTY);
  }

  @Test
  void isToldThatThereIsNothingElse() {
    int lookup = 1;
    assertThat(refusal(lookup, 8, body -> {})).isEqualTo(Errno.ENOSYS);
  }
}
