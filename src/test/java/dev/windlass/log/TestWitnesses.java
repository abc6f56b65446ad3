package dev.windlass.log;

import dev.windlass.function.Bytes;
import dev.windlass.tlog.SigningKey;
import dev.windlass.tlog.VerifierKey;
import dev.windlass.tlog.WitnessPolicy;
import dev.windlass.witness.States;
import dev.windlass.witness.Witness;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;

/** Real witnesses in memory, each of which can be made to misbehave. */
final class TestWitnesses implements Witnesses {
  /** How one answers. */
  enum Mood {
    HONEST,
    DOWN,
    STALLS,
    GARBAGE,
    /** Its clock is ten minutes ahead. */
    FUTURE,
    /** Claims to have seen a larger tree. */
    BOASTS,
    /** Answers with the signature of another key. */
    LIES
  }

  private record One(SigningKey key, Witness honest, Witness ahead) {}

  private final Map<String, One> witnesses = new LinkedHashMap<>();
  private final Map<String, Mood> moods = new ConcurrentHashMap<>();
  private final VerifierKey log;
  private final CountDownLatch end = new CountDownLatch(1);

  TestWitnesses(VerifierKey log, int count, InstantSource clock) {
    this.log = log;
    for (int i = 1; i <= count; i++) {
      var name = "W" + i;
      var key = SigningKey.generate("w" + i + ".test.example/witness", new SplittableRandom(i));
      try {
        InstantSource ahead = () -> clock.instant().plus(Duration.ofMinutes(10));
        witnesses.put(
            name,
            new One(
                key,
                Witness.open(new Memory(), key, List.of(log), clock),
                Witness.open(new Memory(), key, List.of(log), ahead)));
      } catch (IOException e) {
        throw new AssertionError(e);
      }
      moods.put(name, Mood.HONEST);
    }
  }

  WitnessPolicy policy(int threshold) {
    var listed = new ArrayList<WitnessPolicy.Witness>();
    witnesses.forEach(
        (name, one) ->
            listed.add(new WitnessPolicy.Witness(name, one.key().cosigner(), Optional.empty())));
    return WitnessPolicy.of(log, listed, threshold);
  }

  void set(String name, Mood mood) {
    moods.put(name, mood);
  }

  void setAll(Mood mood) {
    moods.replaceAll((_, _) -> mood);
  }

  long size(String name) {
    return witnesses.get(name).honest().size(log.name());
  }

  @Override
  public Set<String> names() {
    return witnesses.keySet();
  }

  @Override
  public WitnessAnswer addCheckpoint(String witness, Bytes request) {
    var one = witnesses.get(witness);
    return switch (moods.get(witness)) {
      case HONEST -> answer(one.honest(), request);
      case FUTURE -> answer(one.ahead(), request);
      case DOWN -> new WitnessAnswer.Unreachable("connection refused");
      case GARBAGE -> new WitnessAnswer.Cosigned(Bytes.utf8("<html>hello</html>\n"));
      case BOASTS -> new WitnessAnswer.Conflict(1_000_000);
      case LIES -> answer(witnesses.get(witness.equals("W1") ? "W2" : "W1").ahead(), request);
      case STALLS -> {
        try {
          end.await();
        } catch (InterruptedException _) {
          // the caller's time is over
        }
        yield new WitnessAnswer.Unreachable("timed out");
      }
    };
  }

  private static WitnessAnswer answer(Witness witness, Bytes request) {
    return switch (witness.addCheckpoint(request.toArray())) {
      case dev.windlass.witness.WitnessAnswer.Cosigned c ->
          new WitnessAnswer.Cosigned(Bytes.utf8(c.lines()));
      case dev.windlass.witness.WitnessAnswer.Conflict c -> new WitnessAnswer.Conflict(c.size());
      case dev.windlass.witness.WitnessAnswer.Refused r ->
          new WitnessAnswer.Refused(r.status(), r.why());
    };
  }

  private static final class Memory implements States {
    private final Map<String, Bytes> values = new ConcurrentHashMap<>();

    @Override
    public Optional<Bytes> load(String origin) {
      return Optional.ofNullable(values.get(origin));
    }

    @Override
    public synchronized boolean replace(String origin, Optional<Bytes> expected, Bytes value) {
      if (!load(origin).equals(expected)) return false;
      values.put(origin, value);
      return true;
    }
  }
}
