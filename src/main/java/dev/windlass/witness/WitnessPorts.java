package dev.windlass.witness;

/** What a witness process needs from its surroundings; the composition root supplies it. */
public interface WitnessPorts {
  /** Opened by the composition root, which closes its states when the process ends. */
  Witness witness();
}
