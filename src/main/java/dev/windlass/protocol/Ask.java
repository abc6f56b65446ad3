package dev.windlass.protocol;

import dev.windlass.function.Digest;

/** What a worker asks of a head. */
public sealed interface Ask extends Message {
  /** The bytes with this digest: a manifest, a module or an archive of files. */
  record Fetch(Digest digest) implements Ask {}
}
