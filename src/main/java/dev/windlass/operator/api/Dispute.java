package dev.windlass.operator.api;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn.Type;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Categories;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Version;

/** Somebody says that a result in the log is wrong. */
@Group(ApiNames.GROUP)
@Version(ApiNames.VERSION)
@Categories("windlass")
@AdditionalPrinterColumn(name = "FUNCTION", jsonPath = ".status.function", type = Type.STRING)
@AdditionalPrinterColumn(name = "LOGINDEX", jsonPath = ".spec.logIndex", type = Type.INTEGER)
@AdditionalPrinterColumn(name = "VERDICT", jsonPath = ".status.verdict", type = Type.STRING)
@AdditionalPrinterColumn(name = "AGE", jsonPath = ".metadata.creationTimestamp", type = Type.DATE)
public final class Dispute extends CustomResource<DisputeSpec, DisputeStatus>
    implements Namespaced {
  private static final long serialVersionUID = 1;

  /** Never null, unlike {@link #getSpec}. */
  public DisputeSpec spec() {
    return spec == null ? DisputeSpec.NONE : spec;
  }

  /** Never null, unlike {@link #getStatus}. */
  public DisputeStatus status() {
    return status == null ? DisputeStatus.NONE : status;
  }
}
