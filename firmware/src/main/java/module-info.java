/**
 * The Secure Processor in software: its mailbox, its guests and keys, and the memory controller.
 */
module dev.sealift.firmware {
  requires transitive dev.sealift.abi;
  requires transitive dev.sealift.crypto;
  requires static org.jspecify;

  exports dev.sealift.firmware;
}
