package dev.sealift.cli.owner;

import dev.sealift.crypto.launch.LaunchImage;
import dev.sealift.crypto.launch.MalformedLaunchException;

/**
 * The registers that are expected to be measured.
 *
 * @param first the first vCPU's page
 * @param others the page of each further one
 * @param count how many vCPUs there are
 * @param origin where the pages are from, for people
 */
@SuppressWarnings("ArrayRecordComponent") // handed over once, never compared
record ExpectedVcpus(byte[] first, byte[] others, int count, String origin) {

  ExpectedVcpus withCount(int other) {
    return new ExpectedVcpus(first, others, other, origin);
  }

  LaunchImage appendTo(LaunchImage image) throws MalformedLaunchException {
    return image.withVmsas(first, others, count);
  }
}
