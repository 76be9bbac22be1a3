/** QEMU as this command talks to it. */
@NullMarked
package dev.sealift.cli.qemu;

import org.jspecify.annotations.NullMarked;
