package dev.windlass.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class LoadTest {
  private static final String SAID =
      """
      Running 3s test @ http://127.0.0.1:8080/
        1 threads and 64 connections
        Thread Stats   Avg      Stdev     Max   +/- Stdev
          Latency     4.75ms    1.20ms  21.03ms   88.00%
          Req/Sec    13.50k     1.20k   15.02k    70.00%
        Latency Distribution
           50%  950.00us
           75%    5.10ms
           90%    6.00ms
           99%    1.02s
        40500 requests in 3.00s, 9.00MB read
        Socket errors: connect 0, read 3, write 0, timeout 1
        Non-2xx or 3xx responses: 17
      Requests/sec:  13500.25
      Transfer/sec:      3.00MB
      """;

  @Test
  void rate_quantiles_and_failures_are_read_in_their_units() {
    assertEquals(
        new Load.Result(
            "wrk", 13_500.25, 950, 1_020_000, "connect 0, read 3, write 0, timeout 1, 17 not 2xx"),
        Load.parse("wrk", SAID));
  }

  @Test
  void what_is_no_report_is_refused() {
    assertThrows(
        IllegalArgumentException.class,
        () -> Load.parse("wrk", "unable to connect to 127.0.0.1:1 Connection refused"));
  }
}
