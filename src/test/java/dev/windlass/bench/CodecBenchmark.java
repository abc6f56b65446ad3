package dev.windlass.bench;

import dev.windlass.function.Bytes;
import dev.windlass.protocol.Codec;
import dev.windlass.protocol.Encoded;
import dev.windlass.protocol.Kind;
import dev.windlass.protocol.Message;
import dev.windlass.protocol.Messages;
import dev.windlass.protocol.Outcome;
import dev.windlass.protocol.ProtocolException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** The four turns of the codec that one request costs; an order with 20 variables of env. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class CodecBenchmark {
  private final Message order = Messages.invoke(Bytes.wrap(new byte[1024]), 20);
  private final Message reply = Messages.done(new Outcome.Exited(0), Optional.empty());
  private final Encoded encodedOrder = encode(order);
  private final Encoded encodedReply = encode(reply);
  private final byte[] orderBody = encodedOrder.body();
  private final byte[] replyBody = new byte[encodedReply.bodySize()];

  @Benchmark
  public Encoded encodeOrder() throws ProtocolException {
    return Codec.encode(order);
  }

  @Benchmark
  public Message decodeOrder() throws ProtocolException {
    return Codec.decode(Kind.ORDER, encodedOrder.header(), orderBody);
  }

  @Benchmark
  public Encoded encodeReply() throws ProtocolException {
    return Codec.encode(reply);
  }

  @Benchmark
  public Message decodeReply() throws ProtocolException {
    return Codec.decode(Kind.REPLY, encodedReply.header(), replyBody);
  }

  private static Encoded encode(Message message) {
    try {
      return Codec.encode(message);
    } catch (ProtocolException e) {
      throw new AssertionError(e);
    }
  }
}
