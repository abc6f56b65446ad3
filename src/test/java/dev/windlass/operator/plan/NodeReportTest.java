package dev.windlass.operator.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.operator.plan.NodeReport.Failed;
import dev.windlass.operator.plan.NodeReport.Failure;
import dev.windlass.operator.plan.NodeReport.Measured;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whoever runs a node writes what he likes into a termination message. */
class NodeReportTest {
  private static final Measured ALL =
      new Measured(
          OptionalLong.of(3_500),
          OptionalLong.of(2_000_398_934_016L),
          OptionalLong.of(5_300),
          List.of("device nvme0n1"));

  @Test
  void what_is_written_is_read_again() {
    var nothing =
        new Measured(
            OptionalLong.empty(), OptionalLong.empty(), OptionalLong.empty(), List.of("a", "b"));
    for (var report :
        List.of(ALL, nothing, new Failed(Failure.THROTTLED, "held back in 40 % of the time")))
      assertEquals(report, NodeReport.parse(report.text()));
    assertEquals(
        "{\"mhz\":3500,\"notes\":[\"device nvme0n1\"],\"nvmeBytes\":2000398934016,"
            + "\"nvmeWriteMBps\":5300}",
        ALL.text());
  }

  @Test
  void no_report_is_longer_than_a_termination_message() {
    var awful = "\u0000\"\\\ud83d\ude00\udead".repeat(10_000);
    var notes = Collections.nCopies(NodeReport.MOST_NOTES, awful);
    for (var report :
        List.of(
            new Measured(OptionalLong.of(100_000), OptionalLong.of(1), OptionalLong.of(1), notes),
            new Failed(Failure.VOLUME_NOT_WRITABLE, awful))) {
      assertTrue(report.text().getBytes(StandardCharsets.UTF_8).length <= NodeReport.MOST_BYTES);
      assertEquals(report, NodeReport.parse(report.text()));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "no JSON | expected",
        "[] | expected an object",
        "{} | $.notes: missing",
        "{\"notes\":[],\"labels\":{\"a\":\"b\"}} | $.labels: unknown member",
        "{\"notes\":[],\"mhz\":\"3500\"} | $.mhz: expected an integer",
        "{\"notes\":[],\"mhz\":0} | must be 1 to",
        "{\"notes\":[],\"mhz\":-1} | must be 1 to",
        "{\"notes\":[],\"mhz\":100001} | mhz is 100001, expected 1 to 100000",
        "{\"notes\":[],\"mhz\":3500.5} | $.mhz: expected an integer",
        "{\"notes\":[],\"mhz\":3500,\"mhz\":9} | mhz",
        "{\"notes\":[],\"nvmeBytes\":9007199254740993} | integer",
        "{\"notes\":[],\"nvmeWriteMBps\":1} | nvmeWriteMBps without nvmeBytes",
        "{\"notes\":[],\"nvmeBytes\":1,\"nvmeWriteMBps\":1000001} | expected 1 to 1000000",
        "{\"notes\":[1]} | expected a string",
        "{\"notes\":[\"\",\"\",\"\",\"\",\"\"]} | 5 notes, expected at most 4",
        "{\"failure\":\"Rebellion\",\"message\":\"\"} | no failure is called Rebellion",
        "{\"failure\":\"Throttled\"} | $.message: missing",
        "{\"failure\":\"Throttled\",\"message\":\"\",\"mhz\":1} | $.mhz: unknown member",
      })
  void what_is_no_report_is_refused_with_why(String text, String why) {
    var refused = assertThrows(IllegalArgumentException.class, () -> NodeReport.parse(text));
    assertTrue(refused.getMessage().contains(why), refused.getMessage());
  }

  @Test
  void a_message_of_more_than_a_kubelet_lets_through_is_refused() {
    var text = "{\"notes\":[\"" + "a".repeat(NodeReport.MOST_BYTES) + "\"]}";
    assertThrows(IllegalArgumentException.class, () -> NodeReport.parse(text));
  }

  @Test
  void what_goes_into_events_is_one_printable_line() {
    var report = NodeReport.parse("{\"notes\":[\"\\u001b[31mred\\nnext\\u202e\"]}");
    assertEquals(List.of("?[31mred?next?"), ((Measured) report).notes());
  }

  @Test
  void any_text_is_read_or_refused_as_declared() {
    var chance = new SplittableRandom(20);
    var good = ALL.text();
    for (int i = 0; i < 20_000; i++) {
      var text = new StringBuilder(good);
      for (int n = chance.nextInt(1, 5); n > 0; n--)
        text.setCharAt(
            chance.nextInt(text.length()), (char) chance.nextInt(i % 2 == 0 ? 128 : 0x10000));
      try {
        var read = NodeReport.parse(text.toString());
        assertEquals(read, NodeReport.parse(read.text()));
      } catch (IllegalArgumentException e) {
        assertTrue(e.getMessage() != null && !e.getMessage().isEmpty());
      }
    }
  }
}
