/** Attacks of a VMM or hypervisor on a guest of its own host. */
@NullMarked
package dev.sealift.cli.adversary.hypervisor;

import org.jspecify.annotations.NullMarked;
