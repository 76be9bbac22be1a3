package dev.sealift.cli.view;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A guest of a host.
 *
 * @param name unique on this host
 * @param state in QEMU's words (RunState): prelaunch, running, paused, inmigrate, finish-migrate,
 *     postmigrate, shutdown or internal-error
 * @param sev what the firmware says of it: launch-update, running, send-update, ... ; null where it
 *     was not asked
 * @param memoryBytes its memory
 * @param privatePages pages of 4096 bytes that are encrypted
 * @param sharedPages those that are not
 * @param policy its SEV policy in words, as {@code nodbg,noks,sev}
 * @param workload what it was started with
 * @param steps what its program says it has done; null where it says nothing
 * @param since when it came to be on this host
 * @param cameFrom the host that it was moved from; null where it was started here
 * @param move the move that it is in; null where it is in none
 */
public record GuestView(
    String name,
    String state,
    @Nullable String sev,
    long memoryBytes,
    long privatePages,
    long sharedPages,
    String policy,
    String workload,
    @Nullable Long steps,
    Instant since,
    @Nullable String cameFrom,
    @Nullable String move) {}
