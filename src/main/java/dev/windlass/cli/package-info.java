/**
 * The commands a person types, one class each: {@code run deploy invoke get receipt verify logs
 * delete doctor}. Start at {@link dev.windlass.cli.Windlass}. They never start Quarkus and load no
 * more than they need, so that a command takes less than 0.3 s.
 *
 * <p>A result goes to stdout, everything for the person to stderr; {@link dev.windlass.cli.Exit}
 * lists the exit codes. What needs the engine or a role is a port here ({@link
 * dev.windlass.cli.Engines}, {@link dev.windlass.cli.Roles}) that {@code app} implements.
 *
 * <p>Not trusted: what a head answers (bounded, parsed strictly, and a result is verified here
 * again).
 */
@NullMarked
package dev.windlass.cli;

import org.jspecify.annotations.NullMarked;
