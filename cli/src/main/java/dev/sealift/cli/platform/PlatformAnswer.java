package dev.sealift.cli.platform;

import dev.sealift.cli.Lines;

/** What a command answers: a record whose components are the JSON object, and the same in words. */
interface PlatformAnswer {

  /** For people. */
  Lines lines();
}
