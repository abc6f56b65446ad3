package dev.windlass.operator;

import dev.windlass.artifact.ArtifactSource;
import dev.windlass.artifact.OciReference;
import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import dev.windlass.operator.api.Function;
import dev.windlass.operator.api.FunctionSpec;
import java.util.Base64;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** {@code spec.source} and {@code spec.files} of a Function, parsed. */
final class FunctionSources {
  private FunctionSources() {}

  /**
   * @throws IllegalArgumentException that names the field
   */
  static ArtifactSource module(Function function) {
    var spec = function.spec();
    var source = spec.source();
    var digest = digest("spec.digest", spec.digest());
    if (source == null)
      throw new IllegalArgumentException("spec.source is missing, expected inline, oci or https");
    if (source.inline() != null)
      return new ArtifactSource.Inline(
          decoded("spec.source.inline.module", source.inline().module()), digest);
    if (source.https() != null)
      return ArtifactSource.Https.parse(
          given("spec.source.https.url", source.https().url()),
          digest.orElseThrow(
              () ->
                  new IllegalArgumentException(
                      "spec.digest is missing: a URL may serve other bytes tomorrow, expected"
                          + " sha256:<64 hex digits> of the module")));
    if (source.oci() != null) {
      var reference = given("spec.source.oci.reference", source.oci().reference());
      try {
        return new ArtifactSource.Oci(OciReference.parse(reference), digest);
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException("spec.source.oci.reference: " + e.getMessage(), e);
      }
    }
    throw new IllegalArgumentException("spec.source is empty, expected inline, oci or https");
  }

  /** The archive of files, where there is one; that it is one, is not said. */
  static Optional<Bytes> files(Function function) {
    var files = function.spec().files();
    return files == null
        ? Optional.empty()
        : Optional.of(decoded("spec.files.inline", files.inline()));
  }

  /** Name of the Secret with logins. */
  static Optional<String> pullSecret(Function function) {
    return Optional.ofNullable(function.spec().source())
        .map(FunctionSpec.Source::oci)
        .map(FunctionSpec.Oci::pullSecret)
        .filter(name -> !name.isEmpty());
  }

  private static Optional<Digest> digest(String field, @Nullable String text) {
    if (text == null || text.isEmpty()) return Optional.empty();
    try {
      return Optional.of(Digest.parse(text));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(field + ": " + e.getMessage(), e);
    }
  }

  private static String given(String field, @Nullable String text) {
    if (text != null && !text.isEmpty()) return text;
    throw new IllegalArgumentException(field + " is missing");
  }

  /** With or without line breaks. */
  private static Bytes decoded(String field, @Nullable String base64) {
    try {
      return Bytes.wrap(
          Base64.getDecoder().decode(given(field, base64).replaceAll("[\\r\\n\\t ]+", "")));
    } catch (IllegalArgumentException e) {
      if (base64 == null || base64.isEmpty()) throw e;
      throw new IllegalArgumentException(field + " is not base64: " + e.getMessage(), e);
    }
  }
}
