package dev.sealift.firmware;

/** Identities of platforms that own themselves. */
final class Identities {

  private Identities() {}

  /** One that a processor has made. */
  static PlatformIdentity fresh() {
    InMemoryPlatformStore store = new InMemoryPlatformStore();
    TestMachine.ready(builder -> builder.store(store));
    return store.load().orElseThrow();
  }
}
