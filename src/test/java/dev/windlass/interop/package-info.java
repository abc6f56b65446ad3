/**
 * Our logs and receipts in the hands of tools that are not ours, each in a process of its own. What
 * is missing on the machine is a failure that names what to install, never a skip.
 */
@NullMarked
package dev.windlass.interop;

import org.jspecify.annotations.NullMarked;
