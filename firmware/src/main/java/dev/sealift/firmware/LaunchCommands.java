package dev.sealift.firmware;

import static dev.sealift.abi.FirmwareStatus.BAD_MEASUREMENT;
import static dev.sealift.abi.FirmwareStatus.INVALID_ADDRESS;
import static dev.sealift.abi.FirmwareStatus.INVALID_LEN;
import static dev.sealift.abi.FirmwareStatus.POLICY_FAILURE;
import static dev.sealift.abi.FirmwareStatus.UNSUPPORTED;

import dev.sealift.abi.Pages;
import dev.sealift.abi.layout.Field;
import dev.sealift.abi.psp.GuestState;
import dev.sealift.abi.psp.HandleBuffer;
import dev.sealift.abi.psp.LaunchMeasureBuffer;
import dev.sealift.abi.psp.LaunchStartBuffer;
import dev.sealift.abi.psp.LaunchUpdateBuffer;
import dev.sealift.abi.psp.PacketBuffer;
import dev.sealift.abi.sev.SevLimits;
import dev.sealift.crypto.GuestPolicy;
import dev.sealift.crypto.LaunchMeasurement;
import dev.sealift.crypto.LaunchSecret;
import dev.sealift.crypto.PacketHeader;
import dev.sealift.crypto.SecretBytes;
import dev.sealift.crypto.TransportKeys;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Commands that bring a new guest up, measured, on this platform.
 *
 * <p>Source: AMD publication 55766, guest launch commands.
 */
final class LaunchCommands {
  private static final int BLOCK = 16;
  private static final Field.U32 HANDLE = (Field.U32) LaunchStartBuffer.LAYOUT.field("handle");
  private static final Field.U32 MEASURE_LEN = (Field.U32) LaunchMeasureBuffer.LAYOUT.field("len");

  private final Platform platform;
  private final GuestAdmission admission;
  private final PacketBounce bounce;

  LaunchCommands(Platform platform, GuestAdmission admission, PacketBounce bounce) {
    this.platform = platform;
    this.admission = admission;
    this.bounce = bounce;
  }

  void launchStart(MemorySegment buffer) throws Refusal {
    LaunchStartBuffer command = LaunchStartBuffer.read(buffer);
    GuestPolicy policy = new GuestPolicy(command.policy());
    TransportKeys keys =
        command.dhCertAddress() == 0 ? withoutOwner(policy) : ownersSession(command, policy);
    Guest guest = admission.admit(command.handle(), policy, GuestState.LUPDATE, keys);
    HANDLE.set(buffer, guest.handle());
  }

  private TransportKeys ownersSession(LaunchStartBuffer command, GuestPolicy policy)
      throws Refusal {
    return admission.openSession(
        command.dhCertAddress(),
        command.dhCertLen(),
        command.sessionAddress(),
        command.sessionLen(),
        policy);
  }

  /** Nobody will check this guest's measurement: its keys are zero. */
  private TransportKeys withoutOwner(GuestPolicy policy) throws Refusal {
    ProcessorSettings settings = platform.settings();
    Refusal.unless(
        !settings.profile().checksPolicyWithoutOwner() || policy.allowsApi(settings.api()),
        POLICY_FAILURE);
    return TransportKeys.zero();
  }

  void launchUpdateData(MemorySegment buffer) throws Refusal {
    LaunchUpdateBuffer command = LaunchUpdateBuffer.read(buffer);
    Guest guest = platform.guests().get(command.handle());
    guest.requireState(GuestState.LUPDATE);
    guest.requireAsid();
    Refusal.unless(command.address() % BLOCK == 0, INVALID_ADDRESS);
    Refusal.unless(isWholeBlocks(command.len()), INVALID_LEN);

    long start = platform.memory().checked(command.address(), command.len());
    // All of it must be there before any of it is measured: a refusal leaves digest and memory as
    // they were.
    forEachPage(start, command.len(), this::readPlain);
    try {
      forEachPage(
          start,
          command.len(),
          (address, length) -> {
            MemorySegment plain = readPlain(address, length);
            guest.launchDigest().update(plain);
            platform.memory().writeGuest(guest.asid(), address, plain);
          });
    } finally {
      bounce.plain(Pages.SIZE).fill((byte) 0);
    }
  }

  private MemorySegment readPlain(long address, int length) throws Refusal {
    MemorySegment plain = bounce.plain(length);
    platform.memory().readHost(address, plain);
    return plain;
  }

  private interface PageWork {
    void run(long address, int length) throws Refusal;
  }

  private static void forEachPage(long start, long length, PageWork work) throws Refusal {
    for (long done = 0; done < length; ) {
      long address = start + done;
      int chunk = (int) Math.min(length - done, Pages.SIZE - Pages.offset(address));
      work.run(address, chunk);
      done += chunk;
    }
  }

  void launchMeasure(MemorySegment buffer) throws Refusal {
    LaunchMeasureBuffer command = LaunchMeasureBuffer.read(buffer);
    Guest guest = platform.guests().get(command.handle());
    guest.requireState(GuestState.LUPDATE);
    if (command.len() < SevLimits.MEASUREMENT) {
      MEASURE_LEN.set(buffer, SevLimits.MEASUREMENT);
      throw new Refusal(INVALID_LEN);
    }

    ProcessorSettings settings = platform.settings();
    byte[] nonce = new byte[LaunchMeasurement.NONCE_SIZE];
    settings.random().nextBytes(nonce);
    byte[] mac =
        LaunchMeasurement.compute(
            guest.transportKeys(),
            settings.api(),
            settings.build(),
            guest.policy(),
            guest.launchDigest().value(),
            nonce);
    byte[] measurement = Arrays.copyOf(mac, SevLimits.MEASUREMENT);
    System.arraycopy(nonce, 0, measurement, mac.length, nonce.length);
    platform.memory().writeHost(command.address(), MemorySegment.ofArray(measurement));
    guest.measured(mac);
    guest.enter(GuestState.LSECRET);
  }

  void launchSecret(MemorySegment buffer) throws Refusal {
    PacketBuffer command = PacketBuffer.read(buffer);
    Guest guest = platform.guests().get(command.handle());
    Refusal.unless(command.guestAddress() % BLOCK == 0, INVALID_ADDRESS);
    Refusal.unless(command.hdrLen() == PacketHeader.SIZE, INVALID_LEN);
    Refusal.unless(
        isWholeBlocks(command.guestLen())
            && command.guestLen() <= platform.settings().profile().largestPacket()
            && command.guestLen() == command.transLen(),
        INVALID_LEN);
    guest.requireState(GuestState.LSECRET);
    guest.requireAsid();

    byte[] header = new byte[PacketHeader.SIZE];
    platform.memory().readHost(command.hdrAddress(), MemorySegment.ofArray(header));
    byte[] ciphertext = new byte[(int) command.transLen()];
    platform.memory().readHost(command.transAddress(), MemorySegment.ofArray(ciphertext));
    try (SecretBytes secret =
        LaunchSecret.open(
                guest.transportKeys(),
                platform.settings().api(),
                guest.measurement(),
                header,
                ciphertext)
            .orElseThrow(() -> new Refusal(BAD_MEASUREMENT))) {
      // The flag is authentic here; of a packet to RECEIVE_UPDATE_DATA it is refused before the
      // MAC.
      Refusal.unless(!PacketHeader.parse(header).compressed(), UNSUPPORTED);
      writeSecret(guest, command.guestAddress(), secret);
    }
  }

  private void writeSecret(Guest guest, long address, SecretBytes secret) throws Refusal {
    byte[] bytes = secret.reveal();
    try {
      platform.memory().writeGuest(guest.asid(), address, MemorySegment.ofArray(bytes));
    } finally {
      Arrays.fill(bytes, (byte) 0);
    }
  }

  void launchFinish(MemorySegment buffer) throws Refusal {
    Guest guest = platform.guests().get(HandleBuffer.read(buffer).handle());
    guest.requireState(GuestState.LSECRET);
    guest.endLaunch();
    platform.letRun(guest);
  }

  private static boolean isWholeBlocks(long length) {
    return length != 0 && length % BLOCK == 0;
  }
}
