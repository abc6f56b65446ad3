package dev.windlass.operator.api;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn.Type;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Categories;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Version;

/**
 * One worker, with the name of its pod: who it is, where, and how it does. Made by the operator.
 */
@Group(ApiNames.GROUP)
@Version(ApiNames.VERSION)
@Categories("windlass")
@AdditionalPrinterColumn(
    name = "POOL",
    jsonPath = ".metadata.labels.windlass\\.dev/pool",
    type = Type.STRING)
@AdditionalPrinterColumn(name = "NODE", jsonPath = ".status.node", type = Type.STRING)
@AdditionalPrinterColumn(name = "ZONE", jsonPath = ".status.zone", type = Type.STRING)
@AdditionalPrinterColumn(name = "STATE", jsonPath = ".status.state", type = Type.STRING)
@AdditionalPrinterColumn(
    name = "CREDIBILITY",
    jsonPath = ".status.credibility",
    type = Type.INTEGER)
@AdditionalPrinterColumn(
    name = "EXPIRES",
    jsonPath = ".status.identity.notAfter",
    type = Type.STRING)
@AdditionalPrinterColumn(name = "AGE", jsonPath = ".metadata.creationTimestamp", type = Type.DATE)
public final class Worker extends CustomResource<Void, WorkerStatus> implements Namespaced {
  private static final long serialVersionUID = 1;

  /** Never null, unlike {@link #getStatus}. */
  public WorkerStatus status() {
    return status == null ? WorkerStatus.NONE : status;
  }

  /** What a server-side apply of the status sends: the name and nothing else beside it. */
  public static Worker ofStatus(String namespace, String name, WorkerStatus status) {
    var object = new Worker();
    object.setMetadata(new ObjectMetaBuilder().withNamespace(namespace).withName(name).build());
    object.setStatus(status);
    return object;
  }
}
