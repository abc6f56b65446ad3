package dev.windlass.protocol;

import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import dev.windlass.function.FunctionName;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/** One of each message, and random ones. */
public final class Messages {
  private Messages() {}

  /** Every record that may travel, every outcome and every reason among them. */
  public static List<Message> all() {
    var all = new ArrayList<Message>();
    all.add(invoke(Bytes.utf8("Ada"), 5));
    all.add(invoke(Bytes.EMPTY, 0));
    all.add(new Order.Prepare(digest("manifest"), 20_000));
    all.add(new Order.Evict(new FunctionName("default", "hello"), digest("manifest")));
    all.add(new Order.Resign(Bytes.utf8("{\"v\":1}"), Bytes.wrap(new byte[64]), batch(8)));
    all.add(new Order.Resign(Bytes.EMPTY, Bytes.EMPTY, batch(0)));
    for (var outcome : outcomes()) all.add(done(outcome, Optional.empty()));
    all.add(done(new Outcome.Exited(0), Optional.of(batch(0))));
    all.add(done(new Outcome.Exited(0), Optional.of(batch(8))));
    all.add(
        new Reply.Prepared(digest("module"), 26_000_000, 18_000, 1L << 40, List.of("a.b", "ü")));
    all.add(new Reply.Evicted());
    all.add(new Reply.Resigned("SHA256:" + "k".repeat(43), Bytes.wrap(new byte[64])));
    all.add(new Reply.Busy(4));
    for (var why : Reply.Why.values()) all.add(new Reply.Refused(why, "because: " + why));
    all.add(new Ask.Fetch(digest("module")));
    all.add(new Answer.Found(Bytes.utf8("module")));
    all.add(new Answer.Found(Bytes.EMPTY));
    all.add(new Answer.NotFound("no artifact with this digest"));
    all.add(report(0));
    all.add(report(Report.MAX_WARM));
    all.add(new Control.Hello(Control.VERSION, 64, Control.RESIGN, report(3)));
    all.add(new Control.HelloOk(Control.VERSION, 64, 16, 0));
    all.add(new Control.Stream(Kind.REPLY, 20 << 20));
    all.add(new Control.Goodbye("the worker drains"));
    return all;
  }

  public static Order.Invoke invoke(Bytes body, int variables) {
    var env = new TreeMap<String, String>();
    for (int i = 0; i < variables; i++) env.put("HTTP_VARIABLE_" + i, "value of variable " + i);
    env.put("PATH_INFO", "/über/\uD83D\uDE00");
    return new Order.Invoke(
        InvocationId.parse("01a1f0a3-3c00-7001-8000-000000000002"),
        Bytes.wrap(new byte[] {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}),
        digest("manifest"),
        env,
        body,
        10_000);
  }

  public static Reply.Done done(Outcome outcome, Optional<Reply.Batch> batch) {
    return new Reply.Done(
        Bytes.utf8("{\"statement\":\"" + "s".repeat(600) + "\"}"),
        new Reply.Signature("SHA256:" + "k".repeat(43), Bytes.wrap(new byte[64]), batch),
        outcome,
        Bytes.utf8("Hello, Ada!\n"),
        Bytes.utf8("log line\n"),
        3,
        12_345_678_901L,
        new Reply.Times(1, 22, 333, 4444));
  }

  public static Report report(int warm) {
    var modules = new ArrayList<Digest>();
    for (int i = 0; i < warm; i++) modules.add(digest("module " + i));
    var hardware =
        new Report.Hardware("aarch64", 1.5, 0, 8L << 30, "nvme", 1L << 40, 1L << 39, 900);
    return new Report(
        digest("engine"), "50.0.1", hardware, 4, 3, 1L << 32, 1L << 27, modules, warm > 0, "0.1.0");
  }

  static Reply.Batch batch(int nodes) {
    var path = new ArrayList<Bytes>();
    for (int i = 0; i < nodes; i++) path.add(Bytes.wrap(digest("node " + i).hash()));
    return new Reply.Batch(Bytes.utf8("{\"batch\":1}"), nodes, path);
  }

  /** A message with random values in every field that may vary. */
  static Message random(RandomGenerator chance) {
    return switch (chance.nextInt(4)) {
      case 0 -> {
        var env = new TreeMap<String, String>();
        for (int i = chance.nextInt(40); i > 0; i--) env.put(text(chance), text(chance));
        yield new Order.Invoke(
            InvocationId.of(chance.nextLong() & 0xffff_ffff_ffffL, chance.nextLong(), 1),
            octets(chance, 16),
            Digest.ofHash(octets(chance, 32).toArray()),
            env,
            octets(chance, chance.nextInt(3000)),
            chance.nextInt(Integer.MAX_VALUE),
            chance.nextInt(1_000));
      }
      case 1 ->
          new Reply.Done(
              octets(chance, chance.nextInt(2000)),
              new Reply.Signature(text(chance), octets(chance, 64), Optional.of(batch(3))),
              new Outcome.Exited(chance.nextInt()),
              octets(chance, chance.nextInt(500)),
              octets(chance, chance.nextInt(500)),
              number(chance),
              number(chance),
              new Reply.Times(number(chance), number(chance), number(chance), number(chance)));
      case 2 -> new Reply.Refused(Reply.Why.TOO_LATE, text(chance));
      default -> report(chance.nextInt(Report.MAX_WARM));
    };
  }

  static Digest digest(String text) {
    return Digest.of(Bytes.utf8(text));
  }

  private static List<Outcome> outcomes() {
    return List.of(
        new Outcome.Exited(0),
        new Outcome.Exited(-1),
        new Outcome.Exited(Integer.MIN_VALUE),
        new Outcome.Trapped("unreachable"),
        new Outcome.OutOfFuel(10_000_000_000L),
        new Outcome.OutOfMemory(128 << 20),
        new Outcome.OutOfTime(10_000),
        new Outcome.OutputTooLarge(10 << 20),
        new Outcome.StackOverflow());
  }

  private static long number(RandomGenerator chance) {
    return chance.nextLong() >>> 1 + chance.nextInt(62);
  }

  private static Bytes octets(RandomGenerator chance, int size) {
    var octets = new byte[size];
    chance.nextBytes(octets);
    return Bytes.wrap(octets);
  }

  /** Up to 60 characters from all planes, no lone surrogate. */
  private static String text(RandomGenerator chance) {
    return chance
        .ints(chance.nextInt(60), 0, 0x11_0000)
        .map(c -> chance.nextBoolean() ? 'a' + c % 26 : c)
        .filter(c -> c < 0xd800 || c > 0xdfff)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }
}
