package dev.windlass.wasm;

/**
 * A guest pointed outside its memory. Without a stack trace, because a hostile guest can throw
 * millions.
 */
public final class GuestFault extends RuntimeException {
  private static final long serialVersionUID = 1;
  public static final GuestFault OUT_OF_BOUNDS = new GuestFault();

  private GuestFault() {
    super("a guest pointer is out of bounds", null, false, false);
  }
}
