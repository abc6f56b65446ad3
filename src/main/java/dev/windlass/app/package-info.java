/**
 * The composition root: picks the role or the command from the arguments and wires it. Imported by
 * nothing.
 */
@NullMarked
package dev.windlass.app;

import org.jspecify.annotations.NullMarked;
