package dev.windlass.registrar;

import dev.windlass.json.Json;

/** What a request comes to. */
sealed interface Answer {
  record Granted(Json body) implements Answer {}

  record Refused(Refusal why) implements Answer {}
}
