package dev.windlass.app;

import dev.windlass.function.Digest;
import dev.windlass.identity.SpiffeId;
import dev.windlass.operator.OperatorConfig;
import dev.windlass.registrar.ClusterRegistrarSettings;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What the role {@code operator} was asked for.
 *
 * @param registrarListen where workers and heads are attested
 * @param functions absent without {@code --data}: then Functions are not reconciled
 * @param authoritySecret where the user has put the authority; absent: made, and kept in ours
 * @param log whose entries the registrar makes; absent: there is none
 * @param witnesses that keys are made for
 * @param quorum of them that a checkpoint needs
 * @param witnessUrlTemplate with {@code {i}} for the number of the witness, from 0
 * @param allowedImages digests of worker and head images; none: that of the operator itself
 */
record OperatorSettings(
    OperatorConfig config,
    ListenAddress listen,
    ListenAddress registrarListen,
    Optional<ClusterFunctions.Settings> functions,
    Optional<String> authoritySecret,
    Optional<String> log,
    int witnesses,
    int quorum,
    Optional<String> witnessUrlTemplate,
    List<String> allowedImages) {
  private static final int MOST_WITNESSES = 16;
  private static final Set<String> OPTIONS =
      Set.of(
          "namespace",
          "name",
          "instance",
          "pod",
          "listen",
          "registrar-listen",
          "artifacts-listen",
          "data",
          "plain-http",
          "trust-domain",
          "worker-image",
          "worker-image-pull-policy",
          "registrar-address",
          "heads-address",
          "log",
          "authority-secret",
          "witnesses",
          "quorum",
          "witness-url-template",
          "allowed-image",
          "zone-label",
          "base-url",
          "leader-election");

  /**
   * @param hostName of this machine; in a cluster the name of the pod
   */
  static OperatorSettings parse(List<String> words, Optional<String> hostName) {
    var a = new Arguments("operator", words, OPTIONS);
    int witnesses = a.number("witnesses", 0, 0, MOST_WITNESSES);
    var config = config(a, hostName);
    return new OperatorSettings(
        config,
        ListenAddress.parse("operator", a.text("listen", "127.0.0.1:8080")),
        ListenAddress.parse("operator", a.text("registrar-listen", "127.0.0.1:7070")),
        functions(a, config),
        optional(a, "authority-secret"),
        optional(a, "log"),
        witnesses,
        a.number("quorum", witnesses, 0, witnesses),
        template(a, witnesses),
        a.texts("allowed-image").stream().map(OperatorSettings::digest).toList());
  }

  private static Optional<ClusterFunctions.Settings> functions(Arguments a, OperatorConfig config) {
    var listen = ListenAddress.parse("operator", a.text("artifacts-listen", "127.0.0.1:7071"));
    var own =
        new SpiffeId(
            config.trustDomain(),
            config.namespace(),
            SpiffeId.OPERATOR,
            config.name() + "-operator");
    return optional(a, "data")
        .map(
            data ->
                new ClusterFunctions.Settings(
                    Path.of(data), listen, Set.copyOf(a.texts("plain-http")), own, a.has("log")));
  }

  /** For the registrar of the release. */
  ClusterRegistrarSettings registrar() {
    var images = allowedImages.stream().map(Digest::parse).collect(Collectors.toSet());
    return ClusterRegistrarSettings.of(config.namespace(), config.name(), config.trustDomain())
        .listening(registrarListen.host(), registrarListen.port())
        .allowing(images, config.pod())
        .withZoneLabel(config.zoneLabel())
        .with(
            new ClusterRegistrarSettings.Keys(
                authoritySecret, log, witnesses, quorum, witnessUrlTemplate.orElse("")));
  }

  private static OperatorConfig config(Arguments a, Optional<String> hostName) {
    boolean elects = flag(a, "leader-election", true);
    return new OperatorConfig(
        matching(a, "namespace", "windlass", NAME),
        matching(a, "name", "windlass", NAME),
        optional(a, "instance"),
        optional(a, "pod").or(() -> hostName),
        matching(a, "trust-domain", UpSettings.TRUST_DOMAIN, DOMAIN),
        worker(a),
        a.text("zone-label", OperatorConfig.ZONE_LABEL),
        optional(a, "base-url"),
        elects ? Optional.of(OperatorConfig.Election.USUAL) : Optional.empty());
  }

  private static OperatorConfig.WorkerImage worker(Arguments a) {
    return new OperatorConfig.WorkerImage(
        required(
            a, "worker-image", "the image of worker pods, such as ghcr.io/windlass/windlass:0.1.0"),
        optional(a, "worker-image-pull-policy").map(OperatorSettings::pullPolicy),
        matching(a, "registrar-address", "", ADDRESS),
        matching(a, "heads-address", "", ADDRESS));
  }

  private record Form(String pattern, String words) {}

  private static final Form NAME =
      new Form(
          "[a-z0-9]([-a-z0-9]{0,51}[a-z0-9])?", "a name of at most 53 letters, digits and dashes");
  private static final Form DOMAIN =
      new Form("[a-z0-9][-a-z0-9._]{0,253}", "a trust domain such as windlass.local");
  private static final Form ADDRESS =
      new Form("[^:/\\s]+:[0-9]{1,5}", "HOST:PORT, such as windlass-heads.windlass.svc:7443");

  private static String matching(Arguments a, String name, String otherwise, Form form) {
    var text = a.text(name, otherwise);
    if (text.matches(form.pattern())) return text;
    throw new StartFailure(
        "windlass operator: --%s is %s, expected %s"
            .formatted(name, text.isEmpty() ? "missing" : text, form.words()));
  }

  private static String required(Arguments a, String name, String words) {
    if (a.has(name) && !a.text(name, "").isBlank()) return a.text(name, "");
    throw new StartFailure(
        "windlass operator: --%s is missing, expected %s".formatted(name, words));
  }

  private static Optional<String> optional(Arguments a, String name) {
    return a.has(name) && !a.text(name, "").isBlank()
        ? Optional.of(a.text(name, ""))
        : Optional.empty();
  }

  private static boolean flag(Arguments a, String name, boolean otherwise) {
    return switch (a.text(name, Boolean.toString(otherwise))) {
      case "true" -> true;
      case "false" -> false;
      case String text ->
          throw new StartFailure(
              "windlass operator: --%s is %s, expected true or false".formatted(name, text));
    };
  }

  private static String pullPolicy(String text) {
    if (Set.of("Always", "IfNotPresent", "Never").contains(text)) return text;
    throw new StartFailure(
        "windlass operator: --worker-image-pull-policy is "
            + text
            + ", expected Always, IfNotPresent or Never");
  }

  private static Optional<String> template(Arguments a, int witnesses) {
    var template = optional(a, "witness-url-template");
    if (template.isPresent() && !template.get().contains("{i}"))
      throw new StartFailure(
          "windlass operator: --witness-url-template is "
              + template.get()
              + ", expected a URL with {i} for the number of the witness");
    if (template.isEmpty() && witnesses > 0)
      throw new StartFailure(
          "windlass operator: --witnesses is " + witnesses + ": --witness-url-template is missing");
    return template;
  }

  private static String digest(String text) {
    if (text.matches("sha256:[0-9a-f]{64}")) return text;
    throw new StartFailure(
        "windlass operator: --allowed-image is "
            + text
            + ", expected sha256: and 64 hexadecimal digits");
  }
}
