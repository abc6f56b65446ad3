package dev.windlass.head;

import io.vertx.core.http.HttpHeaders;

/** Field names in the form that costs least to look up and to write. */
final class HeaderNames {
  static final CharSequence ALLOW = HttpHeaders.ALLOW;
  static final CharSequence CONNECTION = HttpHeaders.CONNECTION;
  static final CharSequence CONTENT_LENGTH = HttpHeaders.CONTENT_LENGTH;
  static final CharSequence CONTENT_TYPE = HttpHeaders.CONTENT_TYPE;
  static final CharSequence EXPECT = HttpHeaders.EXPECT;
  static final CharSequence IDEMPOTENCY_KEY = HttpHeaders.createOptimized("Idempotency-Key");

  static final CharSequence PREFER = HttpHeaders.createOptimized("Prefer");
  static final String RECEIPT = "Windlass-Receipt";

  private HeaderNames() {}
}
