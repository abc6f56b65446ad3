package dev.windlass.head;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import dev.windlass.function.Bytes;
import dev.windlass.identity.CertificateAuthority;
import dev.windlass.identity.CredentialSource;
import dev.windlass.identity.Credentials;
import dev.windlass.identity.SpiffeId;
import dev.windlass.receipt.Ed25519Key;
import dev.windlass.tlog.WitnessPolicy;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.annotation.Priority;
import jakarta.enterprise.inject.Alternative;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** The head as Quarkus runs it: what its own routes share with those of the framework. */
@QuarkusTest
@TestProfile(HeadRoleTest.AsHead.class)
class HeadRoleTest {
  /** The role, and its surroundings. */
  public static final class AsHead implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of("windlass.role", "head", "quarkus.http.test-port", "0");
    }

    @Override
    public Set<Class<?>> getEnabledAlternatives() {
      return Set.of(Surroundings.class);
    }
  }

  @Test
  void a_head_without_workers_is_alive_and_not_ready() {
    given().get("/q/health/live").then().statusCode(200);
    given()
        .get("/q/health/ready")
        .then()
        .statusCode(503)
        .body("checks.find { it.name == 'head' }.data.workers", equalTo(0));
  }

  @Test
  void functions_answer_before_the_framework_does() {
    given()
        .get("/fn/default/nobody")
        .then()
        .statusCode(404)
        .contentType("application/problem+json")
        .body("type", equalTo("https://windlass.dev/problems/unknown-function"));
  }

  @Test
  void the_management_api_answers() {
    given().get("/api/v1/workers").then().statusCode(200).body("workers.size()", equalTo(0));
    given().get("/api/v1/nothing").then().statusCode(404).contentType("application/problem+json");
  }

  @Test
  void a_path_of_nobody_is_404() {
    for (var path : java.util.List.of("/nothing/here", "/q/nothing", "/fn", "/api/v2"))
      given()
          .body("x")
          .post(path)
          .then()
          .statusCode(404)
          .contentType("application/problem+json")
          .body("type", containsString("https://windlass.dev/problems/unknown-"));
  }

  @Test
  void prometheus_reads_the_heads_own_metrics() {
    given().get("/q/metrics").then().statusCode(200).body(containsString("windlass_workers 0.0"));
  }

  @Test
  void openapi_describes_functions_and_management() {
    given()
        .queryParam("format", "json")
        .get("/q/openapi")
        .then()
        .statusCode(200)
        .body("paths.'/fn/{namespace}/{name}'.post.summary", containsString("Runs the function"))
        .body("paths.'/api/v1/trust'.get.summary", containsString("trust.json"));
  }

  /** Credentials of an authority that lives as long as the test. */
  @Alternative
  @Priority(1)
  @Singleton
  static final class Surroundings {
    @Produces
    @Singleton
    @Alternative
    @Priority(1)
    HeadPorts ports() {
      return new Ports();
    }
  }

  private static final class Ports implements HeadPorts, CredentialSource {
    private final Credentials credentials =
        CertificateAuthority.create("test", InstantSource.system(), new SecureRandom())
            .credentials(new SpiffeId("test", "default", SpiffeId.HEAD, "head-0"));
    private final Path data = temporary();

    @Override
    public HeadConfig config() {
      return HeadConfig.at(data, "test");
    }

    @Override
    public LinkAddress linkAddress() {
      return new LinkAddress("127.0.0.1", 0);
    }

    @Override
    public CredentialSource credentials() {
      return this;
    }

    @Override
    public Credentials current() {
      return credentials;
    }

    @Override
    public void onRenewal(Consumer<Credentials> listener) {}

    @Override
    public void onRevocation(Consumer<SpiffeId> listener) {}

    @Override
    public WorkerKeys keys() {
      return _ -> Optional.empty();
    }

    @Override
    public Bytes trustFile() {
      return Bytes.utf8("{}");
    }

    @Override
    public JoinToken mintJoinToken() {
      return new JoinToken("token", Instant.EPOCH);
    }

    @Override
    public Optional<Ledger> ledger() {
      return Optional.empty();
    }

    @Override
    public Optional<Registration> registration(SpiffeId worker) {
      return Optional.empty();
    }

    @Override
    public Optional<ReceiptKeys> receiptKeys() {
      return Optional.empty();
    }

    @Override
    public WitnessPolicy policy() {
      throw new AssertionError("there is no log");
    }

    @Override
    public Optional<Ed25519Key> publisher() {
      throw new AssertionError("there is no log");
    }

    @Override
    public Optional<Revoked> revokeWorker(String name) {
      throw new UnsupportedOperationException("no registrar here");
    }

    @Override
    public void linkListens(int port) {}

    private static Path temporary() {
      try {
        var directory = Files.createTempDirectory(Path.of("target"), "head-role");
        return directory;
      } catch (IOException e) {
        throw new UncheckedIOException("couldn't make a directory", e);
      }
    }
  }
}
