package dev.sealift.migration;

import dev.sealift.crypto.cert.PlatformChain;
import dev.sealift.migration.access.AllowedPeers;
import dev.sealift.migration.handover.HandOverJournal;
import dev.sealift.migration.handover.Ownership;
import dev.sealift.migration.trust.MovePolicy;
import dev.sealift.vmm.SevPlatform;
import javax.net.ssl.SSLContext;

/**
 * The host that a guest leaves.
 *
 * @param platform its /dev/sev
 * @param chain what it shows of its platform, with the CEK that its vendor signed
 * @param identity its TLS certificate, and whose certificates it accepts
 * @param peers which of these hosts it speaks to, and what each may do
 * @param policy which platforms a guest may go to
 * @param journal where hand-overs are written down
 * @param ownership who knows whose the guests are; {@link Ownership#JOURNALS} without a registry
 * @param emulated whether its Secure Processor is software
 */
public record SourceHost(
    SevPlatform platform,
    PlatformChain chain,
    SSLContext identity,
    AllowedPeers peers,
    MovePolicy policy,
    HandOverJournal journal,
    Ownership ownership,
    boolean emulated) {}
