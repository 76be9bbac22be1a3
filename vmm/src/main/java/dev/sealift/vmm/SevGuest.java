package dev.sealift.vmm;

import dev.sealift.abi.Errno;
import dev.sealift.abi.FirmwareStatus;
import dev.sealift.abi.kvm.KvmEncRegion;
import dev.sealift.abi.kvm.KvmIoctl;
import dev.sealift.abi.psp.GuestState;
import dev.sealift.abi.sev.KvmSevAttestationReport;
import dev.sealift.abi.sev.KvmSevCmd;
import dev.sealift.abi.sev.KvmSevGuestStatus;
import dev.sealift.abi.sev.KvmSevLaunchStart;
import dev.sealift.abi.sev.KvmSevReceiveStart;
import dev.sealift.abi.sev.KvmSevSendStart;
import dev.sealift.abi.sev.KvmSevUpdateVmsa;
import dev.sealift.abi.sev.SevCommand;
import dev.sealift.abi.sev.SevExtension;
import dev.sealift.abi.sev.SevLimits;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The SEV context of a virtual machine, through KVM_MEMORY_ENCRYPT_OP. A guest begins with {@link
 * #launchStart} or {@link #receiveStart}, and leaves with {@link #sendStart}; each hands out what
 * may follow it.
 *
 * <p>Source: asm/kvm.h and the kernel's documentation of SEV; AMD publication 55766. Thread-safe.
 */
public final class SevGuest {
  private static final String SUBJECT = "the guest";
  private static final int ATTESTATION_REPORT = 208;

  private final SevPlatform platform;
  private final Descriptor device;
  private final Descriptor vm;
  private final GuestMemory memory;
  private final CallMemory callMemory;
  private final Map<SevExtension, Boolean> extensions = new EnumMap<>(SevExtension.class);

  private SevGuest(
      SevPlatform platform,
      Descriptor device,
      Descriptor vm,
      GuestMemory memory,
      CallMemory callMemory) {
    this.platform = platform;
    this.device = device;
    this.vm = vm;
    this.memory = memory;
    this.callMemory = callMemory;
  }

  /** KVM_SEV_INIT or KVM_SEV_ES_INIT, which must come before the first vCPU. */
  static SevGuest init(
      SevMode mode,
      SevPlatform platform,
      Descriptor device,
      Descriptor vm,
      GuestMemory memory,
      CallMemory callMemory)
      throws VmmException {
    SevGuest guest = new SevGuest(platform, device, vm, memory, callMemory);
    try (CallMemory.Frame call = callMemory.frame()) {
      guest.issue(call, mode.init(), "the virtual machine", MemorySegment.NULL);
    }
    return guest;
  }

  /** The context of a machine that another VMM made. */
  static SevGuest takeUp(
      SevPlatform platform,
      Descriptor device,
      Descriptor vm,
      GuestMemory memory,
      CallMemory callMemory) {
    return new SevGuest(platform, device, vm, memory, callMemory);
  }

  /**
   * The guest's own descriptor of /dev/sev. The kernel remembers the number from LAUNCH_START or
   * RECEIVE_START on, and asks the firmware through it for as long as the guest lives.
   */
  Descriptor device() {
    return device;
  }

  public SevPlatform platform() {
    return platform;
  }

  GuestMemory memory() {
    return memory;
  }

  CallMemory.Frame frame() throws VmmException {
    return callMemory.frame();
  }

  /** KVM_MEMORY_ENCRYPT_REG_REGION of all guest memory: it stays where it is from here on. */
  public void registerMemory() throws VmmException {
    try (CallMemory.Frame call = callMemory.frame()) {
      MemorySegment region = call.take(KvmEncRegion.LAYOUT.size());
      new KvmEncRegion(memory.segment().address(), memory.size()).write(region);
      vm.ioctl(
          "KVM_MEMORY_ENCRYPT_REG_REGION", KvmIoctl.MEMORY_ENCRYPT_REG_REGION, region.address());
    }
  }

  /**
   * LAUNCH_START: a new guest under a new key.
   *
   * @param policy the guest policy word
   * @param ownerCertificate the owner's Diffie-Hellman certificate, or null for a guest without
   *     session
   * @param session the owner's session for it
   */
  public Launch launchStart(
      int policy, byte @Nullable [] ownerCertificate, byte @Nullable [] session)
      throws VmmException {
    try (CallMemory.Frame call = callMemory.frame()) {
      MemorySegment owner = blob(call, SevCommand.LAUNCH_START, ownerCertificate);
      MemorySegment keys = blob(call, SevCommand.LAUNCH_START, session);
      MemorySegment params = call.take(KvmSevLaunchStart.LAYOUT.size());
      new KvmSevLaunchStart(
              0, policy, owner.address(), owner.byteSize(), keys.address(), keys.byteSize())
          .write(params);
      issue(call, SevCommand.LAUNCH_START, SUBJECT, params);
    }
    return new Launch(this);
  }

  /**
   * SEND_START: opens a session with the platform that is to receive the guest. The guest keeps
   * running.
   *
   * @param pdh that platform's Diffie-Hellman certificate
   * @param platformCertificates its PEK, OCA and CEK, the CEK signed
   * @param amdCertificates ASK and ARK
   */
  public SendSession sendStart(byte[] pdh, byte[] platformCertificates, byte[] amdCertificates)
      throws VmmException {
    try (CallMemory.Frame call = callMemory.frame()) {
      MemorySegment params = call.take(KvmSevSendStart.LAYOUT.size());
      MemorySegment session = call.take(askSessionLength(call, params));
      MemorySegment peer = blob(call, SevCommand.SEND_START, pdh);
      MemorySegment chain = blob(call, SevCommand.SEND_START, platformCertificates);
      MemorySegment amd = blob(call, SevCommand.SEND_START, amdCertificates);
      new KvmSevSendStart(
              0,
              peer.address(),
              peer.byteSize(),
              chain.address(),
              chain.byteSize(),
              amd.address(),
              amd.byteSize(),
              session.address(),
              session.byteSize())
          .write(params);
      issue(call, SevCommand.SEND_START, SUBJECT, params);
      int policy = KvmSevSendStart.read(params).policy();
      return new SendSession(this, policy, session.toArray(ValueLayout.JAVA_BYTE));
    }
  }

  /**
   * The session of a guest that is being sent already: that of a VMM that was killed. It can be
   * cancelled, or be finished.
   *
   * @throws VmmException if the guest is not being sent; the message says what it is in and what is
   *     legal there
   */
  public SendSession sending() throws VmmException {
    return new SendSession(this, inState(GuestState.SUPDATE).policy(), null);
  }

  private long askSessionLength(CallMemory.Frame call, MemorySegment params) throws VmmException {
    try {
      issue(call, SevCommand.SEND_START, SUBJECT, params);
    } catch (VmmException refused) {
      if (refused.status() != FirmwareStatus.INVALID_LEN) {
        throw refused;
      }
    }
    long length = KvmSevSendStart.read(params).sessionLen();
    if (length == 0 || length > SevLimits.FIRMWARE_BLOB_MAX) {
      throw new VmmException(
          "KVM_SEV_SEND_START",
          "The firmware wants %d bytes for a session, more than any has or none: update it."
              .formatted(length));
    }
    return length;
  }

  /**
   * RECEIVE_START: makes the guest that another platform sends.
   *
   * @param policy the guest policy word, as the sender's SEND_START gave it
   * @param pdh the sender's Diffie-Hellman certificate
   * @param session the sender's session
   */
  public ReceiveSession receiveStart(int policy, byte[] pdh, byte[] session) throws VmmException {
    try (CallMemory.Frame call = callMemory.frame()) {
      MemorySegment peer = blob(call, SevCommand.RECEIVE_START, pdh);
      MemorySegment keys = blob(call, SevCommand.RECEIVE_START, session);
      MemorySegment params = call.take(KvmSevReceiveStart.LAYOUT.size());
      new KvmSevReceiveStart(
              0, policy, peer.address(), peer.byteSize(), keys.address(), keys.byteSize())
          .write(params);
      issue(call, SevCommand.RECEIVE_START, SUBJECT, params);
    }
    return new ReceiveSession(this);
  }

  /**
   * The session of a guest that is being received already: that of a VMM that was killed.
   *
   * @throws VmmException if the guest is not being received; the message says what it is in and
   *     what is legal there
   */
  public ReceiveSession receiving() throws VmmException {
    inState(GuestState.RUPDATE);
    return new ReceiveSession(this);
  }

  private GuestStatus inState(GuestState wanted) throws VmmException {
    GuestStatus status = status();
    if (status.state() != wanted) {
      throw new VmmException(
          "KVM_SEV_GUEST_STATUS",
          "There is no session to take up: %s.".formatted(Advice.afterRefusal(status)));
    }
    return status;
  }

  /** GUEST_STATUS. */
  public GuestStatus status() throws VmmException {
    try (CallMemory.Frame call = callMemory.frame()) {
      MemorySegment params = call.take(KvmSevGuestStatus.LAYOUT.size());
      issue(call, SevCommand.GUEST_STATUS, SUBJECT, params);
      KvmSevGuestStatus status = KvmSevGuestStatus.read(params);
      GuestState state = GuestState.of(status.state());
      if (state == null) {
        throw new VmmException(
            "KVM_SEV_GUEST_STATUS",
            "The firmware says the guest is in state %d, which is none: update it."
                .formatted(status.state()));
      }
      return new GuestStatus(status.handle(), status.policy(), state);
    }
  }

  /**
   * GET_ATTESTATION_REPORT: the platform's signature under the guest's policy and launch digest, as
   * 208 bytes. The firmware gives it for guests that run or have run; a guest that was received has
   * a digest of zeros, which does not travel.
   *
   * @param nonce 16 bytes that the report repeats
   */
  public byte[] attestationReport(byte[] nonce) throws VmmException {
    try (CallMemory.Frame call = callMemory.frame()) {
      MemorySegment report = call.take(ATTESTATION_REPORT);
      MemorySegment params = call.take(KvmSevAttestationReport.LAYOUT.size());
      new KvmSevAttestationReport(nonce, report.address(), report.byteSize()).write(params);
      issue(call, SevCommand.GET_ATTESTATION_REPORT, SUBJECT, params);
      long length = KvmSevAttestationReport.read(params).len();
      if (length != ATTESTATION_REPORT) {
        throw new VmmException(
            "KVM_SEV_GET_ATTESTATION_REPORT",
            "The firmware's report has %d bytes instead of 208: update it.".formatted(length));
      }
      return report.toArray(ValueLayout.JAVA_BYTE);
    }
  }

  /** A blob for the firmware, which takes none longer than 16 KiB. */
  MemorySegment blob(CallMemory.Frame call, SevCommand command, byte @Nullable [] bytes)
      throws VmmException {
    if (bytes != null && bytes.length > SevLimits.FIRMWARE_BLOB_MAX) {
      throw new VmmException(
          "KVM_SEV_" + command,
          "%s takes no blob of %d bytes: pass at most %d."
              .formatted(command, bytes.length, SevLimits.FIRMWARE_BLOB_MAX));
    }
    return call.copy(bytes);
  }

  /** Issues a command that has no parameters. */
  void issue(SevCommand command) throws VmmException {
    try (CallMemory.Frame call = callMemory.frame()) {
      issue(call, command, SUBJECT, MemorySegment.NULL);
    }
  }

  /** Issues a command; its parameters may be written to. */
  void issue(CallMemory.Frame call, SevCommand command, String subject, MemorySegment params)
      throws VmmException {
    Answer answer = ask(call, command.name(), command.id(), 0, params);
    if (answer.refused()) {
      throw failure(command.name(), subject, answer);
    }
  }

  /** Issues a command for one page; words are made only if it is refused. */
  void issueForPage(
      CallMemory.Frame call, SevCommand command, long guestAddress, MemorySegment params)
      throws VmmException {
    Answer answer = ask(call, command.name(), command.id(), 1, params);
    if (answer.refused()) {
      throw failure(command.name(), page(guestAddress), answer);
    }
  }

  /** A page in words. */
  static String page(long guestAddress) {
    return "the page at 0x%x".formatted(guestAddress);
  }

  /** Issues a command for the packet of a vCPU's registers. */
  void issueForRegisters(
      CallMemory.Frame call,
      SevCommand command,
      int vcpu,
      MemorySegment header,
      MemorySegment ciphertext)
      throws VmmException {
    MemorySegment params = call.take(KvmSevUpdateVmsa.LAYOUT.size());
    new KvmSevUpdateVmsa(
            vcpu, header.address(), header.byteSize(), ciphertext.address(), ciphertext.byteSize())
        .write(params);
    issue(call, command, "the registers of vCPU %d".formatted(vcpu), params);
  }

  /** Whether the kernel has this command; it is asked once. */
  boolean offers(SevExtension extension) throws VmmException {
    synchronized (extensions) {
      Boolean known = extensions.get(extension);
      if (known == null) {
        try (CallMemory.Frame call = callMemory.frame()) {
          Answer answer = probe(call, extension.id());
          known = answer.result() == Errno.EFAULT.negated();
        }
        extensions.put(extension, known);
      }
      return known;
    }
  }

  /**
   * Whether the kernel seals and opens the registers of a SEV-ES guest (SEND_UPDATE_VMSA and
   * RECEIVE_UPDATE_VMSA). Mainline Linux has numbers for the two but nothing behind them. Asking
   * changes nothing: a command without parameters goes no further than to the kernel's first look.
   */
  public boolean offersVmsaPackets() throws VmmException {
    return isServed(SevCommand.SEND_UPDATE_VMSA) && isServed(SevCommand.RECEIVE_UPDATE_VMSA);
  }

  private boolean isServed(SevCommand command) throws VmmException {
    try (CallMemory.Frame call = callMemory.frame()) {
      int result = probe(call, command.id()).result();
      // A guest without SEV-ES hears that it is none: then the command is there, too.
      return result == Errno.EFAULT.negated() || result == Errno.ENOTTY.negated();
    }
  }

  /**
   * What became of a command.
   *
   * @param result of the ioctl: a negative errno where it failed
   * @param status the firmware's, if it was asked
   */
  record Answer(int result, int status) {
    boolean refused() {
      return result < 0;
    }
  }

  /**
   * Issues a command by its number; a failure is an answer.
   *
   * @param pages how many it is to seal or open
   */
  Answer ask(CallMemory.Frame call, String name, int command, int pages, MemorySegment params) {
    SevCommandEvent event = SevCommandEvent.start();
    Answer answer = put(call, command, params);
    if (event != null) {
      event.answered(name, vm.fd(), pages, answer.result(), answer.status());
    }
    return answer;
  }

  /** Issues a command without parameters to see whether it is there: nothing to be recorded. */
  private Answer probe(CallMemory.Frame call, int command) {
    return put(call, command, MemorySegment.NULL);
  }

  private Answer put(CallMemory.Frame call, int command, MemorySegment params) {
    MemorySegment request = call.take(KvmSevCmd.LAYOUT.size());
    new KvmSevCmd(command, params.address(), 0, device.fd()).write(request);
    int result = vm.tryIoctl(KvmIoctl.MEMORY_ENCRYPT_OP, request.address());
    return new Answer(result, KvmSevCmd.read(request).error());
  }

  /** What to say of a command that was refused. */
  VmmException failure(String command, String subject, Answer answer) {
    String operation = "KVM_SEV_" + command;
    Errno errno = Errno.of(answer.result());
    int code = answer.status();
    return errno.equals(Errno.EIO) && code != 0
        ? VmmException.ofFirmware(operation, subject, errno, code, advice(command, code))
        : VmmException.ofCall(operation, subject, errno);
  }

  private String advice(String command, int code) {
    FirmwareStatus status = FirmwareStatus.of(code);
    if (status == null) {
      return "look the number up in the firmware's specification";
    }
    boolean guestMatters =
        status == FirmwareStatus.INVALID_GUEST_STATE || status == FirmwareStatus.POLICY_FAILURE;
    if (guestMatters && !command.equals(SevCommand.GUEST_STATUS.name())) {
      try {
        GuestStatus guest = status();
        return status == FirmwareStatus.INVALID_GUEST_STATE
            ? Advice.afterRefusal(guest)
            : Advice.afterPolicyFailure(guest.policy());
      } catch (VmmException unknown) {
        return Advice.after(status);
      }
    }
    return Advice.after(status);
  }
}
