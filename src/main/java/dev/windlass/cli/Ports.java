package dev.windlass.cli;

import java.nio.file.Path;

/**
 * What the commands get from the application.
 *
 * @param version of Windlass
 * @param dataDirectory where {@code up} keeps its data unless told otherwise
 */
public record Ports(
    String version, Path dataDirectory, Engines engines, Roles roles, LogChecks logChecks) {}
