package dev.windlass.operator;

import dev.windlass.operator.api.HardwareProfile;
import dev.windlass.operator.plan.NodeFacts;
import dev.windlass.operator.plan.ProfileView;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Ignore;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import java.util.List;

/** A hardware profile's status: which nodes fit, and why the others do not. */
@Ignore
final class ProfileReconciler implements Reconciler<HardwareProfile> {
  private final Parts parts;
  private final Wakes<HardwareProfile> wakes;

  ProfileReconciler(Parts parts) {
    this.parts = parts;
    this.wakes = new Wakes<>("profile", parts.caches().profiles);
  }

  @Override
  public List<EventSource<?, HardwareProfile>> prepareEventSources(
      EventSourceContext<HardwareProfile> context) {
    parts
        .caches()
        .nodes
        .onChange(
            (before, after) -> {
              if (!before.map(NodeFacts::of).equals(after.map(NodeFacts::of))) wakes.all();
            });
    return List.of(wakes.source());
  }

  @Override
  public UpdateControl<HardwareProfile> reconcile(
      HardwareProfile resource, Context<HardwareProfile> context) {
    var caches = parts.caches();
    var profile = caches.profiles.get(ResourceID.fromResource(resource)).orElse(resource);
    var status =
        ProfileView.status(
            profile, caches.nodeFacts(), parts.config().zoneLabel(), parts.clock().instant());
    if (!status.equals(profile.status()))
      parts
          .cluster()
          .applyStatus(HardwareProfile.ofStatus(profile.getMetadata().getName(), status))
          .ifPresent(caches.profiles::wrote);
    return UpdateControl.noUpdate();
  }
}
