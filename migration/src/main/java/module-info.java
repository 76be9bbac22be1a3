/** Sender, receiver, wire protocol, hand-over. */
module dev.sealift.migration {
  requires jdk.jfr;
  requires static org.jspecify;
  requires transitive dev.sealift.abi;
  requires transitive dev.sealift.crypto;
  requires transitive dev.sealift.vmm;

  exports dev.sealift.migration;
  exports dev.sealift.migration.handover;
  exports dev.sealift.migration.access;
  exports dev.sealift.migration.plan;
  exports dev.sealift.migration.receipt;
  exports dev.sealift.migration.trust;
  exports dev.sealift.migration.wire;
}
