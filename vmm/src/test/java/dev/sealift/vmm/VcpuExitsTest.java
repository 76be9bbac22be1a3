package dev.sealift.vmm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.kvm.KvmExit;
import dev.sealift.abi.kvm.KvmParavirtual;
import dev.sealift.abi.kvm.KvmRegs;
import dev.sealift.abi.kvm.KvmRun;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("What the VMM does when a guest leaves KVM_RUN")
class VcpuExitsTest {
  private static final int PORT = 0x123;
  private static final int DATA = 4096;

  private final PaperKernel kernel = new PaperKernel();
  private PageStatus pageStatus;
  private final GuestPorts ports = new GuestPorts();
  private final List<Integer> written = new ArrayList<>();
  private int answer;
  private Books books;
  private MigrationControl migrationControl;
  private GuestMemory memory;
  private MemorySegment area;
  private VcpuExits exits;

  @BeforeEach
  void create() throws Exception {
    Host host = kernel.host();
    Descriptor vcpu = Descriptor.open(host, "vcpu", 0);
    books = Books.create(host, 256);
    pageStatus = new PageStatus(books);
    migrationControl = new MigrationControl(books);
    RunArea runArea = RunArea.map(host, vcpu, 8192);
    area = kernel.mapped.getLast();
    VcpuRegisters registers = new VcpuRegisters(vcpu, new CallMemory(host));
    memory = GuestMemory.allocate(host, 256 * 4096);
    var requests = new GuestRequests(ports, new Hypercalls(pageStatus, memory), migrationControl);
    exits = new VcpuExits(runArea, registers, requests, books);
    ports.attach(
        PORT,
        new PortDevice() {
          @Override
          public int read() {
            return answer++;
          }

          @Override
          public void write(int value) {
            written.add(value);
          }
        });
  }

  private void portExit(int port, int direction, int size, int count) {
    KvmRun.EXIT_REASON.set(area, KvmExit.IO);
    KvmRun.IO_DIRECTION.set(area, direction);
    KvmRun.IO_SIZE.set(area, size);
    KvmRun.IO_PORT.set(area, port);
    KvmRun.IO_COUNT.set(area, count);
    KvmRun.IO_DATA_OFFSET.set(area, DATA);
  }

  private int word(long offset) {
    return area.get(ValueLayout.JAVA_INT_UNALIGNED, offset);
  }

  @Test
  void passesWhatIsWrittenToTheDevice() throws Exception {
    area.set(ValueLayout.JAVA_INT, DATA, 0x8765_4321);
    portExit(PORT, KvmRun.IO_OUT, 4, 1);
    assertThat(exits.serve()).isEmpty();
    portExit(PORT, KvmRun.IO_OUT, 2, 1);
    assertThat(exits.serve()).isEmpty();
    portExit(PORT, KvmRun.IO_OUT, 1, 3);
    assertThat(exits.serve()).isEmpty();
    assertThat(written).containsExactly(0x8765_4321, 0x4321, 0x21, 0x43, 0x65);
  }

  @Test
  void passesWhatTheDeviceAnswersToTheGuest() throws Exception {
    answer = 0x1122_33FE;
    portExit(PORT, KvmRun.IO_IN, 4, 1);
    exits.serve();
    assertThat(word(DATA)).isEqualTo(0x1122_33FE);
    portExit(PORT, KvmRun.IO_IN, 1, 3);
    exits.serve();
    assertThat(word(DATA)).isEqualTo(0x11_01_00_FF);
  }

  @Test
  void behavesAsAnEmptyBusWhereThereIsNoDevice() throws Exception {
    portExit(PORT + 1, KvmRun.IO_IN, 2, 1);
    assertThat(exits.serve()).isEmpty();
    assertThat(word(DATA)).isEqualTo(0xFFFF);
    portExit(PORT + 1, KvmRun.IO_OUT, 4, 1);
    assertThat(exits.serve()).isEmpty();
    ports.detach(PORT);
    portExit(PORT, KvmRun.IO_IN, 4, 1);
    exits.serve();
    assertThat(word(DATA)).isEqualTo(-1);
  }

  @ParameterizedTest(name = "call {0} of {1}, {2} pages, attributes {3}")
  @CsvSource({
    "12, 0x10000, 4, 0, 0, 4",
    "12, 0x10000, 4, 16, 0, 0",
    "12, 0x10001, 4, 0, -22, 0",
    "12, 0x10000, 0, 0, -22, 0",
    "5, 0x10000, 4, 0, -1000, 0"
  })
  void servesAHypercallTheSameWhicheverWayItComes(
      long number, String address, long pages, long attributes, long result, long shared)
      throws Exception {
    long a0 = Long.decode(address);
    KvmRun.EXIT_REASON.set(area, KvmExit.HYPERCALL);
    KvmRun.HYPERCALL_NR.set(area, number);
    KvmRun.hypercallArgument(0).set(area, a0);
    KvmRun.hypercallArgument(1).set(area, pages);
    KvmRun.hypercallArgument(2).set(area, attributes);
    assertThat(exits.serve()).isEmpty();
    assertThat(KvmRun.HYPERCALL_RET.get(area)).isEqualTo(result);
    assertThat(pageStatus.shared().count()).isEqualTo(shared);

    exits.conclude();
    pageStatus.replaceShared(new PageSet(256));
    KvmRegs before =
        new KvmRegs(number, a0, pages, attributes, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 2);
    kernel.registers = before;
    portExit(GuestPorts.HYPERCALL, KvmRun.IO_OUT, 4, 1);
    assertThat(exits.serve()).isEmpty();
    assertThat(kernel.registers).isEqualTo(VcpuRegisters.withRax(before, result));
    assertThat(pageStatus.shared().count()).isEqualTo(shared);
  }

  private void msrExit(int reason, int index, long data) {
    KvmRun.EXIT_REASON.set(area, reason);
    KvmRun.MSR_ERROR.set(area, 0);
    KvmRun.MSR_INDEX.set(area, index);
    KvmRun.MSR_DATA.set(area, data);
  }

  @Test
  void hearsThatTheGuestMayBeMovedAndThatItMayNotAnyLonger() throws Exception {
    msrExit(KvmExit.X86_WRMSR, KvmParavirtual.MSR_MIGRATION_CONTROL, 1);
    assertThat(exits.serve()).isEmpty();
    assertThat(KvmRun.MSR_ERROR.get(area)).isZero();
    assertThat(migrationControl.isReady()).isTrue();
    msrExit(KvmExit.X86_RDMSR, KvmParavirtual.MSR_MIGRATION_CONTROL, 0);
    exits.serve();
    assertThat(KvmRun.MSR_DATA.get(area)).isOne();
    msrExit(KvmExit.X86_WRMSR, KvmParavirtual.MSR_MIGRATION_CONTROL, 0);
    exits.serve();
    assertThat(migrationControl.readiness()).isEqualTo(MigrationControl.Readiness.WITHDRAWN);
    msrExit(KvmExit.X86_RDMSR, KvmParavirtual.MSR_MIGRATION_CONTROL, 99);
    exits.serve();
    assertThat(KvmRun.MSR_DATA.get(area)).isZero();
  }

  @Test
  void refusesOtherRegistersAndReservedBits() throws Exception {
    msrExit(KvmExit.X86_WRMSR, KvmParavirtual.MSR_MIGRATION_CONTROL, 3);
    assertThat(exits.serve()).isEmpty();
    assertThat(KvmRun.MSR_ERROR.get(area)).as("#GP").isEqualTo(1);
    assertThat(migrationControl.readiness()).isEqualTo(MigrationControl.Readiness.SILENT);
    for (int exit : new int[] {KvmExit.X86_RDMSR, KvmExit.X86_WRMSR}) {
      msrExit(exit, 0x10, 1);
      assertThat(exits.serve()).isEmpty();
      assertThat(KvmRun.MSR_ERROR.get(area)).as("#GP").isEqualTo(1);
    }
  }

  @Test
  void wipesExactlyThePagesWhoseStatusChanges() throws Exception {
    memory.segment().fill((byte) 0x5A);
    pageStatus.setShared(17, 1);
    announce(16, 4, 0);
    assertThat(wiped()).as("17 was shared").containsExactly(16L, 18L, 19L);
    memory.segment().fill((byte) 0x5A);
    announce(0, 256, 16);
    assertThat(wiped()).as("all others were private").containsExactly(16L, 17L, 18L, 19L);
    memory.segment().fill((byte) 0x5A);
    announce(0, 1L << 40, 16);
    assertThat(wiped()).isEmpty();
  }

  private void announce(long page, long count, long attributes) throws Exception {
    KvmRun.EXIT_REASON.set(area, KvmExit.HYPERCALL);
    KvmRun.HYPERCALL_NR.set(area, 12);
    KvmRun.hypercallArgument(0).set(area, page << 12);
    KvmRun.hypercallArgument(1).set(area, count);
    KvmRun.hypercallArgument(2).set(area, attributes);
    assertThat(exits.serve()).isEmpty();
    assertThat(KvmRun.HYPERCALL_RET.get(area)).isZero();
  }

  private List<Long> wiped() {
    List<Long> wiped = new ArrayList<>();
    for (long page = 0; page < memory.pages(); page++) {
      byte[] bytes = memory.page(page).toArray(ValueLayout.JAVA_BYTE);
      if (bytes[0] == 0 && bytes[4095] == 0) {
        wiped.add(page);
      }
    }
    return wiped;
  }

  @Test
  void endsAGuestThatGivesUp() throws Exception {
    area.set(ValueLayout.JAVA_INT, DATA, -22);
    portExit(GuestPorts.PANIC, KvmRun.IO_OUT, 4, 1);
    assertThat(exits.serve()).contains("it gave up with code -22");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "5 | it halted",
        "6 | it touched an address that is no memory",
        "8 | it met a triple fault",
        "9 | the processor refused to enter it",
        "17 | KVM met an instruction it cannot emulate",
        "99 | it left KVM_RUN for reason 99"
      })
  void endsAGuestThatCannotGoOnWithTheReason(int reason, String words) throws Exception {
    KvmRun.EXIT_REASON.set(area, reason);
    assertThat(exits.serve()).contains(words);
  }

  @Test
  void letsAGuestGoOnThatASignalInterrupted() throws Exception {
    KvmRun.EXIT_REASON.set(area, KvmExit.INTR);
    assertThat(exits.serve()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(longs = {8189, 8192, -1, Long.MAX_VALUE})
  void doesNotReadPortDataOutsideTheSharedArea(long offset) throws Exception {
    portExit(PORT, KvmRun.IO_IN, 4, 1);
    KvmRun.IO_DATA_OFFSET.set(area, offset);
    assertThat(exits.serve()).contains("KVM described port data outside its own memory");
  }

  @Test
  void doesNotBelieveCountsAndSizesThatCannotBe() throws Exception {
    portExit(PORT, KvmRun.IO_IN, 4, -1);
    assertThat(exits.serve()).isPresent();
    portExit(PORT, KvmRun.IO_IN, 3, 1);
    assertThat(exits.serve()).isPresent();
  }
}
