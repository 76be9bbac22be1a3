package example;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sealift.abi.Errno;
import dev.sealift.testkit.SealiftTest;
import dev.sealift.testkit.SoftwareKernel;
import org.junit.jupiter.api.Test;

// @start region=example
@SealiftTest
class SevProbeTest {
  @Test
  void aMachineWithSevIsFound(SoftwareKernel kernel) {
    assertEquals(SevProbe.Finding.USABLE, SevProbe.probe(kernel.calls()));
  }

  @Test
  void whoMayNotOpenTheDeviceIsToldApart(SoftwareKernel kernel) {
    kernel.faults().failOpen(1, Errno.EACCES);
    assertEquals(SevProbe.Finding.NOT_ALLOWED, SevProbe.probe(kernel.calls()));
  }
}
// @end
