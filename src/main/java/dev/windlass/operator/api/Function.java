package dev.windlass.operator.api;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn.Type;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Categories;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;

/** A WebAssembly module and how it runs. */
@Group(ApiNames.GROUP)
@Version(ApiNames.VERSION)
@ShortNames("fn")
@Categories("windlass")
@AdditionalPrinterColumn(name = "URL", jsonPath = ".status.url", type = Type.STRING)
@AdditionalPrinterColumn(
    name = "READY",
    jsonPath = ".status.conditions[?(@.type==\"Ready\")].status",
    type = Type.STRING)
@AdditionalPrinterColumn(
    name = "REASON",
    jsonPath = ".status.conditions[?(@.type==\"Ready\")].reason",
    type = Type.STRING)
@AdditionalPrinterColumn(name = "DIGEST", jsonPath = ".status.resolvedDigest", type = Type.STRING)
@AdditionalPrinterColumn(name = "POLICY", jsonPath = ".spec.policy.mode", type = Type.STRING)
@AdditionalPrinterColumn(name = "AGE", jsonPath = ".metadata.creationTimestamp", type = Type.DATE)
@ValidationRule(
    value = "self.metadata.name.matches('^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$')",
    message =
        "a function's name is 1 to 63 of a-z, 0-9 and '-', without dots, "
            + "because it stands in URLs and host names")
public final class Function extends CustomResource<FunctionSpec, FunctionStatus>
    implements Namespaced {
  private static final long serialVersionUID = 1;

  /** Never null, unlike {@link #getSpec}. */
  public FunctionSpec spec() {
    return spec == null ? FunctionSpec.NONE : spec;
  }

  /** Never null, unlike {@link #getStatus}. */
  public FunctionStatus status() {
    return status == null ? FunctionStatus.NONE : status;
  }

  /** What a server-side apply of the status sends: the name and nothing else beside it. */
  public static Function ofStatus(String namespace, String name, FunctionStatus status) {
    var object = new Function();
    object.setMetadata(new ObjectMetaBuilder().withNamespace(namespace).withName(name).build());
    object.setStatus(status);
    return object;
  }
}
