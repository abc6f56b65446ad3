package dev.windlass.link;

import dev.windlass.protocol.Message;
import dev.windlass.protocol.Order;
import dev.windlass.protocol.Reply;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.MessageCodec;

/** Lets orders and replies cross the local event bus as they are: they are immutable. */
final class ByReference<M extends Message> implements MessageCodec<M, M> {
  private final String name;

  private ByReference(Class<M> type) {
    name = "windlass:" + type.getName();
  }

  /** Doing it twice for one bus changes nothing. */
  static void register(EventBus bus) {
    register(bus, Order.Invoke.class);
    register(bus, Order.Prepare.class);
    register(bus, Order.Evict.class);
    register(bus, Reply.Done.class);
    register(bus, Reply.Prepared.class);
    register(bus, Reply.Evicted.class);
    register(bus, Reply.Busy.class);
    register(bus, Reply.Refused.class);
  }

  private static <M extends Message> void register(EventBus bus, Class<M> type) {
    try {
      bus.registerDefaultCodec(type, new ByReference<>(type));
    } catch (IllegalStateException _) {
      // the bus has it: another link of this process was first
    }
  }

  @Override
  public void encodeToWire(Buffer buffer, M message) {
    throw new AssertionError("the bus is local: " + message.getClass());
  }

  @Override
  public M decodeFromWire(int position, Buffer buffer) {
    throw new AssertionError("the bus is local");
  }

  @Override
  public M transform(M message) {
    return message;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public byte systemCodecID() {
    return -1;
  }
}
