package dev.sealift.cli.doctor;

import dev.sealift.crypto.EngineChoice;
import dev.sealift.crypto.EngineKind;
import dev.sealift.crypto.PacketEngine;
import dev.sealift.crypto.TransportKeys;
import java.security.SecureRandom;
import java.time.Duration;

/** Which packet engine a host takes here: the trial is run, as a host runs it. */
final class EngineExamination implements Examination {
  private static final String NAME = "packet engine";
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  @Override
  public Finding examine() throws InterruptedException {
    EngineChoice choice = EngineChoice.measured();
    boolean decided;
    try (TransportKeys keys = TransportKeys.random(new SecureRandom());
        PacketEngine _ = choice.open(keys)) {
      decided = choice.awaitDecision(PATIENCE);
    }
    String sentence =
        "The %s engine is taken: %s."
            .formatted(
                choice.current().label(), decided ? choice.reason() : "the trial has not ended");
    return choice.current() == EngineKind.VECTOR
        ? Finding.ok(NAME, sentence)
        : Finding.limited(
            NAME,
            sentence,
            "Sealing and opening go at about half the speed of a processor with AVX-512, and"
                + " sealift bench says how fast.");
  }
}
