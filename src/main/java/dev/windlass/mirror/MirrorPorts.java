package dev.windlass.mirror;

import java.util.Optional;

/** What the mirror role needs of its surroundings; a bean of the composition root. */
public interface MirrorPorts {
  /**
   * Opened and made to follow by the composition root, which closes it when the process ends; empty
   * where this process has none.
   */
  Optional<Mirror> mirror();

  /** Where its HTTP is mounted, as {@link MirrorRoutes#mount} takes it. */
  String prefix();
}
