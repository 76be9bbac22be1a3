package dev.sealift.firmware;

/** A check of the interface table, bound to the buffer of one command. */
interface Check {

  /**
   * Whether the fault is there. A check may be the attempt itself, where only that can tell: to
   * read a store, to open a packet. What it has found stays with it for the command's effect.
   *
   * @throws Refusal where it cannot tell, because memory that was there is gone
   */
  boolean fails(Call call) throws Refusal;
}
