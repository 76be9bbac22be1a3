package dev.sealift.fleet.registry;

/**
 * A host that belongs to the fleet, whether it is there or not.
 *
 * @param name unique in the fleet
 * @param key the fingerprint of its TLS key: by it a source knows to whom it hands a guest over
 * @param address where it took guests in when it was last there
 * @param lease whether its guests stand still while it is not there
 */
public record MemberRecord(String name, String key, String address, boolean lease) {}
