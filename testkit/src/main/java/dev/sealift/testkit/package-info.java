/**
 * Gives a test a SEV platform in software, a kernel, guests, two hosts and faults on demand. A test
 * class says {@link SealiftTest}, its methods name as parameters what they need ({@link
 * SoftwarePlatform}, {@link SoftwareKernel}, {@link TestHost}, {@link TwoHosts}), and all of it
 * ends with the test.
 */
@NullMarked
package dev.sealift.testkit;

import org.jspecify.annotations.NullMarked;
