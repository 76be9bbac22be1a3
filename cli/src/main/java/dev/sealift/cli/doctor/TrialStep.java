package dev.sealift.cli.doctor;

/**
 * A step of the trial of a Secure Processor.
 *
 * @param name what was asked
 * @param answer what came of it, without what no two processors have the same
 */
record TrialStep(String name, String answer) {}
