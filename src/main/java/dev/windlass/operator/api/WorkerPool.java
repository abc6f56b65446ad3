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

/** A number of workers on machines of one hardware profile. */
@Group(ApiNames.GROUP)
@Version(ApiNames.VERSION)
@ShortNames("wp")
@Categories("windlass")
@AdditionalPrinterColumn(name = "PROFILE", jsonPath = ".spec.profile", type = Type.STRING)
@AdditionalPrinterColumn(name = "DESIRED", jsonPath = ".spec.replicas", type = Type.INTEGER)
@AdditionalPrinterColumn(name = "READY", jsonPath = ".status.ready", type = Type.INTEGER)
@AdditionalPrinterColumn(name = "USED", jsonPath = ".status.used.cpu", type = Type.STRING)
@AdditionalPrinterColumn(
    name = "REASON",
    jsonPath = ".status.conditions[?(@.type==\"Ready\")].reason",
    type = Type.STRING)
@AdditionalPrinterColumn(name = "AGE", jsonPath = ".metadata.creationTimestamp", type = Type.DATE)
@ValidationRule(
    value = "self.metadata.name.matches('^[a-z0-9]([a-z0-9-]{0,50}[a-z0-9])?$')",
    message =
        "a pool's name is 1 to 52 of a-z, 0-9 and '-', without dots, because "
            + "its workers' names begin with it")
public final class WorkerPool extends CustomResource<WorkerPoolSpec, WorkerPoolStatus>
    implements Namespaced {
  private static final long serialVersionUID = 1;

  /** Never null, unlike {@link #getSpec}. */
  public WorkerPoolSpec spec() {
    return spec == null ? WorkerPoolSpec.NONE : spec;
  }

  /** Never null, unlike {@link #getStatus}. */
  public WorkerPoolStatus status() {
    return status == null ? WorkerPoolStatus.NONE : status;
  }

  /** What a server-side apply of the status sends: the name and nothing else beside it. */
  public static WorkerPool ofStatus(String namespace, String name, WorkerPoolStatus status) {
    var object = new WorkerPool();
    object.setMetadata(new ObjectMetaBuilder().withNamespace(namespace).withName(name).build());
    object.setStatus(status);
    return object;
  }
}
