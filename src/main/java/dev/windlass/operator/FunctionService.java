package dev.windlass.operator;

import dev.windlass.artifact.Fetcher;
import java.security.SecureRandom;
import java.util.Optional;

/** The reconciler of Functions and what runs beside it. */
final class FunctionService implements AutoCloseable {
  private final Fetcher fetcher;
  private final FunctionJobs jobs;
  private final Parts parts;
  private final FunctionPins pins;

  FunctionService(Parts parts, FunctionPorts ports) {
    this.parts = parts;
    var client = parts.cluster().client();
    fetcher = new Fetcher(ports.fetch());
    var fetch =
        new FunctionFetch(
            fetcher,
            ports.store(),
            (namespace, name) ->
                Optional.ofNullable(client.secrets().inNamespace(namespace).withName(name).get()));
    jobs = new FunctionJobs(fetch, ports.log(), parts.clock(), new SecureRandom());
    pins = new FunctionPins(ports.store());
  }

  /** Another one each time that reconciling begins. */
  FunctionReconciler reconciler() {
    return new FunctionReconciler(parts, jobs, pins);
  }

  @Override
  public void close() {
    jobs.close();
    fetcher.close();
  }
}
