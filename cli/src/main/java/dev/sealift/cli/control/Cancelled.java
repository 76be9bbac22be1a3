package dev.sealift.cli.control;

/**
 * What came of calling a move off.
 *
 * @param move its name
 * @param cancelled whether it ends with the guest where it was; false where it was too late
 * @param reason why not, or what happens now, in a sentence
 */
public record Cancelled(String move, boolean cancelled, String reason) {}
