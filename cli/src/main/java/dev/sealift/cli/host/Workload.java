package dev.sealift.cli.host;

import dev.sealift.abi.Pages;
import dev.sealift.cli.BadInput;
import dev.sealift.cli.MemorySize;
import dev.sealift.crypto.launch.LaunchImage;
import dev.sealift.crypto.launch.MalformedLaunchException;
import dev.sealift.vmm.Guest;
import dev.sealift.vmm.SevMode;
import dev.sealift.vmm.VmmException;
import dev.sealift.vmm.guest.IdleGuest;
import dev.sealift.vmm.guest.PseudoRandomWriter;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.TypeConversionException;

/** What runs in a guest that a host launches. */
sealed interface Workload {

  /**
   * A program that writes to its hot set for ever, and whose every byte can be proved.
   *
   * @param plan its size
   */
  record Writer(PseudoRandomWriter.Plan plan) implements Workload {}

  /** A program that does nothing. */
  record Idle() implements Workload {}

  Pattern WRITER = Pattern.compile("writer(?::hot=([0-9]+[KMGkmg]?(?:i?[Bb])?))?");

  /** The hot set of a writer that is not told any: an eighth of its memory, as a power of two. */
  int USUAL_SHARE = 8;

  /**
   * Reads {@code idle}, {@code writer} or {@code writer:hot=64M}.
   *
   * @param memory the guest's, in bytes
   */
  static Workload parse(String text, long memory) throws BadInput {
    if (text.equals("idle")) {
      return new Idle();
    }
    Matcher writer = WRITER.matcher(text);
    if (!writer.matches()) {
      throw new BadInput(
          "'%s' is no workload: write idle, writer, or writer:hot=SIZE, for example writer:hot=64M."
              .formatted(text));
    }
    try {
      long hot =
          writer.group(1) == null
              ? Long.highestOneBit(Math.max(1, memory / USUAL_SHARE))
              : MemorySize.parse(writer.group(1)).bytes();
      return new Writer(new PseudoRandomWriter.Plan(memory, hot / Pages.SIZE));
    } catch (IllegalArgumentException | TypeConversionException | ArithmeticException rule) {
      throw new BadInput(
          "The guest cannot have %d bytes of memory and the workload %s: %s."
              .formatted(memory, text, rule.getMessage()),
          rule);
    }
  }

  /** What runs in a guest, wherever it was launched; empty where this host does not know it. */
  static Optional<Workload> of(Guest guest) {
    String words = guest.configuration().workload();
    if (words.equals(IdleGuest.WORKLOAD)) {
      return Optional.of(new Idle());
    }
    return PseudoRandomWriter.Plan.parse(words, guest.configuration().memoryBytes())
        .map(Writer::new);
  }

  /** The words by which {@link #of} knows it again. */
  default String words() {
    return switch (this) {
      case Writer(PseudoRandomWriter.Plan plan) -> plan.workload();
      case Idle _ -> IdleGuest.WORKLOAD;
    };
  }

  /** Bytes from address 0 on that are loaded and measured. */
  default int measuredBytes() {
    return switch (this) {
      case Writer _ -> PseudoRandomWriter.MEASURED_BYTES;
      case Idle _ -> IdleGuest.IMAGE_BYTES;
    };
  }

  /** Puts it into a new guest, and sets the vCPU's first registers. */
  default void load(Guest guest) throws VmmException {
    switch (this) {
      case Writer(PseudoRandomWriter.Plan plan) -> {
        PseudoRandomWriter.load(guest.memory(), plan);
        PseudoRandomWriter.prepare(guest.vcpu(), plan);
      }
      case Idle _ -> {
        IdleGuest.load(guest.memory());
        IdleGuest.prepare(guest.vcpu());
      }
    }
  }

  /** What the guest's owner knows of the launch without asking any host. */
  default LaunchImage image(Guest guest) throws MalformedLaunchException {
    return switch (this) {
      case Writer(PseudoRandomWriter.Plan plan) -> {
        LaunchImage image = LaunchImage.of(PseudoRandomWriter.image(plan));
        yield guest.configuration().mode() == SevMode.SEV_ES
            ? image.withVmsa(PseudoRandomWriter.vmsa(plan))
            : image;
      }
      case Idle _ -> LaunchImage.of(IdleGuest.image(guest.configuration().memoryBytes()));
    };
  }
}
