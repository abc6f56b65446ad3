package dev.windlass.tlog.store;

/**
 * Where an entry lies in the log.
 *
 * @param index from 0
 * @param duplicate the same octets were already there, at this index
 */
public record Appended(long index, boolean duplicate) {
  public Appended {
    if (index < 0) throw new IllegalArgumentException("an index of " + index + ", expected >= 0");
  }
}
