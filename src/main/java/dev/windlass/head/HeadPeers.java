package dev.windlass.head;

import dev.windlass.artifact.ContentStore;
import dev.windlass.identity.SpiffeId;
import dev.windlass.link.Peers;
import dev.windlass.protocol.Answer;
import dev.windlass.protocol.Ask;
import dev.windlass.protocol.Report;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.util.concurrent.Semaphore;
import org.jboss.logging.Logger;

/** What the link tells the head: who is there, and who wants an artifact. Called on event loops. */
final class HeadPeers implements Peers {
  private static final Logger LOG = Logger.getLogger(HeadPeers.class);

  /** Artifacts that are in memory at one time on their way to workers. */
  private static final int READS = 4;

  private final Vertx vertx;
  private final Fleet fleet;
  private final ContentStore store;
  private final Semaphore reads = new Semaphore(READS, true);

  HeadPeers(Vertx vertx, Fleet fleet, ContentStore store) {
    this.vertx = vertx;
    this.fleet = fleet;
    this.store = store;
  }

  @Override
  public void joined(SpiffeId worker, int credits, Report report) {
    LOG.infof(
        "worker=%s event=joined lanes=%d credits=%d engine=%s",
        worker, report.lanes(), credits, report.engineVersion());
    fleet.joined(worker, credits, report);
  }

  @Override
  public void reported(SpiffeId worker, Report report) {
    fleet.reported(worker, report);
  }

  @Override
  public void left(SpiffeId worker, String why) {
    LOG.infof("worker=%s event=left why=%s", worker, why);
    fleet.left(worker);
  }

  @Override
  public Future<Answer> ask(SpiffeId worker, Ask ask) {
    var context = vertx.getOrCreateContext();
    Promise<Answer> promise = Promise.promise();
    Thread.startVirtualThread(
        () -> {
          var answer = answer(worker, ask);
          context.runOnContext(_ -> promise.complete(answer));
        });
    return promise.future();
  }

  private Answer answer(SpiffeId worker, Ask ask) {
    return switch (ask) {
      case Ask.Fetch _ when !fleet.mayAsk(worker) -> {
        LOG.warnf("worker=%s event=refused-artifact why=not-believed", worker);
        yield new Answer.NotFound("this head does not believe " + worker);
      }
      case Ask.Fetch(var digest) -> {
        reads.acquireUninterruptibly();
        try {
          var octets = store.read(digest);
          yield octets.isPresent()
              ? new Answer.Found(octets.get())
              : new Answer.NotFound("this head has no artifact " + digest);
        } catch (IOException e) {
          LOG.errorf(
              "worker=%s artifact=%s event=unreadable why=%s", worker, digest, e.getMessage());
          yield new Answer.NotFound(String.valueOf(e.getMessage()));
        } finally {
          reads.release();
        }
      }
    };
  }
}
