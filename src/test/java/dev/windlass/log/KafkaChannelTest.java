package dev.windlass.log;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.function.Bytes;
import dev.windlass.tlog.EntryBundle;
import dev.windlass.tlog.LogPath;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.annotation.Priority;
import jakarta.enterprise.inject.Alternative;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;

/**
 * Both ends of the channel on a real broker, chosen by configuration, while the broker is killed.
 */
@QuarkusTest
@TestProfile(KafkaChannelTest.OnKafka.class)
class KafkaChannelTest {
  private static final Duration LONG = Duration.ofSeconds(30);

  /** The role, and what is set when a process starts. */
  public static final class OnKafka implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of("windlass.role", "log", "quarkus.http.test-port", "0");
    }

    @Override
    public Set<Class<?>> getEnabledAlternatives() {
      return Set.of(Surroundings.class);
    }

    @Override
    public List<TestResourceEntry> testResources() {
      return List.of(new TestResourceEntry(Broker.class));
    }
  }

  /** The broker of this test. */
  public static final class Broker implements QuarkusTestResourceLifecycleManager {
    static volatile KafkaBroker running;
    private Path directory;

    @Override
    public Map<String, String> start() {
      try {
        directory = Files.createTempDirectory("kafka");
        running = KafkaBroker.start(directory);
        return Map.of(
            "kafka.bootstrap.servers",
            running.address(),
            "mp.messaging.outgoing.entriesout.connector",
            "smallrye-kafka",
            "mp.messaging.incoming.entriesin.connector",
            "smallrye-kafka",
            "windlass.test.directory",
            directory.toString());
      } catch (IOException | InterruptedException e) {
        throw new AssertionError(e);
      }
    }

    @Override
    public void stop() {
      try {
        if (running != null) running.close();
        try (var all = Files.walk(directory)) {
          for (var file : all.sorted(Comparator.reverseOrder()).toList()) Files.delete(file);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** A log in the directory of the test. */
  @Alternative
  @Priority(1)
  @Singleton
  static final class Surroundings {
    static TestLog log;

    @Produces
    @Singleton
    LogPorts ports(
        @ConfigProperty(name = "windlass.test.directory", defaultValue = "target")
            String directory) {
      log = new TestLog(Path.of(directory).resolve("log"));
      log.open();
      return new LogPorts() {
        @Override
        public Optional<LogService> log() {
          return Optional.of(log.log());
        }

        @Override
        public Optional<String> prefix() {
          return Optional.of("/ledger");
        }
      };
    }
  }

  @Inject EntriesOut entries;

  @Test
  void what_is_acknowledged_is_in_the_log_once_though_the_broker_is_killed_on_the_way()
      throws Exception {
    var log = Surroundings.log;
    var head = log.head("h1");
    var poison = Bytes.utf8("no submission at all");
    var sent = new ArrayList<TestHead.Receipts>();
    send(head.batch(3).octets());
    send(poison);
    for (int i = 0; i < 10; i++) {
      var receipts = i % 2 == 0 ? head.batch(5) : head.single();
      sent.add(receipts);
      send(receipts.octets());
    }
    var underway = new ArrayList<CompletableFuture<Void>>();
    for (int i = 0; i < 40; i++) {
      var receipts = head.single();
      sent.add(receipts);
      underway.add(entries.send(receipts.octets()).toCompletableFuture());
      if (i == 20) Broker.running.kill();
    }
    Broker.running.start();
    for (int i = 0; i < 40; i++) {
      var receipts = sent.get(10 + i);
      try {
        underway.get(i).join();
      } catch (CompletionException e) {
        send(receipts.octets());
      }
    }
    send(sent.getLast().octets());
    send(head.single().octets());

    for (var receipts : sent)
      assertInstanceOf(Found.Logged.class, log.receipt(receipts.id(), LONG), "acknowledged");
    TestLog.await("all are in", () -> log.log().committed().size() == 3 + 1 + 10 + 40 + 1);
    assertEquals(1, log.log().counts().refused(Refusal.MALFORMED));
    var leaves = leaves();
    assertEquals(leaves.size(), new HashSet<>(leaves).size(), "each leaf once");
    for (var receipts : sent)
      assertTrue(leaves.contains(receipts.submission().leaf()), "the leaf of " + receipts.id());
  }

  @Test
  void the_role_serves_its_tiles_its_health_and_its_metrics() {
    given().get("/ledger/checkpoint").then().statusCode(200);
    given()
        .get("/q/health/ready")
        .then()
        .body("checks.find { it.name == 'log' }.status", equalTo("UP"));
    given()
        .get("/q/metrics")
        .then()
        .statusCode(200)
        .body(containsString("windlass_log_size "))
        .body(containsString("windlass_log_checkpoint_age_seconds "))
        .body(containsString("windlass_log_refused_total{why=\"unknown-key\"}"));
  }

  /** As a head does: again until it is acknowledged. */
  private void send(Bytes submission) {
    for (int i = 0; ; i++) {
      try {
        entries.send(submission).toCompletableFuture().join();
        return;
      } catch (CompletionException e) {
        assertTrue(i < 5, "not acknowledged: " + e);
      }
    }
  }

  private static List<Bytes> leaves() throws IOException {
    var log = Surroundings.log.log();
    int size = (int) log.committed().size();
    var bundle = log.read(new LogPath.EntryTile(0, size)).orElseThrow();
    return EntryBundle.parse(bundle.toArray()).entries().stream().map(Bytes::wrap).toList();
  }
}
