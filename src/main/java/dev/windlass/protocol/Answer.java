package dev.windlass.protocol;

import dev.windlass.function.Bytes;

/** What a head answers to an {@link Ask}. */
public sealed interface Answer extends Message {
  record Found(Bytes bytes) implements Answer {}

  record NotFound(String detail) implements Answer {}
}
