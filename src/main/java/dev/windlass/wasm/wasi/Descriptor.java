package dev.windlass.wasm.wasi;

import org.jspecify.annotations.Nullable;

/** What a file descriptor number stands for. */
abstract sealed class Descriptor {
  /** {@code fdflags} of the specification. */
  int flags;

  /** Rights on the descriptor itself. */
  long base;

  /** Rights that a descriptor opened through this one can have at most. */
  long inheriting;

  Descriptor(long base, long inheriting) {
    this.base = base;
    this.inheriting = inheriting;
  }

  boolean may(long rights) {
    return (base & rights) == rights;
  }

  abstract int type();

  /** Standard input, output or error. */
  static final class Stream extends Descriptor {
    enum Which {
      INPUT,
      OUTPUT,
      ERROR
    }

    static final int TYPE = 2; // character_device
    final Which which;

    Stream(Which which) {
      super(Rights.STREAM | (which == Which.INPUT ? Rights.FD_READ : Rights.FD_WRITE), 0);
      this.which = which;
    }

    @Override
    int type() {
      return TYPE;
    }
  }

  static final class OpenFile extends Descriptor {
    static final int APPEND = 1;
    final Node.RegularFile file;
    long offset;

    OpenFile(Node.RegularFile file, long base) {
      super(base, 0);
      this.file = file;
    }

    @Override
    int type() {
      return Node.RegularFile.TYPE;
    }
  }

  static final class OpenFolder extends Descriptor {
    final Node.Folder folder;

    /** Its name as the guest knows it, if it was open from the start. */
    final @Nullable String preopened;

    /** The names when listing began, so that a cookie means the same while names come and go. */
    String @Nullable [] listing;

    OpenFolder(Node.Folder folder, long base, long inheriting, @Nullable String preopened) {
      super(base, inheriting);
      this.folder = folder;
      this.preopened = preopened;
    }

    @Override
    int type() {
      return Node.Folder.TYPE;
    }
  }

  /** What it is open on, if that is a node. */
  @Nullable Node node() {
    return switch (this) {
      case Stream _ -> null;
      case OpenFile open -> open.file;
      case OpenFolder open -> open.folder;
    };
  }
}
