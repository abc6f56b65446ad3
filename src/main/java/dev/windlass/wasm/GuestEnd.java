package dev.windlass.wasm;

/** Thrown by a host function to end the run at once; the reason is in the state it was given. */
public final class GuestEnd extends RuntimeException {
  private static final long serialVersionUID = 1;
  public static final GuestEnd NOW = new GuestEnd();

  private GuestEnd() {
    super("the host ends the run", null, false, false);
  }
}
