package dev.windlass.cli;

import dev.windlass.function.Bytes;
import dev.windlass.protocol.Outcome;
import java.util.ArrayList;
import java.util.List;

/** An engine whose guests greet; texts that begin with "bad" do not assemble. */
final class FakeEngines implements Engines {
  final List<Job> jobs = new ArrayList<>();
  Outcome outcome = new Outcome.Exited(0);
  Bytes stderr = Bytes.EMPTY;
  Finding.State state = Finding.State.OK;

  @Override
  public Ran run(Job job) {
    jobs.add(job);
    if (job.module().utf8().startsWith("bad"))
      throw new EngineFailure(EngineFailure.Kind.MODULE, "not a module\nat offset 0");
    var output = Bytes.utf8("POST: Hello, " + job.input().utf8());
    return new Ran(FakeHead.ENGINE, outcome, output, stderr, 0, 7, 1_250_000);
  }

  @Override
  public Bytes assemble(Bytes text) {
    if (text.utf8().startsWith("bad"))
      throw new EngineFailure(EngineFailure.Kind.MODULE, "expected `(`\n --> 1:1");
    return Bytes.utf8("assembled " + text.utf8());
  }

  @Override
  public List<Finding> examine() {
    return List.of(new Finding(state, "engine", "a fake", "make another"));
  }
}
