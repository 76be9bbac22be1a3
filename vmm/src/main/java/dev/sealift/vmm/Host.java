package dev.sealift.vmm;

import dev.sealift.abi.SystemCalls;
import dev.sealift.abi.ThreadSignals;

/**
 * How the machine is reached: Linux itself, or a kernel in software.
 *
 * @param calls the system calls
 * @param signals the signals that interrupt a vCPU's thread
 */
public record Host(SystemCalls calls, ThreadSignals signals) {}
