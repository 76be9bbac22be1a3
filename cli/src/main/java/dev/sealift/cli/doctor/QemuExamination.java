package dev.sealift.cli.doctor;

import dev.sealift.cli.Failure;
import dev.sealift.cli.bench.qemu.QemuVersion;
import java.io.IOException;

/** Whether there is a QEMU to run guests with, and to compare with. */
final class QemuExamination implements Examination {
  private static final String NAME = "qemu";

  @Override
  public Finding examine() throws InterruptedException {
    try {
      return Finding.ok(NAME, "QEMU " + QemuVersion.installed().number() + " is here.");
    } catch (IOException e) {
      return Finding.missing(
              NAME,
              Failure.sentence(e) + ".",
              "Only sealift run with QEMU and the bench's comparison need it.")
          .mendedBy("apt-get install qemu-system-x86");
    }
  }
}
