package dev.sealift.cli.doctor;

/** Looks for one thing; what it meets is a finding, whatever it is. */
@FunctionalInterface
interface Examination {
  Finding examine() throws InterruptedException;
}
