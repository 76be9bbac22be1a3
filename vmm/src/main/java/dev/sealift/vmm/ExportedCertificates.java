package dev.sealift.vmm;

/**
 * What a platform shows to its peers. The CEK comes without AMD's signature, which its key service
 * gives.
 *
 * @param pdh the Diffie-Hellman certificate, 2084 bytes
 * @param chain PEK, OCA and CEK, one behind the other, 6252 bytes
 */
@SuppressWarnings("ArrayRecordComponent") // certificates as they stand on the wire
public record ExportedCertificates(byte[] pdh, byte[] chain) {}
