/** Linux through the foreign function interface: system calls and signals, and only those. */
module dev.sealift.linux {
  requires transitive dev.sealift.abi;
  requires static org.jspecify;

  exports dev.sealift.linux;
}
