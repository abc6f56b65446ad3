package dev.windlass.operator.api;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn.Type;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Categories;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;

/** What a machine must have; cluster-scoped. */
@Group(ApiNames.GROUP)
@Version(ApiNames.VERSION)
@ShortNames("hwp")
@Categories("windlass")
@AdditionalPrinterColumn(name = "VCPU", jsonPath = ".spec.cpu.vcpu", type = Type.STRING)
@AdditionalPrinterColumn(name = "MEMORY", jsonPath = ".status.memory", type = Type.STRING)
@AdditionalPrinterColumn(name = "MHZ", jsonPath = ".spec.cpu.minMHz", type = Type.INTEGER)
@AdditionalPrinterColumn(name = "NVME", jsonPath = ".spec.nvme.bytes", type = Type.STRING)
@AdditionalPrinterColumn(name = "NODES", jsonPath = ".status.matching", type = Type.INTEGER)
@AdditionalPrinterColumn(name = "AGE", jsonPath = ".metadata.creationTimestamp", type = Type.DATE)
@ValidationRule(
    value = "self.metadata.name.matches('^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$')",
    message =
        "a profile's name is 1 to 63 of a-z, 0-9 and '-', without dots, "
            + "because it stands in a label")
public final class HardwareProfile
    extends CustomResource<HardwareProfileSpec, HardwareProfileStatus> {
  private static final long serialVersionUID = 1;

  /** Never null, unlike {@link #getSpec}. */
  public HardwareProfileSpec spec() {
    return spec == null ? HardwareProfileSpec.NONE : spec;
  }

  /** Never null, unlike {@link #getStatus}. */
  public HardwareProfileStatus status() {
    return status == null ? HardwareProfileStatus.NONE : status;
  }

  /** What a server-side apply of the status sends: the name and nothing else beside it. */
  public static HardwareProfile ofStatus(String name, HardwareProfileStatus status) {
    var object = new HardwareProfile();
    object.setMetadata(new ObjectMetaBuilder().withName(name).build());
    object.setStatus(status);
    return object;
  }
}
