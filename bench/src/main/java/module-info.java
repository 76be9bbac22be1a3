/** Measurements of the parts, for whoever takes them by turns; no library takes part. */
module dev.sealift.bench {
  requires transitive dev.sealift.crypto;
  requires transitive dev.sealift.firmware;
  requires transitive dev.sealift.interpose;
  requires transitive dev.sealift.vmm;
  requires jdk.management;
  requires static org.jspecify;

  exports dev.sealift.bench;
}
