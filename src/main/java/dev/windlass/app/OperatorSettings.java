package dev.windlass.app;

import dev.windlass.function.Digest;
import dev.windlass.identity.SpiffeId;
import dev.windlass.operator.OperatorConfig;
import dev.windlass.operator.plan.ProbeSettings;
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
 * @param nodeProbe absent: nodes have the labels that their administrator gives them
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
    List<String> allowedImages,
    Optional<ProbeSettings> nodeProbe) {
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
          "leader-election",
          "node-probe",
          "node-probe-tolerations",
          "node-probe-storage-class",
          "node-probe-resources",
          "node-probe-pull-secret");

  /**
   * @param hostName of this machine; in a cluster the name of the pod
   */
  static OperatorSettings parse(List<String> words, Optional<String> hostName) {
    var a = new Arguments("operator", words, OPTIONS);
    int witnesses = a.number("witnesses", 0, 0, MOST_WITNESSES);
    var config = config(a, hostName);
    return new OperatorSettings(
        config,
        listen(a, "listen", 8080),
        listen(a, "registrar-listen", 7070),
        functions(a, config),
        optional(a, "authority-secret", OBJECT),
        optional(a, "log", URL),
        witnesses,
        a.number("quorum", witnesses, 0, witnesses),
        template(a, witnesses),
        a.texts("allowed-image").stream().map(OperatorSettings::digest).toList(),
        flag(a, "node-probe", false)
            ? Optional.of(NodeProbeOptions.of(a, config))
            : Optional.empty());
  }

  private static Optional<ClusterFunctions.Settings> functions(Arguments a, OperatorConfig config) {
    var listen = listen(a, "artifacts-listen", 7071);
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
        optional(a, "instance", LABEL),
        optional(a, "pod", OBJECT).or(() -> hostName),
        matching(a, "trust-domain", UpSettings.TRUST_DOMAIN, DOMAIN),
        worker(a),
        matching(a, "zone-label", OperatorConfig.ZONE_LABEL, LABEL_KEY),
        optional(a, "base-url", URL),
        elects ? Optional.of(OperatorConfig.Election.USUAL) : Optional.empty());
  }

  private static OperatorConfig.WorkerImage worker(Arguments a) {
    return new OperatorConfig.WorkerImage(
        matching(a, "worker-image", "", IMAGE),
        optional(a, "worker-image-pull-policy").map(OperatorSettings::pullPolicy),
        matching(a, "registrar-address", "", ADDRESS),
        matching(a, "heads-address", "", ADDRESS));
  }

  record Form(String pattern, String words) {}

  private static final String PORT =
      "([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])";

  private static final Form NAME =
      new Form(
          "[a-z0-9]([-a-z0-9]{0,51}[a-z0-9])?", "a name of at most 53 letters, digits and dashes");
  private static final Form DOMAIN =
      new Form("[a-z0-9][-a-z0-9._]{0,253}", "a trust domain such as windlass.local");
  private static final Form ADDRESS =
      new Form("[^:/\\s]+:" + PORT, "HOST:PORT, such as windlass-heads.windlass.svc:7443");
  private static final Form IMAGE =
      new Form(
          "[^\\s:/][^\\s]*", "the image of worker pods, such as ghcr.io/windlass/windlass:0.1.0");
  private static final Form URL =
      new Form(
          "https?://[^\\s/?#]+(/[^\\s?#]*)?",
          "a URL such as http://windlass-log.windlass.svc:8090");
  static final Form OBJECT =
      new Form("[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?", "the name of an object of Kubernetes");
  private static final Form LABEL =
      new Form("[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?", "the value of a label");
  private static final Form LABEL_KEY =
      new Form(
          "([a-z0-9][-a-z0-9.]{0,252}/)?" + LABEL.pattern(),
          "the key of a label, such as " + OperatorConfig.ZONE_LABEL);

  private static String matching(Arguments a, String name, String otherwise, Form form) {
    return matching(name, a.text(name, otherwise), form);
  }

  static String matching(String name, String text, Form form) {
    if (text.matches(form.pattern())) return text;
    throw new StartFailure(
        "windlass operator: --%s is %s, expected %s"
            .formatted(name, text.isEmpty() ? "missing" : text, form.words()));
  }

  private static Optional<String> optional(Arguments a, String name) {
    return a.has(name) && !a.text(name, "").isBlank()
        ? Optional.of(a.text(name, ""))
        : Optional.empty();
  }

  private static Optional<String> optional(Arguments a, String name, Form form) {
    return optional(a, name).map(_ -> matching(a, name, "", form));
  }

  private static ListenAddress listen(Arguments a, String name, int port) {
    return ListenAddress.parse("operator", name, a.text(name, "127.0.0.1:" + port));
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
