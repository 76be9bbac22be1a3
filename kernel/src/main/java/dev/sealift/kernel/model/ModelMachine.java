package dev.sealift.kernel.model;

import dev.sealift.firmware.MemoryController;
import dev.sealift.firmware.WorldSwitch;
import dev.sealift.kernel.EncryptionContexts;
import dev.sealift.kernel.MemorySource;
import dev.sealift.kernel.UserMemory;

/**
 * What every part of the model stands on.
 *
 * @param memory where new memory comes from
 * @param user the VMM's memory
 * @param controller the way from there to DRAM
 * @param worldSwitch the way into guests whose registers are encrypted
 * @param contexts which VM is encrypted, and under which ASID
 * @param programs what guests can run
 * @param signals the signals of the VMM's threads
 * @param descriptors the VMM's descriptors
 */
record ModelMachine(
    MemorySource memory,
    UserMemory user,
    MemoryController controller,
    WorldSwitch worldSwitch,
    EncryptionContexts contexts,
    GuestPrograms programs,
    SignalQueues signals,
    Descriptors descriptors) {

  CallerMemory caller() {
    return new CallerMemory(user);
  }
}
