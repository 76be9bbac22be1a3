/**
 * What a VMM does, on Linux or on a kernel in software alike: virtual machines, vCPUs, guest memory
 * and its dirty log, page status, and SEV guests and platforms.
 */
module dev.sealift.vmm {
  requires jdk.jfr;
  requires transitive dev.sealift.abi;
  requires static org.jspecify;

  exports dev.sealift.vmm;
  exports dev.sealift.vmm.guest;
}
