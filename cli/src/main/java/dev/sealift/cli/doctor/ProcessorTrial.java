package dev.sealift.cli.doctor;

import dev.sealift.abi.Pages;
import dev.sealift.abi.psp.GuestState;
import dev.sealift.abi.sev.KvmSevDbg;
import dev.sealift.abi.sev.KvmSevGuestStatus;
import dev.sealift.abi.sev.KvmSevLaunchMeasure;
import dev.sealift.abi.sev.KvmSevLaunchStart;
import dev.sealift.abi.sev.KvmSevLaunchUpdateData;
import dev.sealift.abi.sev.KvmSevReceiveStart;
import dev.sealift.abi.sev.KvmSevReceiveUpdateData;
import dev.sealift.abi.sev.KvmSevSendStart;
import dev.sealift.abi.sev.KvmSevSendUpdateData;
import dev.sealift.abi.sev.SevCommand;
import dev.sealift.abi.sev.SevLimits;
import dev.sealift.cli.Failure;
import dev.sealift.cli.doctor.TrialCalls.Answer;
import dev.sealift.crypto.PacketHeader;
import dev.sealift.vmm.ExportedCertificates;
import dev.sealift.vmm.Host;
import dev.sealift.vmm.SevPlatform;
import dev.sealift.vmm.VmmException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The whole life of a guest that is sent and received, on one processor: it is launched, sent to
 * the processor's own PDH, and received beside itself. Every answer is told in a form in which two
 * processors can be compared; what is random is told by its form.
 *
 * <p>The policy is 0: debugging is allowed, so that contents can be compared, and no certificate
 * but the PDH is looked at. What is asked for out of turn, changed or cut is asked on purpose.
 */
final class ProcessorTrial {
  private static final int PAGES = 2;
  private static final int POLICY = 0;

  /** No multiple of 16, and longer than the shortest that any firmware takes. */
  private static final int ODD_LENGTH = 104;

  private final TrialCalls calls;
  private final ExportedCertificates own;
  private final List<TrialStep> steps = new ArrayList<>();

  private ProcessorTrial(TrialCalls calls, ExportedCertificates own) {
    this.calls = calls;
    this.own = own;
  }

  /**
   * Tries a processor.
   *
   * @param host the machine that has it
   * @throws Failure if there is none
   */
  static List<TrialStep> on(Host host) throws Failure, VmmException {
    ExportedCertificates own;
    try (SevPlatform platform = SevPlatform.open(host)) {
      own = platform.exportCertificates();
    }
    try (TrialCalls calls = TrialCalls.open(host.calls())) {
      ProcessorTrial trial = new ProcessorTrial(calls, own);
      trial.run();
      return List.copyOf(trial.steps);
    }
  }

  /** A guest of the trial. */
  private record TrialGuest(int vm, MemorySegment memory) {
    MemorySegment page(int number) {
      return memory.asSlice((long) number * Pages.SIZE, Pages.SIZE);
    }
  }

  /** A packet: header and data. */
  private record Packet(MemorySegment header, MemorySegment data) {}

  private void run() throws Failure {
    tell("PDH certificate", own.pdh().length + " bytes");
    tell("PEK, OCA and CEK", own.chain().length + " bytes");
    TrialGuest source = create();
    try {
      TrialGuest destination = create();
      try {
        launch(source);
        MemorySegment session = startSending(source);
        Packet[] packets = send(source);
        receive(destination, session, packets);
        finish(source, packets[0]);
      } finally {
        end(destination);
      }
    } finally {
      end(source);
    }
  }

  private TrialGuest create() throws Failure {
    MemorySegment memory = calls.guestMemory((long) PAGES * Pages.SIZE);
    for (int page = 0; page < PAGES; page++) {
      memory
          .asSlice((long) page * Pages.SIZE, Pages.SIZE)
          .copyFrom(MemorySegment.ofArray(pattern(page)));
    }
    TrialGuest guest = new TrialGuest(calls.createVm(), memory);
    tell("KVM_CREATE_VM", guest.vm() >= 0 ? "done" : new Answer(guest.vm(), 0).words());
    tell("whether there is SEV", calls.probe(guest.vm()));
    tell("INIT", calls.issue(guest.vm(), SevCommand.INIT, MemorySegment.NULL));
    return guest;
  }

  private void end(TrialGuest guest) {
    calls.closeVm(guest.vm());
    calls.unmap(guest.memory());
  }

  private void launch(TrialGuest guest) {
    MemorySegment early = calls.take(KvmSevLaunchUpdateData.LAYOUT.size());
    new KvmSevLaunchUpdateData(guest.memory().address(), Pages.SIZE).write(early);
    tell(
        "LAUNCH_UPDATE_DATA too early",
        calls.issue(guest.vm(), SevCommand.LAUNCH_UPDATE_DATA, early));

    MemorySegment start = calls.take(KvmSevLaunchStart.LAYOUT.size());
    new KvmSevLaunchStart(0, POLICY, 0, 0, 0, 0).write(start);
    Answer started = calls.issue(guest.vm(), SevCommand.LAUNCH_START, start);
    tell("LAUNCH_START", started, "handle " + some(KvmSevLaunchStart.read(start).handle()));
    state(guest);
    tell("KVM_MEMORY_ENCRYPT_REG_REGION", calls.register(guest.vm(), guest.memory()));
    for (int page = 0; page < PAGES; page++) {
      MemorySegment update = calls.take(KvmSevLaunchUpdateData.LAYOUT.size());
      new KvmSevLaunchUpdateData(guest.page(page).address(), Pages.SIZE).write(update);
      tell("LAUNCH_UPDATE_DATA", calls.issue(guest.vm(), SevCommand.LAUNCH_UPDATE_DATA, update));
    }
    tell("a page in memory", matches(guest.page(0), 0));
    tell("SEND_START too early", startSending(guest, calls.take(SevLimits.SESSION)));
    measure(guest, 0);
    measure(guest, SevLimits.MEASUREMENT);
    tell("LAUNCH_FINISH", calls.issue(guest.vm(), SevCommand.LAUNCH_FINISH, MemorySegment.NULL));
    state(guest);
    decrypt(guest, 0);
  }

  private void measure(TrialGuest guest, int length) {
    MemorySegment params = calls.take(KvmSevLaunchMeasure.LAYOUT.size());
    new KvmSevLaunchMeasure(calls.take(SevLimits.MEASUREMENT).address(), length).write(params);
    Answer answer = calls.issue(guest.vm(), SevCommand.LAUNCH_MEASURE, params);
    tell(
        length == 0 ? "LAUNCH_MEASURE, asked for its length" : "LAUNCH_MEASURE",
        answer,
        "len " + KvmSevLaunchMeasure.read(params).len());
  }

  private MemorySegment startSending(TrialGuest guest) {
    MemorySegment query = calls.take(KvmSevSendStart.LAYOUT.size());
    Answer asked = calls.issue(guest.vm(), SevCommand.SEND_START, query);
    tell(
        "SEND_START, asked for its length",
        asked,
        "session_len " + KvmSevSendStart.read(query).sessionLen());
    tell("SEND_START", startSending(guest, calls.take(SevLimits.SESSION)));
    state(guest);
    tell("SEND_START again", startSending(guest, calls.take(SevLimits.SESSION)));
    tell("SEND_CANCEL", calls.issue(guest.vm(), SevCommand.SEND_CANCEL, MemorySegment.NULL));
    state(guest);
    MemorySegment session = calls.take(SevLimits.SESSION);
    tell("SEND_START after SEND_CANCEL", startSending(guest, session));
    tell("the session", isZero(session) ? "zeros" : session.byteSize() + " bytes");
    return session;
  }

  private Answer startSending(TrialGuest guest, MemorySegment session) {
    MemorySegment pdh = calls.take(own.pdh());
    MemorySegment chain = calls.take(own.chain());
    MemorySegment params = calls.take(KvmSevSendStart.LAYOUT.size());
    new KvmSevSendStart(
            0,
            pdh.address(),
            pdh.byteSize(),
            chain.address(),
            chain.byteSize(),
            // The firmware does not look at it under this policy, and Linux wants something there.
            chain.address(),
            chain.byteSize(),
            session.address(),
            session.byteSize())
        .write(params);
    return calls.issue(guest.vm(), SevCommand.SEND_START, params);
  }

  private Packet[] send(TrialGuest guest) {
    MemorySegment query = calls.take(KvmSevSendUpdateData.LAYOUT.size());
    Answer asked = calls.issue(guest.vm(), SevCommand.SEND_UPDATE_DATA, query);
    tell(
        "SEND_UPDATE_DATA, asked for its lengths",
        asked,
        "hdr_len " + KvmSevSendUpdateData.read(query).hdrLen());
    send(guest, 0, ODD_LENGTH, "SEND_UPDATE_DATA of %d bytes".formatted(ODD_LENGTH));
    Packet[] packets = new Packet[PAGES];
    for (int page = 0; page < PAGES; page++) {
      packets[page] = send(guest, page, Pages.SIZE, "SEND_UPDATE_DATA");
      tell("the packet's header", header(packets[page]));
      tell("the packet's data", matches(packets[page].data(), page));
    }
    tell("two packets' IVs", sameIv(packets[0], packets[1]) ? "the same" : "different");
    return packets;
  }

  private Packet send(TrialGuest guest, int page, int length, String name) {
    Packet packet = new Packet(calls.take(PacketHeader.SIZE), calls.take(Pages.SIZE));
    MemorySegment params = calls.take(KvmSevSendUpdateData.LAYOUT.size());
    new KvmSevSendUpdateData(
            packet.header().address(),
            PacketHeader.SIZE,
            guest.page(page).address(),
            length,
            packet.data().address(),
            length)
        .write(params);
    tell(name, calls.issue(guest.vm(), SevCommand.SEND_UPDATE_DATA, params));
    return packet;
  }

  private static String header(Packet packet) {
    PacketHeader header = PacketHeader.read(packet.header());
    return "flags %d, IV %s, MAC %s"
        .formatted(
            header.flags(),
            isZero(MemorySegment.ofArray(header.iv())) ? "zeros" : "16 bytes",
            isZero(MemorySegment.ofArray(header.mac())) ? "zeros" : "32 bytes");
  }

  private static boolean sameIv(Packet one, Packet other) {
    return Arrays.equals(
        PacketHeader.read(one.header()).iv(), PacketHeader.read(other.header()).iv());
  }

  private void receive(TrialGuest guest, MemorySegment session, Packet[] packets) {
    MemorySegment changed = calls.take(session.toArray(ValueLayout.JAVA_BYTE));
    flip(changed, SevLimits.SESSION - 1);
    tell("RECEIVE_START of a changed session", startReceiving(guest, changed));
    tell("RECEIVE_START", startReceiving(guest, session));
    state(guest);
    tell("KVM_MEMORY_ENCRYPT_REG_REGION", calls.register(guest.vm(), guest.memory()));
    for (int page = 0; page < PAGES; page++) {
      tell("RECEIVE_UPDATE_DATA", receive(guest, page, packets[page]));
      decrypt(guest, page);
    }
    Packet tampered =
        new Packet(
            packets[0].header(), calls.take(packets[0].data().toArray(ValueLayout.JAVA_BYTE)));
    flip(tampered.data(), 0);
    tell("RECEIVE_UPDATE_DATA of a changed packet", receive(guest, 0, tampered));
    decrypt(guest, 0);
    tell("RECEIVE_UPDATE_DATA at another address", receive(guest, 1, packets[0]));
    tell("RECEIVE_FINISH", calls.issue(guest.vm(), SevCommand.RECEIVE_FINISH, MemorySegment.NULL));
    state(guest);
    tell("RECEIVE_UPDATE_DATA too late", receive(guest, 0, packets[0]));
  }

  private Answer startReceiving(TrialGuest guest, MemorySegment session) {
    MemorySegment pdh = calls.take(own.pdh());
    MemorySegment params = calls.take(KvmSevReceiveStart.LAYOUT.size());
    new KvmSevReceiveStart(
            0, POLICY, pdh.address(), pdh.byteSize(), session.address(), session.byteSize())
        .write(params);
    return calls.issue(guest.vm(), SevCommand.RECEIVE_START, params);
  }

  private Answer receive(TrialGuest guest, int page, Packet packet) {
    MemorySegment params = calls.take(KvmSevReceiveUpdateData.LAYOUT.size());
    new KvmSevReceiveUpdateData(
            packet.header().address(),
            PacketHeader.SIZE,
            guest.page(page).address(),
            Pages.SIZE,
            packet.data().address(),
            Pages.SIZE)
        .write(params);
    return calls.issue(guest.vm(), SevCommand.RECEIVE_UPDATE_DATA, params);
  }

  private void finish(TrialGuest guest, Packet packet) {
    tell("SEND_FINISH", calls.issue(guest.vm(), SevCommand.SEND_FINISH, MemorySegment.NULL));
    state(guest);
    tell(
        "SEND_CANCEL too late",
        calls.issue(guest.vm(), SevCommand.SEND_CANCEL, MemorySegment.NULL));
    send(guest, 0, Pages.SIZE, "SEND_UPDATE_DATA too late");
    tell("RECEIVE_UPDATE_DATA by who sends", receive(guest, 0, packet));
  }

  private void state(TrialGuest guest) {
    MemorySegment params = calls.take(KvmSevGuestStatus.LAYOUT.size());
    Answer answer = calls.issue(guest.vm(), SevCommand.GUEST_STATUS, params);
    KvmSevGuestStatus status = KvmSevGuestStatus.read(params);
    tell(
        "GUEST_STATUS",
        answer,
        "state %s, policy 0x%x".formatted(GuestState.of(status.state()), status.policy()));
  }

  private void decrypt(TrialGuest guest, int page) {
    MemorySegment clear = calls.take(Pages.SIZE);
    MemorySegment params = calls.take(KvmSevDbg.LAYOUT.size());
    new KvmSevDbg(guest.page(page).address(), clear.address(), Pages.SIZE).write(params);
    Answer answer = calls.issue(guest.vm(), SevCommand.DBG_DECRYPT, params);
    tell("DBG_DECRYPT", answer, matches(clear, page));
  }

  private void tell(String name, String answer) {
    steps.add(new TrialStep(name, answer));
  }

  private void tell(String name, Answer answer) {
    tell(name, answer.words());
  }

  private void tell(String name, Answer answer, String beside) {
    tell(name, answer.words() + "; " + beside);
  }

  private static String some(int number) {
    return number == 0 ? "0" : "not 0";
  }

  private static String matches(MemorySegment memory, int page) {
    return memory.mismatch(MemorySegment.ofArray(pattern(page))) < 0
        ? "the content as it was"
        : "other content";
  }

  private static boolean isZero(MemorySegment memory) {
    return memory.mismatch(MemorySegment.ofArray(new byte[(int) memory.byteSize()])) < 0;
  }

  private static void flip(MemorySegment memory, long offset) {
    byte there = memory.get(ValueLayout.JAVA_BYTE, offset);
    memory.set(ValueLayout.JAVA_BYTE, offset, (byte) (there ^ 1));
  }

  /** A page's content: no two pages have the same. */
  private static byte[] pattern(int page) {
    byte[] content = new byte[Pages.SIZE];
    for (int i = 0; i < content.length; i++) {
      content[i] = (byte) (i * 31 + page * 7 + 1);
    }
    return content;
  }
}
