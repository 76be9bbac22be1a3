/**
 * What a fleet remembers, in ZooKeeper: who is there, who owns which guest, what is to move. Every
 * write is a compare-and-set or is idempotent.
 */
@NullMarked
package dev.sealift.fleet.registry;

import org.jspecify.annotations.NullMarked;
