/**
 * Who may speak to a host: whose TLS certificate is believed, which peers are allowed, and what
 * each of them may do.
 */
@NullMarked
package dev.sealift.migration.access;

import org.jspecify.annotations.NullMarked;
