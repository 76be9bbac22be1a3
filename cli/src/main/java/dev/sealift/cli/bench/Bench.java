package dev.sealift.cli.bench;

import static dev.sealift.cli.bench.BenchReport.bestRatio;
import static dev.sealift.cli.bench.BenchReport.figure;
import static dev.sealift.cli.bench.BenchReport.medianRatio;

import dev.sealift.abi.Pages;
import dev.sealift.bench.BitmapScan;
import dev.sealift.bench.CReference;
import dev.sealift.bench.CallCost;
import dev.sealift.bench.ClientCallCost;
import dev.sealift.bench.EngineRace;
import dev.sealift.bench.EngineSpeed;
import dev.sealift.bench.KernelLayer;
import dev.sealift.bench.Samples;
import dev.sealift.cli.bench.qemu.QemuMoves;
import dev.sealift.crypto.EngineKind;
import dev.sealift.crypto.cert.ModelRoot;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Has everything measured by turns, and writes the report. */
final class Bench {
  private static final double GIGABYTES_PER_MEGABYTE = 1e-3;
  private static final double MEBIBYTE = 1 << 20;

  /** The hosts begin cold, and try the packet engines beside their first move. */
  private static final long WARM_UP_NANOS = TimeUnit.SECONDS.toNanos(5);

  private static final long ONE_MOVE = TimeUnit.MILLISECONDS.toNanos(50);

  /** What takes long has a turn in one round of so many where time is short. */
  private static final int SELDOM = 3;

  private static final List<String> OF_MOVES =
      List.of(
          "endToEnd",
          "garbageBytesPerPage",
          "pauseMillis",
          "heapMegabytes",
          "beyondGuestMegabytes");

  private final BenchPlan plan;
  private final Contest contest;

  private @Nullable CReference reference;
  private @Nullable String libcrypto;
  private @Nullable EngineRace engines;
  private @Nullable CallCost inProcess;
  private @Nullable ClientCallCost fuse;
  private @Nullable ClientCallCost seccomp;
  private @Nullable KernelLayer kernelLayer;
  private @Nullable BitmapScan bitmap;
  private @Nullable Moves inBatches;
  private @Nullable Moves onePageACall;
  private @Nullable Moves hot;
  private @Nullable QemuMoves qemu;

  /** Its keys take seconds to find: they are sought while the engines warm up. */
  private final FutureTask<ModelRoot> root =
      new FutureTask<>(() -> ModelRoot.create(new SecureRandom()));

  private Bench(BenchPlan plan, Contest contest) {
    this.plan = plan;
    this.contest = contest;
  }

  /**
   * Runs the bench.
   *
   * @param progress hears what is going on
   */
  static BenchReport run(BenchPlan plan, Consumer<String> progress) throws Exception {
    long start = System.nanoTime();
    try (Contest contest = new Contest(plan.warm(), progress)) {
      Bench bench = new Bench(plan, contest);
      bench.gather();
      contest.run(plan.rounds(), () -> System.nanoTime() - start > plan.budgetNanos());
      return bench.report();
    }
  }

  /** The order of turns: the loop in C before the engines, and again before the moves. */
  private void gather() throws InterruptedException {
    Thread.ofPlatform().daemon().name("model root").start(root);
    reference =
        contest.enter(
            "the loop in C",
            List.of(
                "reference",
                "engines[].ratioToReference",
                "endToEnd.ratioToReference",
                "endToEnd.onePageACall.ratioToReference",
                "machine.libcrypto"),
            this::compileReference);
    engines =
        contest.enter("packet engines", List.of("engines"), () -> new EngineRace(plan.heatNanos()));
    for (EngineKind engine : EngineKind.values()) {
      engine.obstacle().ifPresent(why -> contest.miss("engines[" + engine.label() + "]", why));
    }
    SealingHost host =
        contest.prepare(
            List.of(
                "ioctlMicros.inProcess", "ioctlMicros.fuse", "ioctlMicros.seccomp", "kernelLayer"),
            () -> SealingHost.start(plan.kind(), root.get()));
    if (host != null) {
      inProcess =
          contest.enter(
              "a system call",
              List.of("ioctlMicros.inProcess"),
              () -> host.callCost(BenchPlan.CALL_NANOS));
      fuse =
          contest.enter(
              "a system call through FUSE",
              List.of("ioctlMicros.fuse"),
              () -> host.costThroughFuse(plan.clientCalls()));
      seccomp =
          contest.enter(
              "a system call through seccomp",
              List.of("ioctlMicros.seccomp"),
              () -> host.costThroughSeccomp(plan.clientCalls()));
      kernelLayer =
          contest.enter(
              "the kernel's part of sealing",
              List.of("kernelLayer"),
              () -> host.kernelLayer(BenchPlan.CALL_NANOS));
    }
    bitmap =
        contest.enter("the dirty bitmap of 1 TiB", List.of("bitmapScanMillis"), BitmapScan::new);
    contest.again(reference);
    gatherMoves();
    gatherQemu();
  }

  private CReference compileReference() throws IOException, InterruptedException {
    CReference loop = CReference.compile(BenchPlan.REFERENCE_SECONDS);
    libcrypto = loop.library();
    return loop;
  }

  private void gatherMoves() throws InterruptedException {
    HostPair hosts = contest.prepare(OF_MOVES, () -> HostPair.start(plan.kind(), root.get()));
    if (hosts == null) {
      contest.miss("hotGuest", String.valueOf(contest.reasons().get("endToEnd")));
      return;
    }
    inBatches =
        contest.enter(
            "moves in batches",
            OF_MOVES,
            () -> new Moves(hosts, plan.idleGuest(), false, BenchPlan.LIMIT_MILLIS, WARM_UP_NANOS));
    onePageACall =
        contest.enter(
            "moves with one page a call",
            List.of("endToEnd.onePageACall"),
            () -> new Moves(hosts, plan.idleGuest(), true, BenchPlan.LIMIT_MILLIS, ONE_MOVE));
    hot =
        contest.enter(
            "moves of a guest that keeps writing",
            plan.quick() ? SELDOM : 1,
            List.of("hotGuest"),
            () -> new Moves(hosts, plan.hotGuest(), false, BenchPlan.HOT_LIMIT_MILLIS, 0));
    contest.again(inBatches);
  }

  private void gatherQemu() throws InterruptedException {
    if (plan.qemu()) {
      qemu =
          contest.enter(
              "moves by QEMU with TLS",
              SELDOM,
              List.of("qemu"),
              () ->
                  QemuMoves.prepare(
                      plan.memoryBytes(), BenchPlan.LIMIT_MILLIS, RandomMemory::fill));
    } else {
      contest.miss("qemu", "it was not asked for: give --qemu, or no --quick");
    }
  }

  private BenchReport report() {
    @Nullable Samples loop =
        contest.finisher(reference).map(CReference::gigabytesPerSecond).orElse(null);
    Optional<Moves> moves = contest.finisher(inBatches);
    Optional<BitmapScan> scan = contest.finisher(bitmap);
    return new BenchReport(
        plan.quick(),
        plan.kind().word(),
        true,
        contest.rounds(),
        loop == null
            ? null
            : new BenchReport.Reference(figure(loop.highest()), figure(loop.median())),
        contest.finisher(engines).map(EngineRace::speeds).orElse(List.of()).stream()
            .map(speed -> engine(speed, loop))
            .toList(),
        moves.map(done -> endToEnd(done, loop)).orElse(null),
        new BenchReport.IoctlMicros(
            contest.finisher(inProcess).map(calls -> figure(calls.micros().lowest())).orElse(null),
            contest.finisher(fuse).map(calls -> figure(calls.micros().lowest())).orElse(null),
            contest.finisher(seccomp).map(calls -> figure(calls.micros().lowest())).orElse(null)),
        contest.finisher(kernelLayer).map(Bench::kernelLayer).orElse(null),
        moves.map(done -> figure(done.garbageBytesPerPage().median())).orElse(null),
        scan.map(done -> figure(done.millis().lowest())).orElse(null),
        scan.map(done -> figure(done.millis().median())).orElse(null),
        moves.map(done -> figure(done.downtimeMillis().lowest())).orElse(null),
        moves.map(done -> figure(done.downtimeMillis().median())).orElse(null),
        contest.finisher(hot).map(Bench::hotGuest).orElse(null),
        moves.map(Bench::heap).orElse(null),
        moves.map(Bench::beyondGuest).orElse(null),
        contest.finisher(qemu).map(peer -> qemu(peer, moves)).orElse(null),
        MachineFacts.read(libcrypto),
        contest.reasons());
  }

  private static BenchReport.Engine engine(EngineSpeed speed, @Nullable Samples loop) {
    Samples speeds = speed.gigabytesPerSecond();
    return new BenchReport.Engine(
        speed.engine().label(),
        speed.operation().label(),
        speed.threads(),
        figure(speeds.highest()),
        figure(speeds.median()),
        Math.round(speeds.highest() * 1e9 / Pages.SIZE),
        bestRatio(speeds, loop, 1),
        medianRatio(speeds, loop, 1),
        figure(speed.garbageBytesPerPage().highest()));
  }

  private BenchReport.EndToEnd endToEnd(Moves moves, @Nullable Samples loop) {
    Samples speeds = moves.megabytesPerSecond();
    return new BenchReport.EndToEnd(
        Math.round(moves.guest().memoryBytes() / MEBIBYTE),
        moves.engines().getFirst(),
        moves.engines().getLast(),
        moves.pagesPerCall(),
        figure(speeds.highest()),
        figure(speeds.median()),
        bestRatio(speeds, loop, GIGABYTES_PER_MEGABYTE),
        medianRatio(speeds, loop, GIGABYTES_PER_MEGABYTE),
        figure(moves.totalMillis().lowest()),
        figure(moves.cpuSecondsPerGigabyte().lowest()),
        contest.finisher(onePageACall).map(done -> onePageACall(done, loop)).orElse(null));
  }

  private static BenchReport.OnePageACall onePageACall(Moves moves, @Nullable Samples loop) {
    Samples speeds = moves.megabytesPerSecond();
    return new BenchReport.OnePageACall(
        figure(speeds.highest()),
        figure(speeds.median()),
        bestRatio(speeds, loop, GIGABYTES_PER_MEGABYTE),
        medianRatio(speeds, loop, GIGABYTES_PER_MEGABYTE),
        figure(moves.totalMillis().lowest()));
  }

  private static BenchReport.KernelLayerCost kernelLayer(KernelLayer layer) {
    return new BenchReport.KernelLayerCost(
        figure(layer.nanosecondsPerPage().lowest()),
        figure(layer.shareOfSealing().lowest()),
        figure(layer.nanosecondsPerPage().median()),
        figure(layer.shareOfSealing().median()));
  }

  private static BenchReport.HotGuest hotGuest(Moves moves) {
    return new BenchReport.HotGuest(
        Math.round(moves.guest().hotPages() * Pages.SIZE / MEBIBYTE),
        BenchPlan.HOT_LIMIT_MILLIS,
        moves.converged() == moves.downtimeMillis().count(),
        figure(moves.downtimeMillis().lowest()),
        figure(moves.downtimeMillis().median()),
        figure(moves.totalMillis().lowest()),
        moves.rounds());
  }

  private static BenchReport.Qemu qemu(QemuMoves peer, Optional<Moves> ours) {
    Samples speeds = peer.megabytesPerSecond();
    return new BenchReport.Qemu(
        peer.version(),
        figure(speeds.highest()),
        figure(speeds.median()),
        figure(peer.totalMillis().lowest()),
        figure(peer.downtimeMillis().lowest()),
        figure(peer.cpuSecondsPerGigabyte().lowest()),
        ours.map(moves -> bestRatio(moves.megabytesPerSecond(), speeds, 1)).orElse(null));
  }

  private static BenchReport.BothHosts heap(Moves moves) {
    return new BenchReport.BothHosts(
        figure(moves.sourceHeapBytes() / MEBIBYTE),
        figure(moves.destinationHeapBytes() / MEBIBYTE));
  }

  private static BenchReport.BothHosts beyondGuest(Moves moves) {
    long guest = moves.guest().memoryBytes();
    return new BenchReport.BothHosts(
        figure((moves.sourceResidentBytes() - guest) / MEBIBYTE),
        figure((moves.destinationResidentBytes() - guest) / MEBIBYTE));
  }
}
