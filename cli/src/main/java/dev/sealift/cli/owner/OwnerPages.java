package dev.sealift.cli.owner;

/** The form of what an owner's commands print. */
final class OwnerPages {

  /** Where words begin. */
  static final int COLUMN = 13;

  private OwnerPages() {}
}
