package dev.sealift.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.Errno;
import dev.sealift.abi.FirmwareStatus;
import dev.sealift.abi.kvm.KvmIoctl;
import dev.sealift.abi.psp.PspCommand;
import dev.sealift.abi.sev.KvmSevCmd;
import dev.sealift.abi.sev.KvmSevUpdateDataBatch;
import dev.sealift.abi.sev.SevCommand;
import dev.sealift.abi.sev.SevExtension;
import dev.sealift.firmware.PacketRun;
import dev.sealift.kernel.TestHost.Outcome;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("A batch for a processor with runs of packets")
class PacketRunsTest {
  private static final int PAGES = 4;
  private static final long C_BIT = 1L << ScriptedProcessor.ENCRYPTION_BIT;

  private final ScriptedProcessor processor = new ScriptedProcessor();
  private TestHost host;
  private StartedGuest guest;
  private MemorySegment memory;
  private MemorySegment headers;
  private MemorySegment ciphers;
  private MemorySegment addresses;

  PacketRunsTest() {
    onHost(KernelSettings.DEFAULT);
  }

  private void onHost(KernelSettings settings) {
    host = TestHost.of(processor, settings.with(KernelProfile.EXTENDED));
    guest = StartedGuest.launched(host);
    memory = host.map(PAGES * 4096);
    headers = host.map(4096);
    ciphers = host.map(PAGES * 4096);
    addresses = host.take(PAGES * 8);
    for (int i = 0; i < PAGES; i++) {
      addresses.setAtIndex(ValueLayout.JAVA_LONG, i, memory.address() + (PAGES - 1 - i) * 4096L);
    }
    processor.onRuns(run -> new PacketRun.Answer(run.count(), FirmwareStatus.SUCCESS));
    processor.forget();
  }

  private MemorySegment batch() {
    return batch(52);
  }

  private MemorySegment batch(long hdrLen) {
    return host.struct(
        48,
        new KvmSevUpdateDataBatch(
                addresses.address(),
                PAGES,
                99,
                headers.address(),
                hdrLen,
                4096,
                ciphers.address(),
                4096)
            ::write);
  }

  private Outcome op(SevExtension command, MemorySegment batch) {
    return host.op(guest.vm(), command.id(), batch.address(), 0);
  }

  private static long done(MemorySegment batch) {
    return KvmSevUpdateDataBatch.read(batch).done();
  }

  private long physical(MemorySegment mapped) {
    return host.user.physicalAddress(mapped.address(), UserMemory.Access.READ);
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("is one run, from and to the caller's own memory")
  void isOneRun(SevExtension command) {
    MemorySegment batch = batch();

    assertThat(op(command, batch)).isEqualTo(new Outcome(0, 0));

    assertThat(done(batch)).isEqualTo(PAGES);
    assertThat(processor.issued).isEmpty();
    assertThat(processor.runs)
        .singleElement()
        .satisfies(run -> {
          assertThat(run.command())
              .isEqualTo(
                  command == SevExtension.SEND_UPDATE_DATA_BATCH
                      ? PspCommand.SEND_UPDATE_DATA
                      : PspCommand.RECEIVE_UPDATE_DATA);
          assertThat(run.handle()).isEqualTo(ScriptedProcessor.FIRST_HANDLE);
          assertThat(run.headers()).isEqualTo(physical(headers));
          assertThat(run.transport()).isEqualTo(physical(ciphers));
          assertThat(run.count()).isEqualTo(PAGES);
          assertThat(run.guestAddresses())
              .isEqualTo(
                  LongStream.of(3, 2, 1, 0)
                      .map(page -> physical(memory) + page * 4096 | C_BIT)
                      .toArray());
        });
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("tells how far it came when the firmware refuses")
  void tellsHowFarItCame(SevExtension command) {
    processor.onRuns(run -> new PacketRun.Answer(2, FirmwareStatus.BAD_MEASUREMENT));
    MemorySegment batch = batch();

    assertThat(op(command, batch))
        .isEqualTo(new Outcome(Errno.EIO.negated(), FirmwareStatus.BAD_MEASUREMENT.code()));

    assertThat(done(batch)).isEqualTo(2);
  }

  /** What makes a batch unusual. */
  enum Oddity {
    A_PAGE_OFF_ITS_BOUNDARY,
    A_PAGE_THAT_IS_NOT_THERE,
    A_PAGE_AT_NULL,
    LONG_HEADERS,
    HEADERS_BEYOND_THEIR_MAPPING,
    CIPHERTEXTS_BEYOND_THEIR_MAPPING,
    ADDRESSES_THAT_ARE_NOT_THERE
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("goes packet by packet where it is unusual, and is answered there")
  void unusual(Oddity oddity) {
    MemorySegment batch =
        switch (oddity) {
          case A_PAGE_OFF_ITS_BOUNDARY -> withPage(memory.address() + 16);
          case A_PAGE_THAT_IS_NOT_THERE -> withPage(memory.address() + (64L << 20));
          case A_PAGE_AT_NULL -> withPage(0);
          case LONG_HEADERS -> batch(53);
          case HEADERS_BEYOND_THEIR_MAPPING -> {
            headers = headers.asSlice(4096 - 52);
            yield batch();
          }
          case CIPHERTEXTS_BEYOND_THEIR_MAPPING -> {
            ciphers = ciphers.asSlice(4096);
            yield batch();
          }
          case ADDRESSES_THAT_ARE_NOT_THERE -> {
            addresses = MemorySegment.ofAddress(4096);
            yield batch();
          }
        };

    Outcome outcome = op(SevExtension.SEND_UPDATE_DATA_BATCH, batch);

    assertThat(processor.runs).isEmpty();
    int errno =
        switch (oddity) {
          case A_PAGE_OFF_ITS_BOUNDARY, A_PAGE_AT_NULL -> Errno.EINVAL.negated();
          case A_PAGE_THAT_IS_NOT_THERE -> Errno.ENOMEM.negated();
          case LONG_HEADERS -> 0;
          default -> Errno.EFAULT.negated();
        };
    assertThat(outcome.result()).isEqualTo(errno);
  }

  private MemorySegment withPage(long address) {
    addresses.setAtIndex(ValueLayout.JAVA_LONG, 1, address);
    return batch();
  }

  @Test
  @DisplayName("goes packet by packet where no page more may be pinned, and is refused there")
  void aboveTheLimit() {
    onHost(new KernelSettings(false, 0, false));

    assertThat(op(SevExtension.SEND_UPDATE_DATA_BATCH, batch()).result())
        .isEqualTo(Errno.ENOMEM.negated());
    assertThat(processor.runs).isEmpty();
  }

  @Test
  @DisplayName("goes on beside another batch of the same VM; other commands wait for both")
  void sideBySide() throws Exception {
    CyclicBarrier together = new CyclicBarrier(2);
    processor.onRuns(run -> {
      try {
        together.await(20, TimeUnit.SECONDS);
        while (!host.vms.at(guest.vm()).isWaitedFor()) {
          Thread.onSpinWait();
        }
      } catch (Exception alone) {
        throw new IllegalStateException(alone);
      }
      return new PacketRun.Answer(run.count(), FirmwareStatus.SUCCESS);
    });
    int send = SevExtension.SEND_UPDATE_DATA_BATCH.id();
    MemorySegment first = command(send, batch());
    MemorySegment second = command(send, batch());
    MemorySegment third = command(SevCommand.GUEST_STATUS.id(), host.take(12));
    try (ExecutorService threads = Executors.newFixedThreadPool(3)) {
      List<Future<Integer>> batches =
          List.of(threads.submit(() -> issue(first)), threads.submit(() -> issue(second)));
      while (processor.runs.size() < 2) {
        Thread.onSpinWait();
      }
      Future<Integer> other = threads.submit(() -> issue(third));
      for (Future<Integer> batch : batches) {
        assertThat(batch.get(20, TimeUnit.SECONDS)).isZero();
      }
      assertThat(other.get(20, TimeUnit.SECONDS)).isZero();
    }
  }

  private MemorySegment command(int id, MemorySegment parameters) {
    return host.struct(24, new KvmSevCmd(id, parameters.address(), 0, 0)::write);
  }

  private int issue(MemorySegment command) {
    return host.calls.ioctl(guest.vm(), KvmIoctl.MEMORY_ENCRYPT_OP, command.address());
  }

  @Test
  @DisplayName("is the last thing asked of a processor that does not answer it")
  void silence() {
    processor.onRuns(run -> {
      throw new IllegalStateException("silence");
    });
    assertThat(op(SevExtension.SEND_UPDATE_DATA_BATCH, batch()).result())
        .isEqualTo(Errno.ETIMEDOUT.negated());
    processor.onRuns(run -> new PacketRun.Answer(run.count(), FirmwareStatus.SUCCESS));
    assertThat(op(SevExtension.SEND_UPDATE_DATA_BATCH, batch()).result())
        .isEqualTo(Errno.EBUSY.negated());
  }
}
