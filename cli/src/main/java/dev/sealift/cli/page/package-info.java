/**
 * What a host shows to a browser and to a metrics collector, and the report that a move leaves
 * behind. All of it is made from the records of {@link dev.sealift.cli.view}, here and nowhere
 * else: the live page is sent pieces of the same HTML, and draws nothing itself.
 */
@NullMarked
package dev.sealift.cli.page;

import org.jspecify.annotations.NullMarked;
