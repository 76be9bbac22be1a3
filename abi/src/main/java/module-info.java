/**
 * The bytes: one type per struct, with layout, offsets and limits; ids; errno; status. No
 * behaviour.
 */
module dev.sealift.abi {
  requires static org.jspecify;

  exports dev.sealift.abi;
  exports dev.sealift.abi.kvm;
  exports dev.sealift.abi.layout;
  exports dev.sealift.abi.psp;
  exports dev.sealift.abi.sev;
  exports dev.sealift.abi.svm;
}
