package dev.windlass.mirror;

/** What a mirror process needs from its surroundings; the composition root supplies it. */
public interface MirrorPorts {
  /** Opened and made to follow by the composition root, which closes it when the process ends. */
  Mirror mirror();
}
