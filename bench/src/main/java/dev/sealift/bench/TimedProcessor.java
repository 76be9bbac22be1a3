package dev.sealift.bench;

import dev.sealift.abi.FirmwareStatus;
import dev.sealift.firmware.PacketRun;
import dev.sealift.firmware.RingHeads;
import dev.sealift.firmware.RingTails;
import dev.sealift.firmware.SecureProcessor;
import dev.sealift.firmware.WorldSwitch;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;

/** A Secure Processor that says how long it was at work. */
public final class TimedProcessor implements SecureProcessor {
  private final SecureProcessor processor;
  private final LongAdder nanos = new LongAdder();

  public TimedProcessor(SecureProcessor processor) {
    this.processor = processor;
  }

  /** Nanoseconds that its commands have taken, from the beginning. */
  public long nanos() {
    return nanos.sum();
  }

  @Override
  public FirmwareStatus command(int id, long buffer) {
    long start = System.nanoTime();
    FirmwareStatus status = processor.command(id, buffer);
    nanos.add(System.nanoTime() - start);
    return status;
  }

  @Override
  public Optional<RingHeads> ring(RingTails tails) {
    long start = System.nanoTime();
    Optional<RingHeads> heads = processor.ring(tails);
    nanos.add(System.nanoTime() - start);
    return heads;
  }

  @Override
  public Optional<PacketRun.Answer> run(PacketRun run) {
    long start = System.nanoTime();
    Optional<PacketRun.Answer> answer = processor.run(run);
    nanos.add(System.nanoTime() - start);
    return answer;
  }

  @Override
  public void writeBackAndInvalidateCaches() {
    processor.writeBackAndInvalidateCaches();
  }

  @Override
  public int maximumAsid() {
    return processor.maximumAsid();
  }

  @Override
  public int minimumSevAsid() {
    return processor.minimumSevAsid();
  }

  @Override
  public WorldSwitch worldSwitch() {
    return processor.worldSwitch();
  }

  @Override
  public int encryptionBit() {
    return processor.encryptionBit();
  }
}
