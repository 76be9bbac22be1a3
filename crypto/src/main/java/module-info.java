/** Certificates, sessions, packets, measurements and key derivation of AMD SEV; stateless. */
module dev.sealift.crypto {
  requires transitive dev.sealift.abi;
  requires static jdk.incubator.vector;
  requires static org.jspecify;

  exports dev.sealift.crypto;
  exports dev.sealift.crypto.cert;
  exports dev.sealift.crypto.launch;
}
