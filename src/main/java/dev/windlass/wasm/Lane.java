package dev.windlass.wasm;

/** One bounded platform thread that guests run on, with its own native out-slots. */
public final class Lane {
  /** Runs to the end. Only on this lane's thread. */
  public <S> Execution execute(Run<S> run) {
    throw new UnsupportedOperationException("next commit");
  }
}
