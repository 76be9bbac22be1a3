package dev.sealift.firmware;

import static dev.sealift.abi.FirmwareStatus.EXIT_RING_BUFFER;
import static dev.sealift.abi.FirmwareStatus.INVALID_COMMAND;
import static dev.sealift.abi.FirmwareStatus.SUCCESS;

import dev.sealift.abi.FirmwareStatus;
import dev.sealift.crypto.ApiVersion;
import dev.sealift.crypto.EngineChoice;
import dev.sealift.crypto.EngineKind;
import dev.sealift.crypto.PacketEngine;
import dev.sealift.crypto.cert.RootOfTrust;
import java.security.SecureRandom;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The Secure Processor in software: it answers as firmware of API 1.55 does or of another {@link
 * FirmwareProfile}, keeps the keys of every guest to itself, and drives the memory controller.
 *
 * <p>The certificate of its chip (CEK) leaves it unsigned, as on real chips: whoever plays the
 * maker signs it. Its chain leads to whatever root signed it, never to AMD's.
 *
 * <p>Served is every command of {@link FirmwareInterface}; any other is INVALID_COMMAND.
 *
 * <p>Safe for use by many threads; one command runs at a time, and no command during a {@link
 * #run}. Source: AMD publication 55766.
 */
public final class SoftwareSecureProcessor implements SecureProcessor {
  private final ProcessorSettings settings;
  private final Platform platform;
  private final CommandTable commands;
  private final RingBufferMode ringBufferMode;
  private final WorldSwitch worldSwitch;
  private final Pacing pacing;

  /** Commands change the books, and have them to themselves; runs of packets only read them. */
  private final ReentrantReadWriteLock books = new ReentrantReadWriteLock();

  private SoftwareSecureProcessor(
      ProcessorSettings settings, SystemMemory memory, MemoryController controller, Pacing pacing) {
    this.settings = settings;
    this.pacing = pacing;
    this.platform = new Platform(settings, memory, controller);
    Themes themes = new Themes(platform);
    this.ringBufferMode = themes.ringBufferMode();
    this.worldSwitch = new ChecksummedWorldSwitch(platform);
    this.commands =
        new CommandTable(FirmwareInterface.load(), settings.profile(), themes.bindings());
  }

  /** Starts a description of a processor. */
  public static Builder builder() {
    return new Builder();
  }

  @Override
  public FirmwareStatus command(int id, long buffer) {
    return alone(() -> ringBufferMode.end() ? EXIT_RING_BUFFER : run(id, buffer));
  }

  @Override
  public Optional<RingHeads> ring(RingTails tails) {
    return alone(() -> ringBufferMode.work(tails, this::run));
  }

  @Override
  public Optional<PacketRun.Answer> run(PacketRun run) {
    if (pacing.isPaced()) {
      return Optional.empty();
    }
    Command command = Objects.requireNonNull(commands.get(run.command().id()));
    int done = 0;
    FirmwareStatus status = SUCCESS;
    while (status == SUCCESS && done < run.count()) {
      done += runTogether(run, done, command);
      if (done < run.count()) {
        int odd = done;
        status =
            alone(() ->
                ringBufferMode.end()
                    ? EXIT_RING_BUFFER
                    : command.run(buffer -> run.packet(odd).write(buffer)));
        done += status == SUCCESS ? 1 : 0;
      }
    }
    return Optional.of(new PacketRun.Answer(done, status));
  }

  /** As many packets as have nothing unusual about them, if the first of them is admitted. */
  private int runTogether(PacketRun run, int first, Command command) {
    books.readLock().lock();
    try {
      if (ringBufferMode.isOn()) {
        return 0;
      }
      Guest guest = command.admitted(buffer -> run.packet(first).write(buffer));
      if (guest == null) {
        return 0;
      }
      SessionEngines engines = guest.engines();
      PacketEngine engine = engines.take(settings.engines());
      try {
        return new PacketLane(platform.memory(), guest.asid(), run, first).go(engine);
      } finally {
        engines.giveBack(engine);
      }
    } finally {
      books.readLock().unlock();
    }
  }

  private <T> T alone(Supplier<T> work) {
    books.writeLock().lock();
    try {
      return work.get();
    } finally {
      books.writeLock().unlock();
    }
  }

  private FirmwareStatus run(int id, long buffer) {
    long begun = pacing.begin();
    Command command = commands.get(id);
    FirmwareStatus status =
        command == null ? INVALID_COMMAND : command.run(platform.memory(), buffer);
    if (pacing.isPaced()) {
      pacing.end(begun, 1, command == null || status != SUCCESS ? 0 : command.guestBytes());
    }
    return status;
  }

  /** The platform's books, for tests of states that no command leads to in reasonable time. */
  Platform platform() {
    return platform;
  }

  @Override
  public void writeBackAndInvalidateCaches() {
    books.writeLock().lock();
    try {
      platform.asids().cachesWrittenBack();
    } finally {
      books.writeLock().unlock();
    }
  }

  @Override
  public WorldSwitch worldSwitch() {
    return worldSwitch;
  }

  @Override
  public int maximumAsid() {
    return settings.maximumAsid();
  }

  @Override
  public int minimumSevAsid() {
    return settings.minimumSevAsid();
  }

  @Override
  public int encryptionBit() {
    return settings.encryptionBit();
  }

  /** Describes a processor. All but the root of trust has a default. */
  public static final class Builder {
    private static final int ASID_LIMIT = 0xFFFF;
    private static final int LOWEST_ENCRYPTION_BIT = 47;
    private static final int HIGHEST_ENCRYPTION_BIT = 62;

    private @Nullable RootOfTrust root;
    private @Nullable ChipKeys chip;
    private PlatformStore store = new InMemoryPlatformStore();
    private @Nullable ApiVersion api;
    private int buildNumber = 21;
    private int maximumAsid = 1006;
    private int minimumSevAsid = 1;
    private int encryptionBit = 51;
    private boolean activateEx = true;
    private FirmwareProfile profile = FirmwareProfile.DEFAULT;
    private SecureRandom random = new SecureRandom();
    private EngineChoice engines = EngineChoice.fixed(EngineKind.JDK);
    private ProcessorPace pace = ProcessorPace.UNPACED;
    private PaceClock clock = PaceClock.SYSTEM;

    private Builder() {}

    /** The root that a target's chain must lead to where a guest's policy says SEV. Required. */
    public Builder rootOfTrust(RootOfTrust newRoot) {
      root = newRoot;
      return this;
    }

    /** What is burnt into the chip. Default: a chip that never was. */
    public Builder chip(ChipKeys newChip) {
      chip = newChip;
      return this;
    }

    /**
     * Where the platform's identity is kept. Default: in memory, for as long as the processor
     * lives.
     */
    public Builder store(PlatformStore newStore) {
      store = newStore;
      return this;
    }

    /**
     * The interface version that is reported, measured and stamped into certificates, in place of
     * the profile's.
     */
    public Builder apiVersion(ApiVersion newApi) {
      api = newApi;
      return this;
    }

    /** The build number that is reported and measured, 0 to 255. Default: 21. */
    public Builder buildNumber(int newBuildNumber) {
      buildNumber = inRange("build number", newBuildNumber, 0, 0xFF);
      return this;
    }

    /**
     * The ASIDs. Default: 1006, and all of them for guests without SEV-ES.
     *
     * @param maximum the highest, 1 to 65535
     * @param minimumSev the lowest for guests without SEV-ES, 1 to maximum + 1; those with it take
     *     the lower ones
     */
    public Builder asids(int maximum, int minimumSev) {
      maximumAsid = inRange("highest ASID", maximum, 1, ASID_LIMIT);
      minimumSevAsid = inRange("lowest SEV ASID", minimumSev, 1, maximum + 1);
      return this;
    }

    /** The C-bit, 47 to 62: above every physical address. Default: 51. */
    public Builder encryptionBit(int bit) {
      encryptionBit = inRange("encryption bit", bit, LOWEST_ENCRYPTION_BIT, HIGHEST_ENCRYPTION_BIT);
      return this;
    }

    /** Which firmware it runs. Default: {@link FirmwareProfile#DEFAULT}, of API 1.55. */
    public Builder profile(FirmwareProfile newProfile) {
      profile = newProfile;
      return this;
    }

    /** Whether the part has ACTIVATE_EX. Default: it has. */
    public Builder activateEx(boolean has) {
      activateEx = has;
      return this;
    }

    /** The source of every key, nonce and IV. Default: the platform's. */
    public Builder random(SecureRandom newRandom) {
      random = newRandom;
      return this;
    }

    /**
     * Which packet engine seals and opens. Default: the JDK's; {@link EngineChoice#measured} takes
     * the fastest.
     */
    public Builder engines(EngineChoice newEngines) {
      engines = newEngines;
      return this;
    }

    /**
     * How fast it is at most: every command, whether it comes by mailbox or by queue, takes at
     * least what it costs at this pace; one that is refused moves no guest data. A paced processor
     * has no {@link #run}, as none in the field has one. Default: unpaced.
     */
    public Builder pace(ProcessorPace newPace) {
      pace = newPace;
      return this;
    }

    /** The time by which it is paced. Default: the machine's. */
    Builder clock(PaceClock newClock) {
      clock = newClock;
      return this;
    }

    /**
     * Makes the processor, not initialised.
     *
     * @param memory the machine's memory
     * @param controller in front of the same memory
     */
    public SoftwareSecureProcessor build(SystemMemory memory, MemoryController controller) {
      if (root == null) {
        throw new IllegalStateException("a processor needs a root of trust");
      }
      ChipKeys ownChip = chip == null ? ChipKeys.generate(random) : chip;
      FirmwareProfile firmware = api == null ? profile : profile.withApi(api);
      return new SoftwareSecureProcessor(
          new ProcessorSettings(
              root,
              ownChip,
              store,
              buildNumber,
              maximumAsid,
              minimumSevAsid,
              encryptionBit,
              activateEx,
              firmware,
              random,
              engines),
          memory,
          controller,
          new Pacing(pace, clock));
    }

    private static int inRange(String what, int value, int lowest, int highest) {
      if (value < lowest || value > highest) {
        throw new IllegalArgumentException(
            "the %s is %d; it must be from %d to %d".formatted(what, value, lowest, highest));
      }
      return value;
    }
  }
}
