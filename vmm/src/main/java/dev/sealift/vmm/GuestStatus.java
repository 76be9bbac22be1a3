package dev.sealift.vmm;

import dev.sealift.abi.psp.GuestState;

/**
 * What the firmware knows of a guest.
 *
 * @param handle the firmware's handle
 * @param policy the guest policy word
 * @param state the guest's state
 */
public record GuestStatus(int handle, int policy, GuestState state) {}
