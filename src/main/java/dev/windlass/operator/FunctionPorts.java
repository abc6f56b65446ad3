package dev.windlass.operator;

import dev.windlass.artifact.ContentStore;
import dev.windlass.artifact.FetchSettings;
import java.util.Optional;

/**
 * What reconciling Functions needs of its surroundings.
 *
 * @param store of what was fetched; it may be empty at each start
 * @param log absent where there is none
 */
public record FunctionPorts(ContentStore store, FetchSettings fetch, Optional<FunctionLog> log) {}
