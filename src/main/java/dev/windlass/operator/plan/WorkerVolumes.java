package dev.windlass.operator.plan;

import static dev.windlass.operator.plan.Resources.decimalText;

import dev.windlass.operator.api.ApiNames;
import io.fabric8.kubernetes.api.model.EmptyDirVolumeSource;
import io.fabric8.kubernetes.api.model.EmptyDirVolumeSourceBuilder;
import io.fabric8.kubernetes.api.model.EphemeralVolumeSource;
import io.fabric8.kubernetes.api.model.EphemeralVolumeSourceBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import java.util.ArrayList;
import java.util.List;

/** The volumes of a worker pod. */
final class WorkerVolumes {
  /** Within {@link Demand#SCRATCH_BYTES}. */
  private static final long TMP_BYTES = 1_000_000_000;

  private static final int OWNER_READS = 0440;

  private WorkerVolumes() {}

  static List<Volume> of(List<Volume> given, Profile profile, WorkerSettings settings) {
    var all = new ArrayList<Volume>();
    all.add(data(given, profile));
    all.add(new VolumeBuilder().withName(WorkerPod.TMP).withEmptyDir(emptyDir(TMP_BYTES)).build());
    all.add(token());
    all.add(
        new VolumeBuilder()
            .withName(WorkerPod.TRUST)
            .withNewConfigMap()
            .withName(settings.trustConfigMap())
            .endConfigMap()
            .build());
    given.stream().filter(v -> !WorkerPod.DATA.equals(v.getName())).forEach(all::add);
    return all;
  }

  /** Claimed from a storage class if the template says so, else on the node's own disk. */
  private static Volume data(List<Volume> given, Profile profile) {
    return given.stream()
        .filter(v -> WorkerPod.DATA.equals(v.getName()) && v.getEphemeral() != null)
        .findFirst()
        .map(v -> new VolumeBuilder(v).withEphemeral(sized(v.getEphemeral(), profile)).build())
        .orElseGet(
            () ->
                new VolumeBuilder()
                    .withName(WorkerPod.DATA)
                    .withEmptyDir(emptyDir(profile.diskBytes()))
                    .build());
  }

  private static EphemeralVolumeSource sized(EphemeralVolumeSource given, Profile profile) {
    var source =
        new EphemeralVolumeSourceBuilder(given).editOrNewVolumeClaimTemplate().editOrNewSpec();
    if (!source.hasAccessModes()) source.withAccessModes("ReadWriteOnce");
    return source
        .editOrNewResources()
        .addToRequests("storage", new Quantity(decimalText(profile.diskBytes())))
        .endResources()
        .endSpec()
        .endVolumeClaimTemplate()
        .build();
  }

  /** The only credential: good for the registrar, for ten minutes. */
  private static Volume token() {
    return new VolumeBuilder()
        .withName(WorkerPod.TOKEN)
        .withNewProjected()
        .withDefaultMode(OWNER_READS)
        .addNewSource()
        .withNewServiceAccountToken()
        .withAudience(ApiNames.REGISTRAR_AUDIENCE)
        .withExpirationSeconds(WorkerPod.TOKEN_SECONDS)
        .withPath(WorkerPod.TOKEN_FILE)
        .endServiceAccountToken()
        .endSource()
        .endProjected()
        .build();
  }

  private static EmptyDirVolumeSource emptyDir(long bytes) {
    return new EmptyDirVolumeSourceBuilder()
        .withSizeLimit(new Quantity(decimalText(bytes)))
        .build();
  }
}
