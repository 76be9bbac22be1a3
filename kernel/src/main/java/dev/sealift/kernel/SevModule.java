package dev.sealift.kernel;

import dev.sealift.firmware.SecureProcessor;

/**
 * What the SEV layer has once a machine, as a kernel module has its globals, and who calls it.
 *
 * @param settings what the kernel was told
 * @param features what the CPU can do
 * @param user the memory of the caller
 * @param memory the kernel's allocator
 * @param driver the driver of the Secure Processor
 * @param asids the address spaces
 * @param descriptors which of the caller's descriptors are /dev/sev
 */
record SevModule(
    KernelSettings settings,
    EncryptionFeatures features,
    UserMemory user,
    KernelMemory memory,
    SevDriver driver,
    AsidPool asids,
    SevDescriptors descriptors) {

  /** Loads the module: the driver asks the processor what it is. */
  static SevModule load(
      KernelSettings settings,
      SecureProcessor processor,
      PhysicalMemory physicalMemory,
      UserMemory user,
      SevDescriptors descriptors) {
    EncryptionFeatures features = EncryptionFeatures.query(processor, settings);
    KernelMemory memory = new KernelMemory(physicalMemory);
    SevDriver driver = new SevDriver(Mailbox.open(processor, memory, features), memory, features);
    if (settings.initOnProbe()) {
      // A platform that cannot be initialised says why to the first command that needs it.
      driver.initialise(new FirmwareError());
    }
    return new SevModule(
        settings, features, user, memory, driver, new AsidPool(features, driver), descriptors);
  }

  /** The same module as another caller's kernel. */
  SevModule forCaller(UserMemory otherUser, SevDescriptors otherDescriptors) {
    return new SevModule(settings, features, otherUser, memory, driver, asids, otherDescriptors);
  }
}
