package dev.windlass.operator.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.kube.ControlPlane;
import dev.windlass.kube.Kubectl;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a real API server does with our kinds, and what it says to whoever gets one wrong. */
class CrdServerTest {
  private static final String DIGEST = "sha256:" + "ab".repeat(32);
  private static final AtomicInteger NUMBER = new AtomicInteger();
  private static ControlPlane plane;
  private static KubernetesClient client;
  private static Kubectl kubectl;
  private static String namespace;

  @BeforeAll
  static void install_the_crds() {
    plane = ControlPlane.shared();
    plane.applyCrds(CrdFilesTest.DIRECTORY);
    client = plane.client();
    kubectl = new Kubectl(plane);
    namespace = plane.newNamespace();
  }

  static Stream<Arguments> refused() {
    var oci = "source: {oci: {reference: 'r.example/a/b:1'}}, ";
    return rows(
        // Function
        "Function | {} | spec.source: Required value",
        // The words before and the names of types differ between versions of Kubernetes.
        "Function | {source: {}} | : give exactly one of source.inline, source.oci, source.https,"
            + " source.ipfs",
        "Function | {source: {inline: {module: AAAA}, oci: {reference: 'r.example/a:1'}}}"
            + " | give exactly one of source.inline, source.oci, source.https, source.ipfs",
        "Function | {source: {https: {url: 'https://a.example/m.wasm'}}}"
            + " | source.https needs a digest (sha256: and 64 hex digits): the address alone does"
            + " not say which bytes are meant",
        "Function | {source: {https: {url: 'http://a.example/m.wasm'}}, digest: '"
            + DIGEST
            + "'}"
            + " | url begins with https://, names a host, and carries no user name or space",
        "Function | {source: {https: {url: 'https://u:p@a.example/'}}, digest: '"
            + DIGEST
            + "'}"
            + " | url begins with https://, names a host, and carries no user name or space",
        "Function | {source: {oci: {reference: 'https://r.example/a:1'}}}"
            + " | reference is registry/repository:tag or registry/repository@sha256:<64 hex"
            + " digits>, without https://, not https://r.example/a:1",
        "Function | {source: {oci: {reference: hello}}} | without https://, not hello",
        "Function | {source: {inline: {module: 'no base64!'}}}"
            + " | module is standard base64 in one line (base64 -w0)",
        "Function | {"
            + oci
            + "digest: 'sha512:00'} | spec.digest in body should match"
            + " '^sha256:[0-9a-f]{64}$'",
        "Function | {"
            + oci
            + "world: lunar} | spec.world: Unsupported value: \"lunar\":"
            + " supported values: \"wasi\", \"cgi\", \"blockless\"",
        "Function | {" + oci + "limits: {memory: lots}} | spec.limits.memory in body should match",
        "Function | {"
            + oci
            + "limits: {timeout: 10}} | spec.limits.timeout in body must be of"
            + " type string",
        "Function | {"
            + oci
            + "limits: {concurrency: 100001}} | spec.limits.concurrency in body"
            + " should be less than or equal to 100000",
        "Function | {"
            + oci
            + "policy: {mode: quorum, workers: 3, threshold: 4}}"
            + " | threshold 4 is more than workers 3: so many equal results can never come",
        "Function | {"
            + oci
            + "policy: {mode: quorum, workers: 4, threshold: 2}}"
            + " | mode quorum needs a majority: 2 x threshold 2 must be more than workers 4",
        "Function | {"
            + oci
            + "policy: {mode: strict, workers: 6, threshold: 3}}"
            + " | mode strict needs a majority: 2 x threshold 3 must be more than workers 6",
        "Function | {"
            + oci
            + "policy: {mode: quorum, workers: 7}}"
            + " | give both workers and threshold, or neither for the mode's own (quorum 3 and 2, strict"
            + " 5 and 3)",
        "Function | {"
            + oci
            + "policy: {mode: bft, workers: 3}}"
            + " | mode bft needs at least 4 workers, not 3: with fewer, one liar is enough",
        "Function | {"
            + oci
            + "determinism: none, policy: {mode: quorum}}"
            + " | policy.mode quorum compares results, which needs determinism strict or recorded,"
            + " not none",
        "Function | {"
            + oci
            + "determinism: none, policy: {audit: 50000}}"
            + " | policy.audit runs a request again and compares, which needs determinism strict"
            + " or recorded, not none",
        "Function | {"
            + oci
            + "policy: {audit: 1000001}} | spec.policy.audit in body should be"
            + " less than or equal to 1000000",
        "Function | {"
            + oci
            + "policy: {audit: 0.05}} | spec.policy.audit in body must be of type int",
        "Function | {"
            + oci
            + "route: {host: a.example}}"
            + " | a route with a host needs a path; / is all of it",
        "Function | {"
            + oci
            + "route: {path: 'a/b?c'}} | path is / or begins with /, has no / at"
            + " its end, no empty segment and none of ?, #, % and space, not a/b?c",
        "Function | {" + oci + "route: {path: /a/}} | none of ?, #, % and space, not /a/",
        "Function | {"
            + oci
            + "route: {path: /, methods: [get]}} | spec.route.methods[0] in body"
            + " should match '^[A-Z]+$'",
        "Function | {" + oci + "hardware: Big_One} | spec.hardware in body should match",
        // HardwareProfile
        "HardwareProfile | {} | spec.cpu: Required value",
        "HardwareProfile | {cpu: {vcpu: 750m}} | vcpu is a multiple of 500m up to 999, such as"
            + " 500m, 1, 1500m or 2.5, not 750m",
        "HardwareProfile | {cpu: {vcpu: 0}} | or 2.5, not 0",
        "HardwareProfile | {cpu: {vcpu: 000m}} | or 2.5, not 000m",
        "HardwareProfile | {cpu: {vcpu: 0.5}} | spec.cpu.vcpu in body must be of type",
        "HardwareProfile | {cpu: {vcpu: 1, minMHz: 0}} | spec.cpu.minMHz in body should be greater"
            + " than or equal to 1",
        "HardwareProfile | {cpu: {vcpu: 1}, nvme: {writeMBps: 5000}} | spec.nvme.bytes:"
            + " Required value",
        "HardwareProfile | {cpu: {vcpu: 1}, nvme: {}} | spec.nvme.bytes: Required value",
        "HardwareProfile | {cpu: {vcpu: 1}, arch: sparc} | supported values: \"amd64\", \"arm64\"",
        // WorkerPool
        "WorkerPool | {} | spec.profile: Required value",
        "WorkerPool | {profile: small, replicas: -1} | spec.replicas in body should be greater"
            + " than or equal to 0",
        "WorkerPool | {profile: small, autoscale: {min: 5, max: 2}} | autoscale.min 5 is more than"
            + " autoscale.max 2",
        "WorkerPool | {profile: small, autoscale: {min: 1}} | spec.autoscale.max: Required value",
        "WorkerPool | {profile: small, spread: {zone: Maybe}} | supported values: \"Required\","
            + " \"Preferred\", \"None\"",
        "WorkerPool | {profile: small, podTemplate: 5} | spec.podTemplate in body must be of type"
            + " object",
        // Dispute
        "Dispute | {} | spec.logIndex: Required value",
        "Dispute | {logIndex: -1, reason: a} | spec.logIndex in body should be greater than or"
            + " equal to 0",
        "Dispute | {logIndex: 1, reason: ''} | spec.reason in body should be at least 1 chars"
            + " long");
  }

  @ParameterizedTest
  @MethodSource("refused")
  void what_is_wrong_is_refused_in_words_to_act_on(String kind, String spec, String said) {
    var ran = apply(kind, name(), spec);
    assertEquals(1, ran.exit(), ran.output());
    assertTrue(ran.error().contains(said), ran.error());
  }

  static Stream<Arguments> accepted() {
    var oci = "source: {oci: {reference: 'r.example/a/b:1'}}, ";
    return rows(
        "Function | {source: {inline: {module: AGFzbQEAAAA=}}}",
        "Function | {source: {ipfs: {cid: bafybeigdyrzt}}}",
        "Function | {source: {https: {url: 'https://a.example/m.wasm?x=1'}}, digest: '"
            + DIGEST
            + "'}",
        "Function | {source: {oci: {reference: 'localhost:5000/a_b/c.d:v1.0-rc', pullSecret:"
            + " my.secret}}}",
        "Function | {source: {oci: {reference: 'r.example/a:1@" + DIGEST + "'}}}",
        "Function | {"
            + oci
            + "policy: {mode: quorum, workers: 3, threshold: 2, diversity: [zone]}}",
        "Function | {" + oci + "policy: {mode: bft}}",
        "Function | {" + oci + "policy: {}}",
        "Function | {" + oci + "determinism: none}",
        "Function | {" + oci + "determinism: recorded, policy: {mode: strict, audit: 1000000}}",
        "Function | {"
            + oci
            + "entry: run, args: ['', a b], env: {A: '1'}, world: cgi, retry: never, hardware: big,"
            + " limits: {fuel: 10G, memory: 128Mi, tableElements: 1, timeout: 500ms, input: 1,"
            + " output: '1e3', stderr: 1.5k, scratch: 0, concurrency: 4},"
            + " route: {host: a.example, path: /a/b, methods: [GET]},"
            + " permissions: {http: [{url: 'https://a.example/', methods: [GET]}]},"
            + " secrets: [{name: db, key: password, as: DB}], files: {inline: AAAA}}",
        "HardwareProfile | {cpu: {vcpu: 500m}}",
        "HardwareProfile | {cpu: {vcpu: 8, minMHz: 3500}, memoryPerVcpu: 8Gi, nvme: {bytes: 2T,"
            + " writeMBps: 5000}, disk: 1600G, arch: arm64}",
        "HardwareProfile | {cpu: {vcpu: '2.5'}, nvme: {bytes: 1000000000}}",
        "HardwareProfile | {cpu: {vcpu: 12000m}}",
        "WorkerPool | {profile: small}",
        "WorkerPool | {profile: small, replicas: 0, shared: true, trust: acme, stake: 7, spread:"
            + " {zone: Required}, autoscale: {max: 9}, podTemplate: {spec: {anything: [1]}}}",
        "Dispute | {logIndex: 9007199254740991, reason: The output differs.}");
  }

  @ParameterizedTest
  @MethodSource("accepted")
  void what_is_right_is_accepted_and_can_be_read_as_a_record(String kind, String spec) {
    var name = name();
    var ran = apply(kind, name, spec);
    assertEquals(0, ran.exit(), ran.error());
    var read = kubectl.output("get", kind, name, "-o", "json", "--namespace=" + namespace);
    var type = CrdSchemas.KINDS.stream().filter(k -> k.getSimpleName().equals(kind)).findFirst();
    var record = client.getKubernetesSerialization().unmarshal(read, type.orElseThrow());
    assertEquals(name, record.getMetadata().getName());
    var again = client.getKubernetesSerialization().asJson(record.getSpec());
    assertEquals(
        plain(client.getKubernetesSerialization().unmarshal(read, Map.class).get("spec")),
        plain(client.getKubernetesSerialization().unmarshal(again, Map.class)),
        "the record has lost or added nothing");
  }

  /** A quantity may be a number or its text. */
  private static Object plain(Object value) {
    return switch (value) {
      case Map<?, ?> map -> {
        var members = new TreeMap<String, Object>();
        map.forEach((key, member) -> members.put(key.toString(), plain(member)));
        yield members;
      }
      case List<?> list -> list.stream().map(CrdServerTest::plain).toList();
      case Object other -> other.toString();
    };
  }

  private static Kubectl.Ran apply(String kind, String name, String spec) {
    return kubectl.run(
        "{apiVersion: windlass.dev/v1alpha1, kind: %s, metadata: {name: %s}, spec: %s}"
            .formatted(kind, name, spec),
        "apply",
        "--namespace=" + namespace,
        "-f",
        "-");
  }

  private static String name() {
    return "crd-" + NUMBER.incrementAndGet();
  }

  private static Stream<Arguments> rows(String... rows) {
    return Arrays.stream(rows).map(row -> Arguments.of((Object[]) row.split("\\s*\\|\\s*")));
  }
}
