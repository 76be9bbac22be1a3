/** {@code sealift host}: a process that runs guests, takes others in and sends them away. */
@NullMarked
package dev.sealift.cli.host;

import org.jspecify.annotations.NullMarked;
