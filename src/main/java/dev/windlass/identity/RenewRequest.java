package dev.windlass.identity;

import dev.windlass.json.Json;
import java.util.Base64;

/**
 * The body of {@code POST /renew}: {@code {"v":1,"csr":b64 DER}}. Who asks, the connection says.
 */
public final class RenewRequest {
  private RenewRequest() {}

  static Json json(byte[] csr) {
    return Json.object().put("v", 1).put("csr", Base64.getEncoder().encodeToString(csr)).build();
  }

  /**
   * @throws IllegalArgumentException if a member is missing, unknown or malformed, or the key has
   *     not signed
   */
  public static Csr parse(Json body) {
    var at = body.at().only("v", "csr");
    at.get("v").int32(1, 1);
    return at.get("csr").as(text -> Csr.parse(Base64.getDecoder().decode(text)));
  }
}
