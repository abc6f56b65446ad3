/**
 * What a user deploys: names, digests, the manifest and its limits. Constructors are the parsers,
 * so a value that exists is valid. Start at {@link dev.windlass.function.Manifest}.
 *
 * <p>Not here: how a request travels (see {@code protocol}), where bytes are kept (see {@code
 * artifact}).
 */
@NullMarked
package dev.windlass.function;

import org.jspecify.annotations.NullMarked;
