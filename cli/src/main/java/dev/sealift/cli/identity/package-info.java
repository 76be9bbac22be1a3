/** {@code sealift identity}: the keys and certificates of hosts, and whom a host speaks to. */
@NullMarked
package dev.sealift.cli.identity;

import org.jspecify.annotations.NullMarked;
