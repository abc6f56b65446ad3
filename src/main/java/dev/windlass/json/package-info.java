/**
 * JSON as values: a strict parser (RFC 8259, no duplicate names, bounded depth and size) and the
 * canonical writer (RFC 8785, JCS). What is signed or named by its digest is written here and
 * nowhere else.
 */
@NullMarked
package dev.windlass.json;

import org.jspecify.annotations.NullMarked;
