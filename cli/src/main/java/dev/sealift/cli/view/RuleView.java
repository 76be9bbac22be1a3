package dev.sealift.cli.view;

/**
 * A rule of a host's policy for moves, and what was found of the other platform.
 *
 * @param name chain, api, firmware, domain, owner or chip
 * @param holds whether it is kept
 * @param finding what was found, without a full stop
 */
public record RuleView(String name, boolean holds, String finding) {}
