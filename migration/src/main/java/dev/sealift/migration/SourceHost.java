package dev.sealift.migration;

import dev.sealift.crypto.cert.RootOfTrust;
import dev.sealift.vmm.SevPlatform;
import javax.net.ssl.SSLContext;

/**
 * The host that a guest leaves.
 *
 * @param platform its /dev/sev
 * @param identity its TLS certificate, and whose certificates it accepts
 * @param root the root that a destination's platform must lead to
 * @param journal where hand-overs are written down
 * @param emulated whether its Secure Processor is software
 */
public record SourceHost(
    SevPlatform platform,
    SSLContext identity,
    RootOfTrust root,
    HandOverJournal journal,
    boolean emulated) {}
