package dev.sealift.cli.bench;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What a host process has taken.
 *
 * @param garbageBytes what was allocated on the heap while pages were on their way
 * @param cpuNanos processor time in the same while, of all threads
 * @param heapPeakBytes the most that the heap has held since the process began
 * @param residentPeakBytes the most memory that the process has had since it began, its guest's
 *     included
 */
record ProcessUsage(long garbageBytes, long cpuNanos, long heapPeakBytes, long residentPeakBytes) {
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final String PEAK = "VmHWM:";

  /** A moment that usage is counted from, or to. */
  record Mark(long allocated, long cpu) {
    static Mark now() {
      var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
      var system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
      return new Mark(threads.getTotalThreadAllocatedBytes(), system.getProcessCpuTime());
    }
  }

  /** The usage between two moments, and the peaks until now. */
  static ProcessUsage between(Mark begin, Mark end) throws IOException {
    long heap = 0;
    for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
      if (pool.getType() == MemoryType.HEAP) {
        heap += pool.getPeakUsage().getUsed();
      }
    }
    return new ProcessUsage(
        end.allocated() - begin.allocated(), end.cpu() - begin.cpu(), heap, residentPeak());
  }

  private static long residentPeak() throws IOException {
    for (String line : Files.readAllLines(STATUS)) {
      if (line.startsWith(PEAK)) {
        String[] words = line.substring(PEAK.length()).strip().split(" ", 2);
        return Long.parseLong(words[0]) << 10;
      }
    }
    throw new IOException(STATUS + " does not say how much memory this process has had");
  }
}
