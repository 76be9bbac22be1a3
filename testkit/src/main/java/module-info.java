/** Platforms, kernels, guests, hosts and faults for tests under JUnit. */
module dev.sealift.testkit {
  requires dev.sealift.linux;
  requires org.opentest4j;
  requires static org.jspecify;
  requires transitive dev.sealift.kernel;
  requires transitive dev.sealift.migration;
  requires transitive org.junit.jupiter.api;

  exports dev.sealift.testkit;
}
