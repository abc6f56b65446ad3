package dev.windlass.tlog.store;

/**
 * Bounds of one log (trust annex §9).
 *
 * @param batchMost entries in one commit
 * @param queueMost entries that wait for a commit; more are refused
 * @param queueBytesMost octets of the entries that wait
 * @param remembered leaves in which a duplicate is found; 40 octets of memory each
 * @param commitsBetweenSyncs commits whose staged entries are kept before tiles are synced; more
 *     make commits cheaper and recovery longer
 */
public record StoreSettings(
    int batchMost, int queueMost, long queueBytesMost, int remembered, int commitsBetweenSyncs) {
  public static final StoreSettings DEFAULT = new StoreSettings(256, 4_096, 64L << 20, 1 << 20, 32);

  public StoreSettings {
    positive("batchMost", batchMost);
    positive("queueMost", queueMost);
    positive("queueBytesMost", queueBytesMost);
    positive("remembered", remembered);
    positive("commitsBetweenSyncs", commitsBetweenSyncs);
    if (commitsBetweenSyncs > 1_024)
      throw new IllegalArgumentException(
          "commitsBetweenSyncs is " + commitsBetweenSyncs + ", expected at most 1024");
  }

  private static void positive(String name, long value) {
    if (value < 1) throw new IllegalArgumentException(name + " is " + value + ", expected >= 1");
  }
}
