package dev.sealift.cli.trace;

import dev.sealift.abi.kvm.KvmEncRegion;
import dev.sealift.abi.kvm.KvmIoctl;
import dev.sealift.abi.layout.StructLayout;
import dev.sealift.abi.sev.SevCommand;
import dev.sealift.abi.sev.SevDeviceCommand;
import dev.sealift.abi.sev.SevIoctl;
import dev.sealift.abi.sev.SevLimits;
import dev.sealift.cli.reference.SystemCall;
import dev.sealift.cli.trace.BufferShape.Direction;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a command's struct says: which of its fields the kernel writes, and which buffers it names.
 * This is the one place that says what a trace tells of a buffer and what it keeps to itself.
 *
 * <p>Source: asm/kvm.h, uapi linux/psp-sev.h.
 */
final class CommandShape {
  /** SEV_GET_ID writes two ids where {@code data} points. */
  private static final int TWO_CHIP_IDS = 2 * SevLimits.CHIP_ID;

  private static final Map<String, CommandShape> KNOWN = known();

  private final String name;
  private final @Nullable StructLayout struct;
  private final Set<String> written = new LinkedHashSet<>();
  private final Set<String> rewritten = new LinkedHashSet<>();
  private final List<BufferShape> buffers = new ArrayList<>();

  private CommandShape(String name, @Nullable StructLayout struct) {
    this.name = name;
    this.struct = struct;
  }

  private static Map<String, CommandShape> known() {
    Map<String, CommandShape> known = new HashMap<>();
    for (SystemCall call : SystemCall.ALL) {
      known.put(call.name(), new CommandShape(call.name(), call.struct().orElse(null)));
    }
    for (String region :
        List.of("KVM_MEMORY_ENCRYPT_REG_REGION", "KVM_MEMORY_ENCRYPT_UNREG_REGION")) {
      known.put(
          region, new CommandShape(region, KvmEncRegion.LAYOUT).names("region", "addr", "size"));
    }
    Map<String, CommandShape> all = Map.copyOf(known);
    launch(all);
    move(all);
    look(all);
    platform(all);
    return all;
  }

  private static void launch(Map<String, CommandShape> all) {
    at(all, "KVM_SEV_LAUNCH_START")
        .rewrites("handle")
        .reads("owner's certificate", "dh_uaddr", "dh_len", Disclosure.PUBLIC)
        .reads("session", "session_uaddr", "session_len", Disclosure.DIGEST);
    at(all, "KVM_SEV_LAUNCH_UPDATE_DATA").reads("content", "uaddr", "len", Disclosure.DIGEST);
    at(all, "KVM_SEV_LAUNCH_SECRET")
        .reads("header", "hdr_uaddr", "hdr_len", Disclosure.DIGEST)
        .reads("payload", "trans_uaddr", "trans_len", Disclosure.DIGEST)
        .writes("guest memory", "guest_uaddr", "guest_len", Disclosure.LENGTH, Form.LENGTH);
    at(all, "KVM_SEV_LAUNCH_MEASURE")
        .rewrites("len")
        .writes("measurement", "uaddr", "len", Disclosure.PUBLIC, Form.LENGTH);
  }

  private static void move(Map<String, CommandShape> all) {
    at(all, "KVM_SEV_SEND_START")
        .isWritten("policy")
        .rewrites("session_len")
        .reads("PDH", "pdh_cert_uaddr", "pdh_cert_len", Disclosure.PUBLIC)
        .reads("platform's certificates", "plat_certs_uaddr", "plat_certs_len", Disclosure.PUBLIC)
        .reads("AMD's certificates", "amd_certs_uaddr", "amd_certs_len", Disclosure.PUBLIC)
        .writes("session", "session_uaddr", "session_len", Disclosure.DIGEST, Form.LENGTH);
    for (String sent : List.of("KVM_SEV_SEND_UPDATE_DATA", "KVM_SEV_SEND_UPDATE_VMSA")) {
      at(all, sent)
          .rewrites("hdr_len")
          .rewrites("trans_len")
          .writes("header", "hdr_uaddr", "hdr_len", Disclosure.DIGEST, Form.LENGTH)
          .writes("packet", "trans_uaddr", "trans_len", Disclosure.DIGEST, Form.LENGTH);
    }
    at(all, "KVM_SEV_SEND_UPDATE_DATA")
        .reads("guest memory", "guest_uaddr", "guest_len", Disclosure.LENGTH);
    at(all, "KVM_SEV_RECEIVE_START")
        .rewrites("handle")
        .reads("PDH", "pdh_uaddr", "pdh_len", Disclosure.PUBLIC)
        .reads("session", "session_uaddr", "session_len", Disclosure.DIGEST);
    for (String received : List.of("KVM_SEV_RECEIVE_UPDATE_DATA", "KVM_SEV_RECEIVE_UPDATE_VMSA")) {
      at(all, received)
          .reads("header", "hdr_uaddr", "hdr_len", Disclosure.DIGEST)
          .reads("packet", "trans_uaddr", "trans_len", Disclosure.DIGEST);
    }
    at(all, "KVM_SEV_RECEIVE_UPDATE_DATA")
        .writes("guest memory", "guest_uaddr", "guest_len", Disclosure.LENGTH, Form.LENGTH);
  }

  private static void look(Map<String, CommandShape> all) {
    at(all, "KVM_SEV_GUEST_STATUS").isWritten("handle").isWritten("policy").isWritten("state");
    for (String copied : List.of("KVM_SEV_DBG_DECRYPT", "KVM_SEV_DBG_ENCRYPT")) {
      at(all, copied)
          .reads("source", "src_uaddr", "len", Disclosure.LENGTH)
          .writes("destination", "dst_uaddr", "len", Disclosure.LENGTH, Form.EXACT);
    }
    at(all, "KVM_SEV_GET_ATTESTATION_REPORT")
        .rewrites("len")
        .writes("report", "uaddr", "len", Disclosure.PUBLIC, Form.REPORT);
  }

  private static void platform(Map<String, CommandShape> all) {
    CommandShape status = at(all, "SEV_PLATFORM_STATUS");
    status.layout().fields().forEach(field -> status.isWritten(field.name()));
    at(all, "SEV_PEK_CSR")
        .rewrites("length")
        .writes("request", "address", "length", Disclosure.PUBLIC, Form.CERTIFICATES);
    at(all, "SEV_PDH_CERT_EXPORT")
        .rewrites("pdh_cert_len")
        .rewrites("cert_chain_len")
        .writes("PDH", "pdh_cert_address", "pdh_cert_len", Disclosure.PUBLIC, Form.CERTIFICATES)
        .writes(
            "chain", "cert_chain_address", "cert_chain_len", Disclosure.PUBLIC, Form.CERTIFICATES);
    at(all, "SEV_PEK_CERT_IMPORT")
        .reads("PEK", "pek_cert_address", "pek_cert_len", Disclosure.PUBLIC)
        .reads("OCA", "oca_cert_address", "oca_cert_len", Disclosure.PUBLIC);
    at(all, "SEV_GET_ID")
        .buffers
        .add(
            new BufferShape(
                "ids", null, null, TWO_CHIP_IDS, Direction.OUT, Disclosure.PUBLIC, Form.LENGTH));
    at(all, "SEV_GET_ID2")
        .rewrites("length")
        .writes("ids", "address", "length", Disclosure.PUBLIC, Form.LENGTH);
  }

  private static CommandShape at(Map<String, CommandShape> all, String name) {
    CommandShape shape = all.get(name);
    if (shape == null) {
      throw new IllegalStateException("there is no command " + name);
    }
    return shape;
  }

  /** The fields that the kernel writes and does not read. */
  private CommandShape isWritten(String field) {
    written.add(layout().field(field).name());
    return this;
  }

  /** The fields that the kernel reads and writes. */
  private CommandShape rewrites(String field) {
    rewritten.add(layout().field(field).name());
    return this;
  }

  private CommandShape names(String buffer, String address, String length) {
    return with(buffer, address, length, Direction.NAMED, Disclosure.LENGTH, Form.LENGTH);
  }

  private CommandShape reads(String buffer, String address, String length, Disclosure disclosure) {
    return with(buffer, address, length, Direction.IN, disclosure, Form.LENGTH);
  }

  private CommandShape writes(
      String buffer, String address, String length, Disclosure disclosure, Form form) {
    return with(buffer, address, length, Direction.OUT, disclosure, form);
  }

  private CommandShape with(
      String buffer,
      String address,
      String length,
      Direction direction,
      Disclosure disclosure,
      Form form) {
    buffers.add(
        new BufferShape(
            buffer,
            layout().field(address).name(),
            layout().field(length).name(),
            0,
            direction,
            disclosure,
            form));
    return this;
  }

  private StructLayout layout() {
    if (struct == null) {
      throw new IllegalStateException(name + " has no struct");
    }
    return struct;
  }

  /** The one of an ioctl; for a command that is not known, one that knows nothing of it. */
  static CommandShape of(int request, int command) {
    String name = name(request, command);
    CommandShape shape = KNOWN.get(name);
    return shape == null ? new CommandShape(name, null) : shape;
  }

  /** All that are known, for a table of them. */
  static List<CommandShape> all() {
    return KNOWN.values().stream().sorted(Comparator.comparing(CommandShape::name)).toList();
  }

  private static String name(int request, int command) {
    return switch (request) {
      case KvmIoctl.MEMORY_ENCRYPT_REG_REGION -> "KVM_MEMORY_ENCRYPT_REG_REGION";
      case KvmIoctl.MEMORY_ENCRYPT_UNREG_REGION -> "KVM_MEMORY_ENCRYPT_UNREG_REGION";
      case SevIoctl.ISSUE_CMD -> {
        SevDeviceCommand known = SevDeviceCommand.of(command);
        yield known == null ? unknown("SEV", command) : "SEV_" + known;
      }
      default -> {
        SevCommand known = SevCommand.of(command);
        yield known == null ? unknown("KVM_SEV", command) : "KVM_SEV_" + known;
      }
    };
  }

  private static String unknown(String prefix, int command) {
    return prefix + "_0x" + Integer.toHexString(command);
  }

  /** Whether an ioctl has its struct as its argument, and no command in front of it. */
  static boolean isRegion(int request) {
    return request == KvmIoctl.MEMORY_ENCRYPT_REG_REGION
        || request == KvmIoctl.MEMORY_ENCRYPT_UNREG_REGION;
  }

  /** Its name in the kernel's headers. */
  String name() {
    return name;
  }

  /** Its parameters; null where it has none, or none that are known. */
  @Nullable StructLayout struct() {
    return struct;
  }

  /** Whether the kernel writes a field. */
  boolean isOut(String field) {
    return written.contains(field) || rewritten.contains(field);
  }

  /** Whether the kernel reads a field. */
  boolean isIn(String field) {
    return !written.contains(field);
  }

  /** Whether a field is the address of a buffer. */
  boolean isAddress(String field) {
    return field.equals("guest_uaddrs")
        || buffers.stream().anyMatch(buffer -> field.equals(buffer.address()))
        || field.endsWith("_uaddr");
  }

  List<BufferShape> buffers() {
    return List.copyOf(buffers);
  }
}
