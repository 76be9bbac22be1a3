/** The same move as QEMU does it with TLS, driven by its monitor (QMP). */
@NullMarked
package dev.sealift.cli.bench.qemu;

import org.jspecify.annotations.NullMarked;
