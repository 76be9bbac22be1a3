/**
 * The hand-over of a guest: its steps, the rules by which each side takes them, and the journal
 * that remembers them. The rules decide and do nothing; what they decide is done by whoever moves
 * the guest, and tried out in every possible order by the tests.
 */
@NullMarked
package dev.sealift.migration.handover;

import org.jspecify.annotations.NullMarked;
