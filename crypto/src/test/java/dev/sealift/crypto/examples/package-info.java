/** Examples of the library's use, run as tests and shown in docs/api.md. */
package dev.sealift.crypto.examples;
