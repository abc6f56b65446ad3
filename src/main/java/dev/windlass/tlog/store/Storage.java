package dev.windlass.tlog.store;

/** Where one log lives: its tiles, and its last committed checkpoint. */
public record Storage(Backend backend, Lock lock) {}
