package dev.windlass.registrar;

import dev.windlass.operator.api.ApiNames;
import io.fabric8.kubernetes.api.model.authentication.TokenReviewStatus;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a service account token says, as the API server has proved it: which account, and to which
 * pod the token is bound.
 */
record PodClaims(String namespace, String serviceAccount, String pod, String uid) {
  private static final String POD_NAME = "authentication.kubernetes.io/pod-name";
  private static final String POD_UID = "authentication.kubernetes.io/pod-uid";
  private static final Pattern ACCOUNT =
      Pattern.compile("system:serviceaccount:([a-z0-9-]{1,63}):([a-z0-9.-]{1,253})");
  private static final Pattern UID = Pattern.compile("[a-z0-9][a-z0-9-]{0,56}");

  /** What a review comes to. */
  sealed interface Reviewed {
    record Of(PodClaims claims) implements Reviewed {}

    record Not(String why) implements Reviewed {}
  }

  /**
   * @param status of a TokenReview that asked for our audience
   */
  static Reviewed read(@Nullable TokenReviewStatus status) {
    if (status == null || !Boolean.TRUE.equals(status.getAuthenticated()))
      return not(
          "the API server does not believe it: "
              + (status == null || status.getError() == null ? "no reason" : status.getError()));
    var audiences = status.getAudiences() == null ? List.of() : status.getAudiences();
    if (!audiences.contains(ApiNames.REGISTRAR_AUDIENCE))
      return not("its audience is " + audiences + ", expected " + ApiNames.REGISTRAR_AUDIENCE);
    var user = status.getUser();
    var account = ACCOUNT.matcher(user == null ? "" : String.valueOf(user.getUsername()));
    if (!account.matches())
      return not(
          "it is not of a service account, but of " + (user == null ? null : user.getUsername()));
    var extra = user.getExtra() == null ? Map.<String, List<String>>of() : user.getExtra();
    var name = one(extra.get(POD_NAME));
    var uid = one(extra.get(POD_UID));
    if (name.isEmpty() || !UID.matcher(uid).matches()) return not("it is not bound to a pod");
    return new Reviewed.Of(new PodClaims(account.group(1), account.group(2), name, uid));
  }

  /** {@code namespace/name} of the pod. */
  String podName() {
    return namespace + "/" + pod;
  }

  private static String one(@Nullable List<String> values) {
    return values == null || values.size() != 1 ? "" : values.getFirst();
  }

  private static Reviewed not(String why) {
    return new Reviewed.Not(why);
  }
}
