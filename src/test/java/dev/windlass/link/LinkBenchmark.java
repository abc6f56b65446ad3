package dev.windlass.link;

import dev.windlass.protocol.Order;
import dev.windlass.protocol.Reply;
import io.vertx.core.Future;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One order and its reply, one after the other, the caller waiting on a thread of its own: over the
 * local event bus, and over a link on loopback with mutual TLS 1.3.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 4, time = 1)
@Fork(1)
public class LinkBenchmark {
  private Loopback loopback;
  private final Order.Invoke order = Loopback.invoke("Ada");

  @Setup(Level.Trial)
  public void open() {
    loopback = new Loopback();
    loopback.worker("w-1", Loopback::echo);
    ByReference.register(loopback.vertx.eventBus());
    loopback
        .vertx
        .eventBus()
        .<Order>localConsumer("local")
        .handler(message -> Loopback.echo(message.body()).onSuccess(message::reply));
  }

  @TearDown(Level.Trial)
  public void close() {
    loopback.close();
  }

  @Benchmark
  public Object overTheLocalBus() throws Exception {
    return await(loopback.vertx.eventBus().<Reply>request("local", order));
  }

  @Benchmark
  public Object overBusAndLink() throws Exception {
    return await(loopback.vertx.eventBus().<Reply>request("worker.w-1", order));
  }

  @Benchmark
  public Object overTheLinkAlone() throws Exception {
    return await(loopback.server.order("worker.w-1", order));
  }

  private static Object await(Future<?> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
  }
}
