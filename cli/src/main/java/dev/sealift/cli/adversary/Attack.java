package dev.sealift.cli.adversary;

import dev.sealift.cli.adversary.lab.Lab;

/** An attack that can be run. One object can be run any number of times, in any lab. */
public interface Attack {

  /** What is documented of it. */
  Card card();

  /** Runs it against SEV's own commands, with nobody else looking. */
  Outcome againstSev(Lab lab) throws Exception;

  /** Runs it against Sealift. */
  Outcome againstSealift(Lab lab) throws Exception;
}
