package dev.windlass.wasm;

/** How a run ended. Every one is a value: nothing a guest does becomes an exception. */
public sealed interface Outcome {
  /** The entry returned. */
  record Returned() implements Outcome {}

  /** A host function threw {@link GuestEnd}; why is in the state it was given. */
  record EndedByHost() implements Outcome {}

  /** A Wasm trap that has no case of its own here. */
  record Trapped(TrapCode code) implements Outcome {}

  record OutOfFuel() implements Outcome {}

  /** Its depth in frames depends on the processor: never compare it across architectures. */
  record StackOverflow() implements Outcome {}

  /** The time limit passed. Says nothing about the guest that another run would repeat. */
  record Interrupted() implements Outcome {}

  /**
   * The module declares more than the limit, or the guest executed {@code unreachable} when its
   * memory was within an eighth of the limit (the C interface does not tell of refused growth).
   */
  record OutOfMemory(long limitBytes) implements Outcome {}

  /** Our fault, not the guest's: a host function threw, or the engine had no room. */
  record HostFailed(String why) implements Outcome {}
}
