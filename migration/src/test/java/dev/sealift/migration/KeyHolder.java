package dev.sealift.migration;

import com.sun.management.HotSpotDiagnosticMXBean;
import dev.sealift.abi.Pages;
import dev.sealift.abi.sev.SevLimits;
import dev.sealift.crypto.EngineChoice;
import dev.sealift.crypto.EngineKind;
import dev.sealift.crypto.cert.Generation;
import dev.sealift.crypto.cert.RootOfTrust;
import dev.sealift.firmware.SoftwareSecureProcessor;
import dev.sealift.firmware.XexMemoryController;
import dev.sealift.kernel.KernelProfile;
import dev.sealift.kernel.KernelSettings;
import dev.sealift.kernel.SoftwareMachine;
import dev.sealift.vmm.CallArena;
import dev.sealift.vmm.Guest;
import dev.sealift.vmm.GuestConfiguration;
import dev.sealift.vmm.Host;
import dev.sealift.vmm.PageBatch;
import dev.sealift.vmm.ReceiveSession;
import dev.sealift.vmm.SendSession;
import dev.sealift.vmm.SevPlatform;
import dev.sealift.vmm.guest.PseudoRandomWriter;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.lang.foreign.MemorySegment;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A process with a platform of its own that does one thing a line: it alone holds the keys of its
 * sessions, and it can be looked through. Answers each line with one line.
 */
final class KeyHolder {
  /** What it logs first, at the lowest level. */
  static final String READY = "a platform is made";

  private static final int PAGES = 32;
  private static final int POLICY = 0;

  private final Host host;
  private final SevPlatform platform;
  private @Nullable Guest guest;
  private @Nullable SendSession send;
  private @Nullable ReceiveSession receive;

  private KeyHolder(EngineKind engine) throws Exception {
    byte[] bootSeed = new byte[32];
    new SecureRandom().nextBytes(bootSeed);
    SoftwareMachine machine =
        SoftwareMachine.model(
            (memory, controller) ->
                SoftwareSecureProcessor.builder()
                    .rootOfTrust(RootOfTrust.of(Generation.MILAN))
                    .engines(EngineChoice.fixed(engine))
                    .build(memory, controller),
            memory -> new XexMemoryController(memory, bootSeed),
            List.of(),
            KernelSettings.DEFAULT.with(KernelProfile.EXTENDED));
    host = new Host(machine.calls(), machine.signals());
    platform = SevPlatform.open(host);
  }

  /** Takes the packet engine's name. */
  public static void main(String[] arguments) throws Exception {
    System.getLogger("holder").log(System.Logger.Level.TRACE, READY);
    var holder = new KeyHolder(EngineKind.valueOf(arguments[0]));
    var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
    String line;
    while ((line = lines.readLine()) != null) {
      System.out.println(holder.answer(line.split(" ")));
      System.out.flush();
    }
  }

  private String answer(String[] words) throws Exception {
    return switch (words[0]) {
      case "pdh" -> text(platform.exportCertificates().pdh());
      case "launch" -> launch();
      case "send" -> send(bytes(words[1]));
      case "seal" -> seal();
      case "finish" -> done(() -> opened(send).finish());
      case "cancel" -> done(() -> opened(send).cancel());
      case "receive" -> receive(bytes(words[1]), bytes(words[2]));
      case "open" -> open(bytes(words[1]), bytes(words[2]));
      case "finish-receiving" -> done(() -> opened(receive).finish());
      case "close" -> done(() -> opened(guest).close());
      case "collections" -> collections();
      case "dump" -> dump(words[1], words[2].equals("live"));
      default -> throw new IllegalArgumentException(words[0]);
    };
  }

  private interface Act {
    void run() throws Exception;
  }

  private static String done(Act act) throws Exception {
    act.run();
    return "done";
  }

  private String launch() throws Exception {
    Guest made = create();
    var launch = made.sev().launchStart(POLICY, null, null);
    launch.updateData(0, PseudoRandomWriter.MEASURED_BYTES);
    launch.measure().finish();
    return "done";
  }

  private Guest create() throws Exception {
    guest =
        Guest.create(
            host, platform, new GuestConfiguration("guest", (long) PAGES * Pages.SIZE, POLICY, ""));
    return guest;
  }

  private String send(byte[] pdh) throws Exception {
    byte[] chain = platform.exportCertificates().chain();
    send = opened(guest).sev().sendStart(pdh, chain, new byte[3200]);
    return text(send.session());
  }

  /** Seals all pages, many a call, and one alone. */
  private String seal() throws Exception {
    try (CallArena arena =
        CallArena.allocate(host, (long) PAGES * (Pages.SIZE + SevLimits.PACKET_HEADER))) {
      MemorySegment ciphertexts = arena.take((long) PAGES * Pages.SIZE);
      MemorySegment headers = arena.take((long) PAGES * SevLimits.PACKET_HEADER);
      long[] gfns = new long[PAGES];
      Arrays.setAll(gfns, i -> i);
      opened(send).pageCalls().update(new PageBatch(gfns, PAGES, headers, ciphertexts));
      opened(send).updateData(0, headers, ciphertexts);
    }
    return "done";
  }

  private String receive(byte[] pdh, byte[] session) throws Exception {
    receive = create().sev().receiveStart(POLICY, pdh, session);
    return "done";
  }

  private String open(byte[] header, byte[] ciphertext) throws Exception {
    try (CallArena arena = CallArena.allocate(host, 2 * Pages.SIZE)) {
      MemorySegment packet = arena.take(Pages.SIZE).copyFrom(MemorySegment.ofArray(ciphertext));
      MemorySegment prefix =
          arena.take(SevLimits.PACKET_HEADER).copyFrom(MemorySegment.ofArray(header));
      opened(receive).updateData(0, prefix, packet);
    }
    return "done";
  }

  private static String dump(String file, boolean live) throws Exception {
    ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class).dumpHeap(file, live);
    return "done";
  }

  /** How often the heap was collected. */
  private static String collections() {
    long count = 0;
    for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
      count += collector.getCollectionCount();
    }
    return Long.toString(count);
  }

  private static byte[] bytes(String word) {
    return Base64.getDecoder().decode(word);
  }

  private static String text(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }

  private static <T> T opened(@Nullable T there) {
    if (there == null) {
      throw new IllegalStateException("out of turn");
    }
    return there;
  }
}
