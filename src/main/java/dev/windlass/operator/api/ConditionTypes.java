package dev.windlass.operator.api;

import java.util.List;

/**
 * The types of conditions of each kind, in the order in which they are decided. {@link #READY} is
 * last and follows from the others.
 */
public final class ConditionTypes {
  public static final String READY = "Ready";
  public static final String SCHEDULABLE = "Schedulable";

  public static final String ARTIFACT_VERIFIED = "ArtifactVerified";
  public static final String LOGGED = "Logged";
  public static final String ROUTED = "Routed";

  public static final String PROFILE_FOUND = "ProfileFound";
  public static final String POD_TEMPLATE_VALID = "PodTemplateValid";
  public static final String BUDGET_SOUND = "BudgetSound";

  /** Of a HardwareProfile: at least one node fits. */
  public static final String MATCHED = "Matched";

  /** Of a Worker: its node's labels still say what its profile asks for. */
  public static final String HARDWARE_KNOWN = "HardwareKnown";

  /** Of a Worker: what its node says is not below its profile. Since when counts. */
  public static final String HARDWARE_FITS = "HardwareFits";

  /** Of a Worker: heads may place work there; False once it drains. Since when counts. */
  public static final String SERVING = "Serving";

  public static final String ACCEPTED = "Accepted";
  public static final String JURY_DRAWN = "JuryDrawn";
  public static final String DECIDED = "Decided";

  public static final List<String> OF_FUNCTION =
      List.of(ARTIFACT_VERIFIED, LOGGED, SCHEDULABLE, ROUTED, READY);
  public static final List<String> OF_WORKER_POOL =
      List.of(PROFILE_FOUND, POD_TEMPLATE_VALID, SCHEDULABLE, BUDGET_SOUND, READY);
  public static final List<String> OF_HARDWARE_PROFILE = List.of(MATCHED);
  public static final List<String> OF_WORKER =
      List.of(HARDWARE_KNOWN, HARDWARE_FITS, SERVING, READY);
  public static final List<String> OF_DISPUTE = List.of(ACCEPTED, JURY_DRAWN, DECIDED);

  private ConditionTypes() {}
}
