package dev.sealift.cli.explain;

import dev.sealift.cli.BadInput;
import dev.sealift.crypto.GuestPolicy;
import dev.sealift.crypto.GuestPolicy.Flag;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A guest's policy, as a number or in words. Its table counts bits where others count bytes. */
final class PolicyTopic implements Topic {

  @Override
  public String word() {
    return "policy";
  }

  @Override
  public String what() {
    return "a guest's policy";
  }

  @Override
  public Fit fit(Thing thing) {
    if (thing.file() != null || thing.isData()) {
      return Fit.NO;
    }
    try {
      GuestPolicy.parse(thing.text());
      return thing.number().isPresent() ? Fit.MAYBE : Fit.SURE;
    } catch (IllegalArgumentException none) {
      return Fit.NO;
    }
  }

  @Override
  public Explanation explain(Thing thing, Context context) throws BadInput {
    GuestPolicy policy;
    try {
      policy = GuestPolicy.parse(thing.text());
    } catch (IllegalArgumentException e) {
      throw new BadInput(StatusTopic.sentence(Printable.of(String.valueOf(e.getMessage()))), e);
    }
    List<FieldRow> rows = new ArrayList<>();
    for (Flag flag : Flag.values()) {
      rows.add(
          new FieldRow(
              Integer.numberOfTrailingZeros(flag.mask()),
              1,
              flag.name(),
              policy.has(flag) ? "1" : "0",
              meaning(flag, policy.has(flag))));
    }
    rows.add(
        new FieldRow(
            6,
            10,
            "-",
            policy.reservedBitsSet() ? "not zero" : "zero",
            policy.reservedBitsSet() ? "LAUNCH_START answers POLICY_FAILURE" : ""));
    rows.add(
        new FieldRow(
            16,
            8,
            "API major",
            Integer.toString(policy.apiMajor()),
            "the platform's firmware must have at least API " + policy.minimumApi()));
    rows.add(new FieldRow(24, 8, "API minor", Integer.toString(policy.apiMinor()), ""));
    List<String> notes = new ArrayList<>();
    notes.add("Offsets and sizes are bits. In bytes it is four, little-endian.");
    notes.add(
        policy.noSend()
            ? "This guest can never be moved: SEND_START answers POLICY_FAILURE."
            : "This guest can be moved" + where(policy) + ".");
    return new DataExplanation(
        word(),
        what() + ": " + policy,
        Integer.BYTES,
        List.of(new DataExplanation.Part("bits, from the lowest", rows)),
        notes,
        List.of("sealift reference LAUNCH_START", "sealift reference SEND_START"));
  }

  private static String where(GuestPolicy policy) {
    List<String> rules = new ArrayList<>();
    if (policy.domain()) {
      rules.add("of the same owner");
    }
    if (policy.sev()) {
      rules.add("whose chain leads to AMD's root");
    }
    return rules.isEmpty() ? "" : " to platforms " + String.join(" and ", rules);
  }

  private static String meaning(Flag flag, boolean set) {
    return switch (flag) {
      case NODBG ->
          set
              ? "the host may not look into the guest"
              : "the host may debug the guest, and so read all of it";
      case NOKS -> set ? "no other guest may share the key" : "another guest may share the key";
      case ES -> set ? "registers are encrypted, too (SEV-ES)" : "registers are open to the host";
      case NOSEND -> set ? "the guest stays on this platform" : "the guest may be sent away";
      case DOMAIN -> set ? "only to platforms of the same owner" : "to platforms of any owner";
      case SEV ->
          set
              ? "only to platforms with a chain to AMD's root"
              : "to any platform with a PDH, so to software, too";
    };
  }

  /** As people write it, for a command line. */
  static String words(GuestPolicy policy) {
    return "0x" + Integer.toHexString(policy.word()).toLowerCase(Locale.ROOT);
  }
}
