package dev.sealift.cli.platform;

/** What a command answers: a record whose components are the JSON object, and the same in words. */
interface PlatformAnswer {

  /** For people. */
  Lines lines();
}
