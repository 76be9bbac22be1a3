package dev.sealift.vmm;

/**
 * Who serves what a guest asks of the VMM.
 *
 * @param ports the devices behind its ports
 * @param hypercalls what it says about its pages
 * @param migrationControl what it says about being moved
 */
record GuestRequests(GuestPorts ports, Hypercalls hypercalls, MigrationControl migrationControl) {}
