package dev.windlass.head;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PreferencesTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\'',
      value = {
        "receipt=witnessed                         | true  | ",
        "receipt=witnessed, wait=5                 | true  | 5",
        "wait=5,receipt=witnessed                  | true  | 5",
        "Receipt=witnessed; with=more, WAIT=7      | true  | 7",
        "receipt = witnessed , wait = 3            | true  | 3",
        "receipt=\"witnessed\"                     | true  | ",
        "receipt=\"wit\\nessed\"                   | true  | ",
        "foo=\"a,receipt=witnessed\"               | false | ",
        "foo=\"a;\\\",\", receipt=witnessed        | true  | ",
        "respond-async, receipt=witnessed          | true  | ",
        "receipt=witnessed, receipt=none           | true  | ",
        "receipt=none, receipt=witnessed           | false | ",
        "wait=1, wait=2                            | false | 1",
        "receipt                                   | false | ",
        "receipt=                                  | false | ",
        "receipt=Witnessed                         | false | ",
        "receipt=witnessed, wait=0                 | true  | 0",
        "receipt=witnessed, wait=-1                | true  | ",
        "receipt=witnessed, wait=1.5               | true  | ",
        "receipt=witnessed, wait=                  | true  | ",
        "receipt=witnessed, wait=61                | true  | 60",
        "receipt=witnessed, wait=99999999999999999 | true  | 60",
        "''                                        | false | ",
        ",;,=,                                     | false | ",
        "receipt=\"witnessed                       | false | ",
        "\"                                        | false | ",
        "a=\"\\                                    | false | "
      })
  void a_preference_is_read_as_rfc_7240_says(String field, boolean witnessed, Long seconds) {
    var read = Preferences.of(List.of(field));

    assertEquals(witnessed, read.witnessed());
    assertEquals(Optional.ofNullable(seconds).map(Duration::ofSeconds), read.patience());
  }

  @Test
  void several_fields_are_one_list() {
    var read = Preferences.of(List.of("return=minimal", "receipt=witnessed", "wait=4"));

    assertEquals(new Preferences(true, Optional.of(Duration.ofSeconds(4))), read);
    assertEquals("receipt=witnessed, wait=4", read.applied());
  }

  @Test
  void a_field_over_the_bound_says_nothing() {
    assertEquals(
        Preferences.NONE, Preferences.of(List.of("receipt=witnessed," + "x".repeat(4_096))));
  }

  @Test
  void any_text_is_read_without_a_failure() {
    var random = new SplittableRandom(7);
    var alphabet = "\\\",;= receiptwitnessed0123456789\t";
    for (int i = 0; i < 20_000; i++) {
      var text = new StringBuilder();
      for (int length = random.nextInt(40); length > 0; length--)
        text.append(alphabet.charAt(random.nextInt(alphabet.length())));
      Preferences.of(List.of(text.toString()));
    }
  }
}
