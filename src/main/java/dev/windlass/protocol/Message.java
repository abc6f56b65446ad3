package dev.windlass.protocol;

/** Anything that travels over a link. */
public sealed interface Message permits Order, Reply, Ask, Answer, Report, Control {}
