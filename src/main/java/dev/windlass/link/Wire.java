package dev.windlass.link;

/** What a link needs of its connection. Called by one thread. */
interface Wire {
  /** Queues a frame; frames arrive whole and in order, or the connection ends. */
  void send(Frame frame);

  /** Whether so much is queued that only what cannot wait should follow. */
  boolean full();

  /** Sends what is queued and closes. */
  void close();
}
