/** Linux's SEV layer in software: KVM's SEV commands, the /dev/sev driver, and a model of KVM. */
module dev.sealift.kernel {
  requires jdk.jfr;
  requires transitive dev.sealift.abi;
  requires transitive dev.sealift.firmware;
  requires static org.jspecify;

  exports dev.sealift.kernel;
  exports dev.sealift.kernel.model;
}
