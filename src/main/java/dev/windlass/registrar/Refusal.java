package dev.windlass.registrar;

import dev.windlass.json.Json;

/**
 * Why not, as an RFC 9457 problem.
 *
 * @param kind the last part of the type URI
 */
record Refusal(int status, String kind, String title, String detail) {
  static Refusal malformed(String detail) {
    return new Refusal(400, "malformed-request", "The request is malformed", detail);
  }

  static Refusal token(String detail) {
    return new Refusal(401, "join-token-refused", "The join token is not good", detail);
  }

  static Refusal serviceToken(String detail) {
    return new Refusal(401, "token-refused", "The service account token is not good", detail);
  }

  static Refusal attestation(String detail) {
    return new Refusal(403, "attestation-refused", "This pod gets no identity", detail);
  }

  static Refusal nonce(String detail) {
    return new Refusal(401, "nonce-refused", "The nonce is not good", detail);
  }

  static Refusal certificate(String detail) {
    return new Refusal(401, "certificate-refused", "A valid certificate is required", detail);
  }

  static Refusal identity(String detail) {
    return new Refusal(403, "identity-refused", "This identity is not renewed", detail);
  }

  static Refusal conflict(String detail) {
    return new Refusal(409, "key-registered", "The result key is registered already", detail);
  }

  static Refusal busy(int status, String detail) {
    return new Refusal(status, "registrar-busy", "The registrar cannot answer now", detail);
  }

  Json json() {
    return Json.object()
        .put("type", "https://windlass.dev/problems/" + kind)
        .put("title", title)
        .put("status", status)
        .put("detail", detail)
        .build();
  }
}
