package dev.sealift.cli.adversary.lab;

import dev.sealift.abi.GuestMachine;
import dev.sealift.abi.GuestProgram;
import dev.sealift.abi.GuestStep;
import dev.sealift.abi.Pages;
import dev.sealift.abi.kvm.Hypercall;
import dev.sealift.abi.kvm.KvmParavirtual;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A guest of the model machines that does what it is asked at a port, and says at another what came
 * of it: writes its secret to a page in some version, says which version a page holds, or converts
 * a page. What it says is what the guest itself sees through its key.
 */
final class WitnessProgram implements GuestProgram {
  static final int COMMAND_PORT = 0x340;
  static final int ANSWER_PORT = 0x344;

  /** What the guest keeps from its host; its version is the byte behind it. */
  static final byte[] SECRET =
      "the guest's own secret, version ".getBytes(StandardCharsets.US_ASCII);

  /** The answer for a page that does not hold the secret in any version. */
  static final int NOISE = 0x100;

  private static final int RAX = 0;
  private static final int ANSWER = 8;
  private static final int PHASE = 9;
  private static final int BOOT = 0;
  private static final int ASK = 1;
  private static final int ACT = 2;

  /** What can be asked of the guest. */
  enum Deed {
    REST(0),
    WRITE_PRIVATE(1),
    READ_PRIVATE(2),
    WRITE_SHARED(3),
    READ_SHARED(4),
    SHARE(5),
    TAKE_BACK(6);

    private final int number;

    Deed(int number) {
      this.number = number;
    }

    /** As the guest reads it from its port. */
    int encode(long page, int version) {
      return number << 28 | (int) page << 8 | version;
    }
  }

  @Override
  public byte[] signature() {
    return Arrays.copyOf("sealift witness 1".getBytes(StandardCharsets.US_ASCII), SIGNATURE_SIZE);
  }

  @Override
  public GuestStep step(GuestMachine machine) {
    return switch ((int) machine.register(PHASE)) {
      case BOOT -> {
        machine.setRegister(PHASE, ASK);
        yield new GuestStep.MsrWrite(
            KvmParavirtual.MSR_MIGRATION_CONTROL, KvmParavirtual.MIGRATION_READY);
      }
      case ASK -> {
        machine.setRegister(PHASE, ACT);
        yield new GuestStep.PortRead(COMMAND_PORT);
      }
      case ACT -> act(machine, (int) machine.register(RAX));
      default -> {
        machine.setRegister(PHASE, ASK);
        yield new GuestStep.PortWrite(ANSWER_PORT, (int) machine.register(ANSWER));
      }
    };
  }

  private static GuestStep act(GuestMachine machine, int command) {
    Deed deed = Deed.values()[command >>> 28];
    long address = (long) (command >>> 8 & 0xFFFFF) << Pages.SHIFT;
    if (deed == Deed.REST) {
      machine.setRegister(PHASE, ASK);
      return new GuestStep.Ran();
    }
    machine.setRegister(PHASE, ACT + 1);
    machine.setRegister(ANSWER, 0);
    return switch (deed) {
      case WRITE_PRIVATE -> write(machine, address, command & 0xFF, true);
      case WRITE_SHARED -> write(machine, address, command & 0xFF, false);
      case READ_PRIVATE -> read(machine, address, true);
      case READ_SHARED -> read(machine, address, false);
      case SHARE -> new GuestStep.Hypercall(Hypercall.MAP_GPA_RANGE, address, 1, 0);
      case TAKE_BACK ->
          new GuestStep.Hypercall(
              Hypercall.MAP_GPA_RANGE, address, 1, Hypercall.ATTRIBUTE_ENCRYPTED);
      case REST -> new GuestStep.Ran();
    };
  }

  private static GuestStep write(
      GuestMachine machine, long address, int version, boolean encrypted) {
    byte[] content = Arrays.copyOf(SECRET, SECRET.length + 1);
    content[SECRET.length] = (byte) version;
    machine.store(address, content, 0, content.length, encrypted);
    return new GuestStep.Ran();
  }

  private static GuestStep read(GuestMachine machine, long address, boolean encrypted) {
    byte[] content = new byte[SECRET.length + 1];
    machine.load(address, content, 0, content.length, encrypted);
    boolean whole = Arrays.equals(content, 0, SECRET.length, SECRET, 0, SECRET.length);
    machine.setRegister(ANSWER, whole ? content[SECRET.length] : NOISE);
    return new GuestStep.Ran();
  }
}
