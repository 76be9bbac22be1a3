package dev.sealift.cli.control;

import dev.sealift.cli.view.GuestView;

/**
 * A guest that was launched.
 *
 * @param guest the guest
 * @param digest the launch digest that its owner expects, 64 hexadecimal digits
 * @param measurement what the platform reported, MAC and nonce, 96 hexadecimal digits
 * @param accepted whether that is the measurement of this digest under the owner's session; a guest
 *     of which it is not is ended
 */
public record Started(GuestView guest, String digest, String measurement, boolean accepted) {}
