package dev.sealift.cli.adversary.lab;

import dev.sealift.cli.adversary.Outcome;
import dev.sealift.migration.wire.MigrationException;
import dev.sealift.vmm.VmmException;
import java.io.IOException;
import java.util.concurrent.TimeoutException;

/** What an honest destination answers to a hostile source. */
public final class Answers {

  private Answers() {}

  /** What a hostile source says and sends. */
  public interface Script {
    /** Returns where the source was let through to its end. */
    void play(HostileSource source)
        throws MigrationException, VmmException, InterruptedException, TimeoutException;
  }

  /** Plays a source to the lab's destination; a refusal must leave nothing there. */
  public static Outcome to(Lab lab, Script script)
      throws MigrationException, VmmException, IOException, TimeoutException, InterruptedException {
    try (Passage passage = Passage.open(lab)) {
      return to(lab, passage, script);
    }
  }

  /** The same at a destination that is there. */
  public static Outcome to(Lab lab, Passage passage, Script script)
      throws MigrationException, VmmException, TimeoutException, InterruptedException {
    try (HostileSource source = HostileSource.connect(lab, passage)) {
      script.play(source);
      return Outcome.notPrevented("the destination believed all of it");
    } catch (MigrationException refused) {
      if (!refused.fromPeer()) {
        throw refused;
      }
      Passage.awaitNoGuest(lab.destination());
      return Outcome.detected(refused.code(), refused.sentence());
    }
  }
}
