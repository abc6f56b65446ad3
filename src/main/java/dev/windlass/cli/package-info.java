/**
 * The commands a person types, one class each. They never start Quarkus. What needs the engine or a
 * role is a port here that {@code app} implements.
 */
@NullMarked
package dev.windlass.cli;

import org.jspecify.annotations.NullMarked;
