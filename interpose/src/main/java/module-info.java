/** Serves the software kernel to other programs, by paths that Linux itself offers them. */
module dev.sealift.interpose {
  requires transitive dev.sealift.abi;
  requires transitive dev.sealift.kernel;
  requires dev.sealift.linux;
  requires jdk.net;
  requires static org.jspecify;

  exports dev.sealift.interpose;
  exports dev.sealift.interpose.machine;
}
