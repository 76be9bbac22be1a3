/**
 * What a guest's owner does: makes the session for a launch, knows the measurement beforehand,
 * hands the secret over, and checks what a platform says of a running guest.
 */
@NullMarked
package dev.sealift.cli.owner;

import org.jspecify.annotations.NullMarked;
