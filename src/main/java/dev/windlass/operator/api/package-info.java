/**
 * The custom resources of {@code windlass.dev/v1alpha1} as records. They are lenient: they hold
 * whatever the schema let in, and a constructor never throws, because one object that cannot be
 * read would stop the informer of its whole kind. What a value means is parsed in {@code
 * operator.plan}, where a failure becomes a condition. Start at {@link
 * dev.windlass.operator.api.Function}.
 *
 * <p>The annotations are the schema: tests write {@code helm/windlass/files/crds} from them. Lists
 * and maps that are absent are empty, and empty ones are not written.
 *
 * <p>Not here: what follows from an object (see {@code operator.plan}), and talking to the API
 * server (see {@code operator}).
 */
@NullMarked
package dev.windlass.operator.api;

import org.jspecify.annotations.NullMarked;
