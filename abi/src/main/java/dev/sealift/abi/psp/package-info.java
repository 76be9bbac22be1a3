/** The mailbox of the Secure Processor: command ids and command buffers (AMD publication 55766). */
@NullMarked
package dev.sealift.abi.psp;

import org.jspecify.annotations.NullMarked;
