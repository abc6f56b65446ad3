package dev.windlass.tlog;

import java.util.ArrayList;
import java.util.List;

/**
 * Consecutive leaves {@code begin} to {@code end - 1} that are a subtree in the sense of RFC 6962
 * §2.1: proofs are lists of their roots.
 */
record Span(long begin, long end) {
  /** A complete subtree of 2^height leaves, the index-th of its height. */
  record Node(int height, long index) {}

  /** The complete subtrees it consists of, from left to right. */
  List<Node> nodes() {
    var nodes = new ArrayList<Node>();
    long from = begin;
    while (from < end) {
      int height = 63 - Long.numberOfLeadingZeros(end - from);
      nodes.add(new Node(height, from >> height));
      from += 1L << height;
    }
    return nodes;
  }

  /** PATH of §2.1.1, from the leaf up. */
  static List<Span> inclusion(long index, long size) {
    var spans = new ArrayList<Span>();
    long begin = 0;
    long end = size;
    while (end - begin > 1) {
      long split = begin + left(end - begin);
      if (index < split) {
        spans.add(new Span(split, end));
        end = split;
      } else {
        spans.add(new Span(begin, split));
        begin = split;
      }
    }
    return spans.reversed();
  }

  /** PROOF of §2.1.2, in its order. */
  static List<Span> consistency(long oldSize, long newSize) {
    var spans = new ArrayList<Span>();
    if (oldSize == 0 || oldSize == newSize) return spans;
    long begin = 0;
    long end = newSize;
    while (oldSize < end) {
      long split = begin + left(end - begin);
      if (oldSize <= split) {
        spans.add(new Span(split, end));
        end = split;
      } else {
        spans.add(new Span(begin, split));
        begin = split;
      }
    }
    if (begin > 0) spans.add(new Span(begin, end));
    return spans.reversed();
  }

  /** The largest power of two below n. */
  private static long left(long n) {
    return Long.highestOneBit(n - 1);
  }
}
