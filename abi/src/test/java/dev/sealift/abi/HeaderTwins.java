package dev.sealift.abi;

import dev.sealift.abi.kvm.Hypercall;
import dev.sealift.abi.kvm.KvmCapability;
import dev.sealift.abi.kvm.KvmExit;
import dev.sealift.abi.kvm.KvmIoctl;
import dev.sealift.abi.kvm.KvmMsrFilter;
import dev.sealift.abi.kvm.KvmMsrFilterRange;
import dev.sealift.abi.kvm.KvmParavirtual;
import dev.sealift.abi.kvm.KvmRun;
import dev.sealift.abi.kvm.KvmSregs;
import dev.sealift.abi.kvm.ResetState;
import dev.sealift.abi.kvm.VcpuBlob;
import dev.sealift.abi.layout.Field;
import dev.sealift.abi.layout.StructLayout;
import dev.sealift.abi.psp.GuestState;
import dev.sealift.abi.psp.PlatformState;
import dev.sealift.abi.psp.PspCommand;
import dev.sealift.abi.psp.QueuedCommand;
import dev.sealift.abi.psp.QueuedStatus;
import dev.sealift.abi.sev.KvmSevUpdateDataBatch;
import dev.sealift.abi.sev.KvmSevUpdateVmsa;
import dev.sealift.abi.sev.SevCommand;
import dev.sealift.abi.sev.SevDeviceCommand;
import dev.sealift.abi.sev.SevExtension;
import dev.sealift.abi.sev.SevIoctl;
import dev.sealift.abi.svm.LaunchVmsa;
import dev.sealift.abi.svm.SaveArea;
import dev.sealift.abi.svm.SegmentRegister;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.Modifier;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/** What the numbers of this module are called in the system's headers. */
final class HeaderTwins {

  /** Each is compiled in; between them they have every name below. */
  static final List<String> HEADERS =
      List.of(
          "errno.h",
          "fcntl.h",
          "stddef.h",
          "stdio.h",
          "sys/mman.h",
          "unistd.h",
          "linux/kvm.h",
          "linux/kvm_para.h",
          "linux/psp-sev.h");

  private static final String OUR_OWN = "is Sealift's own";
  private static final String FIRMWARE = "is the firmware's: AMD publication 55766";
  private static final String PROCESSOR = "is the processor's: AMD64 architecture manual, volume 2";
  private static final String KERNEL_ONLY = "is in headers that the kernel keeps to itself";

  /**
   * A number of ours, and how C says it.
   *
   * @param name the identifier that a header must have, or it knows nothing of the number
   * @param expression its value in C
   * @param ours its value here, an unsigned 32-bit number
   */
  record Twin(String name, String expression, long ours) {}

  /**
   * A public number, field or layout of a public type.
   *
   * @param value what it holds: an {@link Integer}, {@link Field}, {@link StructLayout}, {@link
   *     Errno}, or a constant of an enum
   */
  record Member(Class<?> type, String name, Object value) {
    String key() {
      return type.getSimpleName() + "." + name;
    }
  }

  /** Constants whose names in C are ours behind a prefix. */
  private static final Map<Class<?>, String> PREFIXES =
      Map.ofEntries(
          Map.entry(KvmIoctl.class, "KVM_"),
          Map.entry(KvmCapability.class, "KVM_CAP_"),
          Map.entry(KvmExit.class, "KVM_EXIT_"),
          Map.entry(KvmRun.class, "KVM_EXIT_"),
          Map.entry(KvmMsrFilter.class, "KVM_MSR_FILTER_"),
          Map.entry(KvmMsrFilterRange.class, "KVM_MSR_FILTER_"),
          Map.entry(KvmParavirtual.class, "KVM_"),
          Map.entry(Hypercall.class, ""),
          Map.entry(SevIoctl.class, "SEV_"),
          Map.entry(MapFlags.class, ""),
          Map.entry(OpenFlags.class, ""));

  /** Constants that C says in another way. */
  private static final Map<String, Twin> NAMED =
      Map.ofEntries(
          Map.entry("KvmSregs.SIZE", new Twin("kvm_sregs", "sizeof(struct kvm_sregs)", 0)),
          Map.entry("Hypercall.MAP_GPA_RANGE", named("KVM_HC_MAP_GPA_RANGE")),
          Map.entry("Hypercall.ATTRIBUTE_ENCRYPTED", named("KVM_MAP_GPA_RANGE_ENCRYPTED")),
          Map.entry("KvmRun.MSR_EXIT_REASON_INVAL", named("KVM_MSR_EXIT_REASON_INVAL")),
          Map.entry("KvmRun.MSR_EXIT_REASON_UNKNOWN", named("KVM_MSR_EXIT_REASON_UNKNOWN")),
          Map.entry("KvmRun.MSR_EXIT_REASON_FILTER", named("KVM_MSR_EXIT_REASON_FILTER")),
          Map.entry("KvmParavirtual.MSR_MIGRATION_CONTROL", named("MSR_KVM_MIGRATION_CONTROL")),
          Map.entry("KvmParavirtual.SIGNATURE_EBX", signature(0)),
          Map.entry("KvmParavirtual.SIGNATURE_ECX", signature(1)),
          Map.entry("KvmParavirtual.SIGNATURE_EDX", signature(2)),
          Map.entry(
              "KvmCpuidEntry.HEADER_SIZE",
              new Twin("kvm_cpuid2", "offsetof(struct kvm_cpuid2, entries)", 0)),
          Map.entry("KvmCpuidEntry.SIGNIFICANT_INDEX", named("KVM_CPUID_FLAG_SIGNIFCANT_INDEX")),
          Map.entry("Pages.SIZE", new Twin("_SC_PAGESIZE", "sysconf(_SC_PAGESIZE)", 0)),
          Map.entry(
              "Pages.SHIFT", new Twin("_SC_PAGESIZE", "__builtin_ctzl(sysconf(_SC_PAGESIZE))", 0)),
          Map.entry(
              "SevLimits.CHIP_ID",
              new Twin(
                  "sev_user_data_get_id",
                  "sizeof(((struct sev_user_data_get_id *)0)->socket1)",
                  0)));

  private HeaderTwins() {}

  /** Why a type or a single member of one is in no header of the system; by name. */
  static Map<String, String> notInTheHeaders() {
    Map<String, String> reasons = new LinkedHashMap<>();
    for (Class<?> ours :
        List.of(
            GuestProgram.class,
            DescriptorStore.class,
            SevExtension.class,
            KvmSevUpdateVmsa.class,
            LaunchVmsa.class,
            KvmSevUpdateDataBatch.class)) {
      reasons.put(ours.getSimpleName(), OUR_OWN);
    }
    for (Class<?> processor : List.of(SaveArea.class, SegmentRegister.class, ResetState.class)) {
      reasons.put(processor.getSimpleName(), PROCESSOR);
    }
    for (Class<?> firmware :
        List.of(
            PspCommand.class,
            PlatformState.class,
            GuestState.class,
            QueuedCommand.class,
            QueuedStatus.class)) {
      reasons.put(firmware.getSimpleName(), FIRMWARE);
    }
    for (String limit :
        List.of(
            "CERTIFICATE", "PLATFORM_CERTIFICATES", "SESSION", "PACKET_HEADER", "MEASUREMENT")) {
      reasons.put("SevLimits." + limit, FIRMWARE);
    }
    reasons.put("SevLimits.FIRMWARE_BLOB_MAX", KERNEL_ONLY);
    reasons.put("Errno.ENOTSUPP", KERNEL_ONLY);
    reasons.put("KvmMsrs.LIMIT", KERNEL_ONLY);
    for (String command :
        List.of(
            "Activate",
            "ActivateEx",
            "Attestation",
            "Copy",
            "Debug",
            "DownloadFirmware",
            "GetId",
            "GuestStatus",
            "Handle",
            "InitEx",
            "Init",
            "LaunchMeasure",
            "LaunchStart",
            "LaunchUpdate",
            "Packet",
            "PdhCertExport",
            "PekCertImport",
            "PekCsr",
            "PlatformStatus",
            "ReceiveStart",
            "RingBuffer",
            "SendStart",
            "SwapIn",
            "SwapOut")) {
      reasons.put(command + "Buffer", FIRMWARE);
    }
    return reasons;
  }

  /** Names that came after Linux 5.19, the oldest headers that this test is content with. */
  static boolean isNewer(String name) {
    return name.equals("KVM_SEV_INIT2")
        || name.equals("kvm_sev_init")
        || name.startsWith("KVM_SEV_SNP_")
        || name.startsWith("SEV_SNP_")
        || (name.startsWith("SEV_RET_") && statusOf(name) > 0x18);
  }

  private static int statusOf(String name) {
    return FirmwareStatus.valueOf(name.substring("SEV_RET_".length())).code();
  }

  /** Every public number of this module, whatever it is called. */
  static List<Member> members() throws IOException, URISyntaxException {
    Path classes = Path.of(Pages.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    List<Member> members = new ArrayList<>();
    try (Stream<Path> files = Files.walk(classes)) {
      for (Path file : files.filter(path -> path.toString().endsWith(".class")).sorted().toList()) {
        String path = classes.relativize(file).toString().replace('/', '.');
        if (!path.endsWith("-info.class")) {
          members.addAll(membersOf(load(path.substring(0, path.length() - ".class".length()))));
        }
      }
    }
    return members;
  }

  private static Class<?> load(String name) {
    try {
      return Class.forName(name);
    } catch (ClassNotFoundException e) {
      throw new AssertionError(e);
    }
  }

  private static List<Member> membersOf(Class<?> type) {
    List<Member> members = new ArrayList<>();
    for (var field : type.getDeclaredFields()) {
      int modifiers = field.getModifiers();
      if (Modifier.isPublic(type.getModifiers())
          && Modifier.isPublic(modifiers)
          && Modifier.isStatic(modifiers)) {
        try {
          members.add(new Member(type, field.getName(), field.get(null)));
        } catch (IllegalAccessException e) {
          throw new AssertionError(e);
        }
      }
    }
    return members;
  }

  /** How C says a member; empty if nobody wrote down how. */
  static List<Twin> of(Member member) {
    String name = member.name();
    return switch (member.value()) {
      case StructLayout layout -> structure(layout);
      case Errno errno -> number(name, errno.number());
      case FirmwareStatus status -> status(status);
      case SevCommand command -> number("KVM_SEV_" + name, command.id());
      case SevDeviceCommand command -> number("SEV_" + name, command.id());
      case VcpuBlob blob -> blob(blob);
      case KvmSregs.Segment segment -> segment(segment);
      case Field field when member.type() == KvmRun.class -> field("kvm_run", field);
      case Field field when member.type() == KvmSregs.class -> field("kvm_sregs", field);
      case Integer number -> constant(member, number);
      default -> List.of();
    };
  }

  private static List<Twin> constant(Member member, int value) {
    Twin named = NAMED.get(member.key());
    if (named != null) {
      return List.of(new Twin(named.name(), named.expression(), value));
    }
    String prefix = PREFIXES.get(member.type());
    return prefix == null ? List.of() : number(prefix + member.name(), value);
  }

  /** A part of the text that CPUID spells in three registers. */
  private static Twin signature(int register) {
    return new Twin(
        "KVM_SIGNATURE", "((const unsigned *)KVM_SIGNATURE)[%d]".formatted(register), 0);
  }

  private static Twin named(String name) {
    return new Twin(name, name, 0);
  }

  private static List<Twin> number(String name, int value) {
    return List.of(new Twin(name, name, Integer.toUnsignedLong(value)));
  }

  /** The header has slips of the pen that became part of the interface. */
  private static List<Twin> status(FirmwareStatus status) {
    String name =
        switch (status) {
          case INVALID_CONFIG -> "INAVLID_CONFIG";
          case HWERROR_PLATFORM -> "HWSEV_RET_PLATFORM";
          case HWERROR_UNSAFE -> "HWSEV_RET_UNSAFE";
          default -> status.name();
        };
    return number("SEV_RET_" + name, status.code());
  }

  private static List<Twin> structure(StructLayout layout) {
    List<Twin> twins = new ArrayList<>();
    String name = layout.name();
    twins.add(new Twin(name, "sizeof(struct %s)".formatted(name), layout.size()));
    layout.fields().forEach(field -> twins.addAll(field(name, field)));
    return twins;
  }

  static List<Twin> field(String struct, Field field) {
    return List.of(
        new Twin(struct, "offsetof(struct %s, %s)".formatted(struct, field.name()), field.offset()),
        new Twin(
            struct, "sizeof(((struct %s *)0)->%s)".formatted(struct, field.name()), field.size()));
  }

  private static List<Twin> blob(VcpuBlob blob) {
    String struct = "kvm_" + blob.name().toLowerCase(Locale.ROOT);
    return List.of(
        new Twin(struct, "sizeof(struct %s)".formatted(struct), blob.size()),
        number("KVM_GET_" + blob.name(), blob.getRequest()).getFirst(),
        number("KVM_SET_" + blob.name(), blob.setRequest()).getFirst());
  }

  private static List<Twin> segment(KvmSregs.Segment segment) {
    MemorySegment whole = MemorySegment.ofArray(new byte[KvmSregs.SIZE]);
    MemorySegment part = segment.in(whole);
    String name = segment.name().toLowerCase(Locale.ROOT);
    return field("kvm_sregs", new Field.Bytes(name, (int) part.address(), (int) part.byteSize()));
  }
}
