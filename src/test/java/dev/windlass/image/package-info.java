/**
 * Compares what the roles reflect on, traced on a JVM, with what is registered for the native
 * image: {@code make native-check}.
 */
package dev.windlass.image;
