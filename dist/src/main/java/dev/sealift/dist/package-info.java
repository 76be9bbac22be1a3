/**
 * Makes what is installed: the command with a Java of its own, its manual pages and completion. On
 * the class path, as the command's classes are no other module's.
 */
@NullMarked
package dev.sealift.dist;

import org.jspecify.annotations.NullMarked;
