package dev.windlass;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.Map.entry;
import static java.util.stream.Collectors.toMap;
import static java.util.stream.Collectors.toSet;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnitAccess;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The package table of ARCHITECTURE.md, executable. Change the table and this file in the same
 * commit.
 */
class ArchitectureTest {
  private static final String ROOT = "dev.windlass";

  private static final JavaClasses OURS =
      new ClassFileImporter().withImportOption(new DoNotIncludeTests()).importPackages(ROOT);

  /** No I/O, no clock, no framework. */
  private static final Set<String> PURE =
      Set.of(
          "json",
          "function",
          "protocol",
          "receipt",
          "tlog",
          "trust",
          "placement",
          "operator.api",
          "operator.plan");

  /** One outside thing each. */
  private static final Set<String> RESOURCES =
      Set.of(
          "wasm",
          "wasm.ffm",
          "wasm.wasi",
          "wasm.blockless",
          "artifact",
          "egress",
          "link",
          "identity",
          "secret",
          "signer",
          "tlog.store");

  /** Quarkus lives here; a role never imports a role. */
  private static final Set<String> ROLES =
      Set.of(
          "head",
          "worker",
          "operator",
          "registrar",
          "log",
          "witness",
          "mirror",
          "probe",
          "console");

  /** The composition root imports anything of ours and is imported by nothing. */
  private static final String COMPOSITION_ROOT = "app";

  /** Package, and the other packages of ours it may import. A package that is not listed fails. */
  private static final Map<String, Set<String>> MAY_IMPORT =
      Map.ofEntries(
          entry("json", Set.of()),
          entry("function", Set.of("json")),
          entry("protocol", Set.of("function", "json")),
          entry("receipt", Set.of("function", "json", "tlog")),
          entry("tlog", Set.of()),
          entry("trust", Set.of("function", "json", "receipt")),
          entry("placement", Set.of("function", "trust")),
          entry("operator.api", Set.of()),
          entry("operator.plan", Set.of("operator.api", "function", "json")),
          entry("wasm.ffm", Set.of()),
          entry("wasm", Set.of("function", "wasm.ffm")),
          entry("wasm.wasi", Set.of("function", "wasm", "egress")),
          entry("wasm.blockless", Set.of("function", "wasm", "egress")),
          entry("artifact", Set.of("function", "json")),
          entry("egress", Set.of("function")),
          entry("link", Set.of("protocol", "identity")),
          entry("identity", Set.of("json")),
          entry("secret", Set.of("function", "identity")),
          entry("signer", Set.of("function", "identity")),
          entry("tlog.store", Set.of("tlog")),
          entry("head", pureAnd("artifact", "identity", "link", "secret", "signer")),
          entry(
              "worker",
              pureAnd(
                  "artifact",
                  "egress",
                  "identity",
                  "link",
                  "secret",
                  "wasm",
                  "wasm.blockless",
                  "wasm.wasi")),
          entry("operator", pureAnd("artifact", "identity")),
          entry("registrar", pureAnd("identity", "secret")),
          entry("log", pureAnd("identity", "tlog.store")),
          entry("witness", pureAnd("identity", "tlog.store")),
          entry("mirror", pureAnd("tlog.store")),
          entry("probe", pureAnd()),
          entry("console", pureAnd()),
          entry("cli", pureAnd("artifact", "identity")));

  /** The roles that talk to the Kubernetes API. */
  private static final Set<String> CLIENTS = Set.of("operator", "registrar", "head");

  /**
   * Library (package prefix), and the packages of ours that may see it. A longer prefix wins over a
   * shorter one.
   */
  private static final Map<String, Set<String>> CONFINED =
      Map.ofEntries(
          entry("java.lang.foreign", Set.of("wasm.ffm")),
          entry("io.vertx", and(ROLES, "link")),
          entry("io.smallrye", ROLES),
          entry("io.quarkus", and(ROLES, COMPOSITION_ROOT)),
          entry("jakarta", and(ROLES, COMPOSITION_ROOT)),
          entry("org.eclipse.microprofile", ROLES),
          entry("io.fabric8", CLIENTS),
          entry("io.fabric8.kubernetes.api.model", and(CLIENTS, "operator.api", "operator.plan")),
          // the composition root hands the operator's client to the registrar
          entry("io.fabric8.kubernetes.client.KubernetesClient", and(CLIENTS, COMPOSITION_ROOT)),
          entry("io.fabric8.kubernetes.client.CustomResource", and(CLIENTS, "operator.api")),
          entry("io.fabric8.kubernetes.model.annotation", Set.of("operator.api")),
          entry("io.fabric8.crd.generator.annotation", Set.of("operator.api")),
          entry("io.fabric8.generator.annotation", Set.of("operator.api")),
          entry("io.javaoperatorsdk", CLIENTS),
          entry("picocli", Set.of("cli")),
          entry("org.bouncycastle", Set.of("identity", "secret", "receipt", "tlog")));

  /**
   * What pure code may use beside {@code java.*}: values, arithmetic and annotations. CONFINED
   * still applies.
   */
  private static final Set<String> PURE_LIBRARIES =
      Set.of(
          "org.jspecify",
          "javax.crypto",
          "org.bouncycastle",
          "com.fasterxml.jackson.annotation",
          "io.fabric8.kubernetes.api.model",
          "io.fabric8.kubernetes.client.CustomResource",
          "io.fabric8.kubernetes.model.annotation",
          "io.fabric8.crd.generator.annotation",
          "io.fabric8.generator.annotation");

  /** {@code java.*} that reaches the outside or starts threads. */
  private static final Set<String> IO =
      Set.of(
          "java.io",
          "java.net",
          "java.nio.channels",
          "java.nio.file",
          "java.sql",
          "java.util.concurrent",
          "java.util.Timer",
          "java.lang.Thread",
          "java.lang.Process",
          "java.lang.ProcessBuilder",
          "java.lang.Runtime");

  /** Plain values that happen to live there. */
  private static final Set<String> VALUES =
      Set.of(
          "java.io.ByteArrayOutputStream",
          "java.io.Serializable",
          "java.net.URI",
          "java.net.URISyntaxException");

  private static final Set<String> AMBIENT =
      Set.of(
          "System.currentTimeMillis",
          "System.nanoTime",
          "System.getenv",
          "System.getProperty",
          "Clock.systemUTC",
          "Clock.systemDefaultZone",
          "Clock.system",
          "InstantSource.system",
          "ZoneId.systemDefault",
          "Locale.getDefault",
          "Math.random",
          "UUID.randomUUID",
          "RandomGenerator.getDefault",
          "RandomGenerator.of");

  @Test
  void importsFollowTheTable() {
    classes().should(importOnlyWhatTheTableAllows()).check(OURS);
  }

  @Test
  void librariesStayWhereTheyAreConfined() {
    classes().should(useOnlyTheLibrariesConfinedToIt()).check(OURS);
  }

  @Test
  void packagesAreAcyclic() {
    slices().matching(ROOT + ".(**)").should().beFreeOfCycles().check(OURS);
  }

  @Test
  void purePackagesDoNoIo() {
    noClasses()
        .that(describe("are pure", ArchitectureTest::isPure))
        .should()
        .dependOnClassesThat(
            describe("reach the outside or bring a framework", ArchitectureTest::isImpure))
        .check(OURS);
  }

  @Test
  void purePackagesTakeTimeAndChanceAsArguments() {
    noClasses()
        .that(describe("are pure", ArchitectureTest::isPure))
        .should()
        .accessTargetWhere(
            describe("reads a clock, the environment or dice", ArchitectureTest::isAmbient))
        .check(OURS);
  }

  @Test
  void namesSayWhatTheThingIs() {
    noClasses()
        .should()
        .haveNameMatching(".*(Util|Utils|Common|Manager|Impl)")
        .orShould()
        .resideInAnyPackage("..util..", "..common..", "..impl..", "..manager..")
        .check(OURS);
  }

  /** The layers bind the table itself: a row cannot be widened past its layer. */
  @Test
  void theTableKeepsItsLayers() {
    var known = union(union(PURE, RESOURCES), and(ROLES, "cli"));
    assertEquals(known, new TreeSet<>(MAY_IMPORT.keySet()), "one row for each package");
    MAY_IMPORT.forEach(
        (from, to) -> {
          var layer = PURE.contains(from) ? PURE : union(PURE, RESOURCES);
          assertEquals(
              Set.of(), minus(to, layer), from + " may not import these, whatever its row says");
        });
  }

  /** The reader's table and this one are the same table. */
  @Test
  void theDocumentSaysTheSame() throws IOException {
    assertEquals(new TreeMap<>(MAY_IMPORT), tableIn(Path.of("ARCHITECTURE.md")));
  }

  private static ArchCondition<JavaClass> importOnlyWhatTheTableAllows() {
    return new ArchCondition<>("import only what MAY_IMPORT allows") {
      @Override
      public void check(JavaClass from, ConditionEvents events) {
        var here = placeOf(from);
        if (here.equals(COMPOSITION_ROOT)) return;
        var allowed = MAY_IMPORT.get(here);
        if (allowed == null) {
          events.add(
              SimpleConditionEvent.violated(
                  from, from.getName() + ": its package has no row in MAY_IMPORT"));
          return;
        }
        from.getDirectDependenciesFromSelf().stream()
            .filter(d -> isOurs(d.getTargetClass()))
            .filter(d -> !placeOf(d.getTargetClass()).equals(here))
            .filter(d -> !allowed.contains(placeOf(d.getTargetClass())))
            .forEach(d -> events.add(SimpleConditionEvent.violated(from, d.getDescription())));
      }
    };
  }

  private static ArchCondition<JavaClass> useOnlyTheLibrariesConfinedToIt() {
    return new ArchCondition<>("use only the libraries that CONFINED gives its package") {
      @Override
      public void check(JavaClass from, ConditionEvents events) {
        from.getDirectDependenciesFromSelf().stream()
            .filter(d -> !isOurs(d.getTargetClass()))
            .filter(
                d ->
                    CONFINED.keySet().stream()
                        .filter(prefix -> isUnder(d.getTargetClass(), prefix))
                        .max((a, b) -> a.length() - b.length())
                        .filter(longest -> !CONFINED.get(longest).contains(placeOf(from)))
                        .isPresent())
            .forEach(d -> events.add(SimpleConditionEvent.violated(from, d.getDescription())));
      }
    };
  }

  private static boolean isPure(JavaClass c) {
    return PURE.contains(placeOf(c));
  }

  private static boolean isImpure(JavaClass c) {
    var type = c.getBaseComponentType();
    if (type.isPrimitive() || isOurs(type) || isUnderAny(type, PURE_LIBRARIES)) return false;
    if (!type.getName().startsWith("java.")) return true;
    return isUnderAny(type, IO) && !isUnderAny(type, VALUES);
  }

  private static boolean isAmbient(JavaAccess<?> access) {
    var owner = access.getTargetOwner();
    if (access instanceof JavaCodeUnitAccess<?> unseeded && access.getName().equals("<init>")) {
      return owner.isAssignableTo(RandomGenerator.class)
          && unseeded.getTarget().getRawParameterTypes().isEmpty();
    }
    return AMBIENT.contains(owner.getSimpleName() + "." + access.getName())
        || owner.getPackageName().equals("java.time") && access.getName().equals("now");
  }

  /**
   * The rows below {@code | package | one line | may import |}; "–" is nothing, "pure" is every
   * pure package.
   */
  private static Map<String, Set<String>> tableIn(Path document) throws IOException {
    var rows =
        Files.readAllLines(document).stream()
            .map(line -> line.split("\\s*\\|\\s*"))
            .dropWhile(
                row -> !Arrays.equals(row, new String[] {"", "package", "one line", "may import"}))
            .skip(2)
            .takeWhile(row -> row.length == 4)
            .filter(row -> !row[3].equals("anything"));
    return rows.flatMap(row -> quoted(row[1]).map(name -> entry(name, imports(row[3]))))
        .collect(toMap(Map.Entry::getKey, Map.Entry::getValue, (a, b) -> a, TreeMap::new));
  }

  private static Set<String> imports(String cell) {
    var named =
        Arrays.stream(cell.split(",\\s*"))
            .filter(n -> !n.equals("–") && !n.equals("pure"))
            .collect(toSet());
    return cell.startsWith("pure") ? union(PURE, named) : named;
  }

  private static Stream<String> quoted(String cell) {
    return Pattern.compile("`([^`]+)`").matcher(cell).results().map((MatchResult m) -> m.group(1));
  }

  private static boolean isOurs(JavaClass c) {
    return isUnder(c, ROOT);
  }

  /**
   * The package of a class without {@link #ROOT}; empty for a class in the root itself, which no
   * row allows.
   */
  private static String placeOf(JavaClass c) {
    var name = c.getBaseComponentType().getPackageName();
    return name.equals(ROOT) ? "" : name.substring(Math.min(name.length(), ROOT.length() + 1));
  }

  private static boolean isUnder(JavaClass c, String prefix) {
    var name = c.getBaseComponentType().getName();
    return name.equals(prefix) || name.startsWith(prefix + ".") || name.startsWith(prefix + "$");
  }

  private static boolean isUnderAny(JavaClass c, Set<String> prefixes) {
    return prefixes.stream().anyMatch(prefix -> isUnder(c, prefix));
  }

  private static Set<String> pureAnd(String... resources) {
    return and(PURE, resources);
  }

  private static Set<String> and(Set<String> some, String... more) {
    return union(some, Set.of(more));
  }

  private static Set<String> union(Set<String> some, Set<String> others) {
    return Stream.concat(some.stream(), others.stream()).collect(toSet());
  }

  private static Set<String> minus(Set<String> some, Set<String> others) {
    return some.stream().filter(s -> !others.contains(s)).collect(toSet());
  }
}
