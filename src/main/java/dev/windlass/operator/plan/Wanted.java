package dev.windlass.operator.plan;

import dev.windlass.operator.plan.TemplateCheck.Problem;
import java.util.List;
import java.util.Optional;

/**
 * What a pool's pods are to be, or why that cannot be said. Without it the pods that exist stay as
 * they are.
 *
 * @param profileProblem empty if the profile can be used
 * @param templateProblems all of them
 * @param form empty if there is any problem
 */
record Wanted(
    Optional<Problem> profileProblem, List<Problem> templateProblems, Optional<Form> form) {
  /** A pod, and what it asks of a node. */
  record Form(Profile profile, Demand demand, WorkerPod pod) {}

  static Wanted of(Observed observed, Pool pool, WorkerSettings settings) {
    var templateProblems = TemplateCheck.problems(observed.template());
    if (observed.profile().isEmpty())
      return without(
          new Problem(
              PoolReason.PROFILE_NOT_FOUND,
              "there is no HardwareProfile " + pool.profile() + " (spec.profile)"),
          templateProblems);
    Profile profile;
    try {
      profile = Profile.of(observed.profile().get());
    } catch (IllegalArgumentException e) {
      return without(
          new Problem(
              PoolReason.PROFILE_INVALID,
              "HardwareProfile " + pool.profile() + ": " + e.getMessage()),
          templateProblems);
    }
    if (!(observed.template() instanceof Template.Readable template) || !templateProblems.isEmpty())
      return new Wanted(Optional.empty(), templateProblems, Optional.empty());
    var form =
        new Form(
            profile,
            Demand.of(profile, pool, template, settings.zoneLabel()),
            WorkerPod.of(pool, profile, template, settings));
    return new Wanted(Optional.empty(), templateProblems, Optional.of(form));
  }

  private static Wanted without(Problem profileProblem, List<Problem> templateProblems) {
    return new Wanted(Optional.of(profileProblem), templateProblems, Optional.empty());
  }
}
