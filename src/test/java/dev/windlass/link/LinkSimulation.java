package dev.windlass.link;

import dev.windlass.function.Bytes;
import dev.windlass.protocol.Answer;
import dev.windlass.protocol.Ask;
import dev.windlass.protocol.Order;
import dev.windlass.protocol.ProtocolException;
import dev.windlass.protocol.Reply;
import dev.windlass.protocol.Report;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Both ends of one link in one thread from one seed: octets are cut, delayed and, at times, lost
 * with the connection; orders of all sizes, slow workers, deadlines, asks, goodbyes. After every
 * step the invariants are checked.
 */
final class LinkSimulation {
  private static final LinkLimits.Sizes SIZES =
      new LinkLimits.Sizes(LinkLimits.Sizes.LEAST_FRAME, 1 << 10, 1 << 20, 1 << 20);
  private static final LinkLimits LIMITS = new LinkLimits(SIZES, times(), 8, 3, 4);

  private final SplittableRandom chance;
  private final Pipe toWorker = new Pipe();
  private final Pipe toHead = new Pipe();
  private final HeadLink head;
  private final WorkerLink worker;
  private final FrameParser headParser;
  private final FrameParser workerParser;
  private long now = 1;

  private final Map<Integer, Integer> results = new HashMap<>();
  private final List<Ran> running = new ArrayList<>();
  private final Map<Integer, Integer> runs = new HashMap<>();
  private final Set<Integer> sent = new HashSet<>();
  private final List<Long> openAsks = new ArrayList<>();
  private int next;
  private int free;
  private int asked;
  private int answered;
  private boolean headEnded;
  private boolean workerEnded;
  private String fault = "";
  private int replies;

  private record Ran(long id, int number) {}

  LinkSimulation(long seed) {
    chance = new SplittableRandom(seed);
    head = new HeadLink(toWorker, LIMITS, new Head(), now);
    worker = new WorkerLink(toHead, LIMITS, new Worker(), Loopback.report(), now);
    headParser = new FrameParser(LIMITS.sizes().frame(), frame -> head.receive(frame, now));
    workerParser = new FrameParser(LIMITS.sizes().frame(), frame -> worker.receive(frame, now));
  }

  /** Replies that reached the caller. */
  int run(int steps) {
    for (int i = 0; i < steps; i++) {
      step(i > steps / 2);
      check();
    }
    settle();
    return replies;
  }

  private void step(boolean mayEnd) {
    now += chance.nextLong(Duration.ofMillis(20).toNanos());
    int dice = chance.nextInt(1000);
    if (dice < 250) order();
    else if (dice < 550) deliver(toWorker, workerParser, head.isOpen() || !toWorker.isEmpty());
    else if (dice < 850) deliver(toHead, headParser, true);
    else if (dice < 930) finishOne();
    else if (dice < 950) ask();
    else if (dice < 970) answerOne();
    else if (dice < 996) tick();
    else if (mayEnd && dice == 996) head.close("the simulation cuts the head's end");
    else if (mayEnd && dice == 997) worker.close("the simulation cuts the worker's end");
    else if (mayEnd && dice == 998) head.goodbye("so the simulation wants");
    else if (mayEnd && dice == 999) worker.goodbye("so the simulation wants");
  }

  private void order() {
    if (free <= 0) return;
    free--;
    int number = next++;
    sent.add(number);
    var body = new byte[sizeOf(chance)];
    var promise = Promise.<Reply>promise();
    promise
        .future()
        .onComplete(
            done -> {
              results.merge(number, 1, Integer::sum);
              if (done.succeeded()) replied(number, done.result());
            });
    long deadline = now + Duration.ofMillis(50 + chance.nextInt(2000)).toNanos();
    var order = Loopback.invoke(Bytes.wrap(body), number);
    head.order(Link.encoded(order), deadline, promise);
  }

  private void replied(int number, Reply reply) {
    replies++;
    if (!runs.containsKey(number)) throw new AssertionError("a reply to " + number + ", never run");
    if (((Reply.Done) reply).output().size() != number % 5000)
      throw new AssertionError("the reply to another order");
  }

  private void finishOne() {
    if (running.isEmpty()) return;
    var ran = running.remove(chance.nextInt(running.size()));
    worker.reply(ran.id, Link.encoded(Loopback.done(Bytes.wrap(new byte[ran.number % 5000]))));
  }

  private void ask() {
    var promise = Promise.<Answer>promise();
    asked++;
    promise.future().onComplete(_ -> answered++);
    var fetch = new Ask.Fetch(dev.windlass.function.Digest.of(Bytes.EMPTY));
    worker.ask(Link.encoded(fetch), now + Duration.ofMillis(500).toNanos(), promise);
  }

  private void answerOne() {
    if (openAsks.isEmpty()) return;
    long id = openAsks.removeFirst();
    head.answer(id, Link.encoded(new Answer.Found(Bytes.wrap(new byte[sizeOf(chance)]))));
  }

  private void tick() {
    head.tick(now);
    worker.tick(now);
  }

  /** Some of what is under way arrives, cut anywhere; the end of a connection only after it. */
  private void deliver(Pipe pipe, FrameParser parser, boolean open) {
    byte[] octets = pipe.take(1 + chance.nextInt(8 << 10));
    Link link = pipe == toWorker ? worker : head;
    Link other = pipe == toWorker ? head : worker;
    if (octets.length > 0 && link.isOpen()) {
      link.heard(now);
      try {
        parser.feed(Buffer.buffer(octets), now);
      } catch (ProtocolException e) {
        throw new AssertionError("our own frames do not parse", e);
      }
    }
    if (pipe.isEmpty() && !open) link.close("the peer closed");
    else if (pipe.isEmpty() && pipe.closed) link.close("the peer closed");
    if (pipe.drained() && other.isOpen()) other.writable();
  }

  private void check() {
    if (!fault.isEmpty()) throw new AssertionError("honest ends fault each other: " + fault);
    for (var result : results.entrySet())
      if (result.getValue() != 1) throw new AssertionError(result + ": completed more than once");
    for (var run : runs.entrySet())
      if (run.getValue() != 1) throw new AssertionError(run + ": ran more than once");
    if (head.inFlight() > LIMITS.credits()) throw new AssertionError("more orders than credits");
    if (worker.inFlight() > LIMITS.credits()) throw new AssertionError("more orders than credits");
    if (head.in.reserved() > SIZES.reassembly() || worker.in.reserved() > SIZES.reassembly())
      throw new AssertionError("more reserved than the link's bound");
  }

  /** Time goes on until everything has an end; then nothing may be left open. */
  private void settle() {
    for (int i = 0; i < 400 && !(headEnded && workerEnded); i++) {
      now += Duration.ofMillis(50).toNanos();
      for (int j = 0; j < 40; j++) {
        deliver(toWorker, workerParser, true);
        deliver(toHead, headParser, true);
      }
      while (!running.isEmpty()) finishOne();
      while (!openAsks.isEmpty()) answerOne();
      tick();
      check();
      if (i == 200) head.close("the end");
    }
    if (!results.keySet().equals(sent))
      throw new AssertionError("orders without an end: " + (sent.size() - results.size()));
    if (asked != answered) throw new AssertionError("asks without an end");
  }

  private static int sizeOf(SplittableRandom chance) {
    return switch (chance.nextInt(4)) {
      case 0 -> 0;
      case 1 -> chance.nextInt(600);
      case 2 -> chance.nextInt(4000);
      default -> chance.nextInt(200_000);
    };
  }

  private static LinkLimits.Times times() {
    return new LinkLimits.Times(
        Duration.ofSeconds(60),
        Duration.ofSeconds(60),
        Duration.ofSeconds(90),
        Duration.ofSeconds(5),
        Duration.ofSeconds(5),
        Duration.ofSeconds(5),
        Duration.ofMillis(1),
        Duration.ofMillis(1),
        Duration.ofSeconds(1),
        Duration.ofSeconds(5));
  }

  /** One direction: octets in order, full at 64 KiB. */
  private static final class Pipe implements Wire {
    private static final int FULL = 64 << 10;
    private final ArrayDeque<byte[]> frames = new ArrayDeque<>();
    private int size;
    private boolean wasFull;
    boolean closed;

    @Override
    public void send(Frame frame) {
      if (closed) return;
      byte[] octets = RawPeer.octets(frame);
      frames.add(octets);
      size += octets.length;
      if (size >= FULL) wasFull = true;
    }

    @Override
    public boolean full() {
      return size >= FULL;
    }

    @Override
    public void close() {
      closed = true;
    }

    boolean isEmpty() {
      return frames.isEmpty();
    }

    boolean drained() {
      if (!wasFull || size > FULL / 2) return false;
      wasFull = false;
      return true;
    }

    byte[] take(int most) {
      var out = new ByteArrayOutputStream();
      while (!frames.isEmpty() && out.size() < most) {
        byte[] first = frames.remove();
        int count = Math.min(first.length, most - out.size());
        out.write(first, 0, count);
        size -= count;
        if (count < first.length) {
          var rest = new byte[first.length - count];
          System.arraycopy(first, count, rest, 0, rest.length);
          frames.addFirst(rest);
        }
      }
      return out.toByteArray();
    }
  }

  private final class Head implements HeadLink.Events {
    @Override
    public void greeted(Report report, int credits) {
      free = credits;
    }

    @Override
    public void reported(Report report) {}

    @Override
    public void asked(long id, Ask ask) {
      openAsks.add(id);
    }

    @Override
    public void parted(String why) {}

    @Override
    public void released() {
      if (++free > LIMITS.credits()) throw new AssertionError("a credit came back twice");
    }

    @Override
    public void late() {}

    @Override
    public void timedOut() {}

    @Override
    public void ended(String why, boolean broken, int lost) {
      headEnded = true;
      if (broken) fault = why;
    }
  }

  private final class Worker implements WorkerLink.Events {
    @Override
    public void greeted() {}

    @Override
    public void ordered(long id, Order order) {
      int number = ((Order.Invoke) order).deadlineMillis();
      runs.merge(number, 1, Integer::sum);
      running.add(new Ran(id, number));
    }

    @Override
    public void parted(String why) {}

    @Override
    public void ended(String why, boolean broken) {
      workerEnded = true;
      if (broken) fault = why;
      running.clear();
    }
  }
}
