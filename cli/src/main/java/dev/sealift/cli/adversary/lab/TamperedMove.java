package dev.sealift.cli.adversary.lab;

import dev.sealift.cli.adversary.Outcome;
import dev.sealift.vmm.VmmException;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeoutException;

/** A move between honest hosts over a link that does something to its batches. */
public final class TamperedMove {

  private TamperedMove() {}

  /** Moves a guest that writes its page anew meanwhile. */
  public static Outcome run(Lab lab, Link.Tampering tampering)
      throws VmmException, IOException, TimeoutException, InterruptedException {
    return run(lab, tampering, Passage.TIMEOUT);
  }

  /** The same, where the hosts wait so long for what does not come. */
  public static Outcome run(Lab lab, Link.Tampering tampering, Duration timeout)
      throws VmmException, IOException, TimeoutException, InterruptedException {
    try (Witness guest = lab.launch();
        Passage passage = Passage.open(lab, timeout)) {
      passage.link().tamper(tampering);
      return passage.judge(guest, passage.moveWhileWritten(guest));
    }
  }
}
