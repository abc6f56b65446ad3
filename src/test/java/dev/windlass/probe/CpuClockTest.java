package dev.windlass.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CpuClockTest {
  private static final String CPUINFO =
      """
      processor\t: 0
      model name\t: Some CPU @ 3.00GHz
      cpu MHz\t\t: 800.021

      processor\t: 1
      cpu MHz\t\t: 3499.612
      """;

  /** Of a thread called {@code a) b}, on CPU 1. */
  private static final String STAT = "7 (a) b) R" + " 0".repeat(35) + " 1 0 0\n";

  @TempDir Path root;

  private CpuClock clock() {
    return new CpuClock(new FakeMachine(root).machine());
  }

  @Test
  void the_slowest_cpu_that_is_online_is_the_machines_clock() throws IOException {
    new FakeMachine(root)
        .clocks(5_200_000, 3_799_900, 5_200_000, 400_000)
        .file("sys/devices/system/cpu/online", "0-1,2\n");
    assertEquals(OptionalLong.of(3_799), clock().nominal());
  }

  @Test
  void where_the_kernel_hides_one_clock_none_is_told() throws IOException {
    new FakeMachine(root)
        .clocks(3_600_000, 3_600_000)
        .file("sys/devices/system/cpu/online", "0-2\n");
    assertEquals(OptionalLong.empty(), clock().nominal());
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-1", "fast", "", "99999999999999999999"})
  void a_clock_that_is_none_is_not_told(String kiloHertz) throws IOException {
    new FakeMachine(root)
        .file("sys/devices/system/cpu/online", "0\n")
        .file("sys/devices/system/cpu/cpu0/cpufreq/cpuinfo_max_freq", kiloHertz);
    assertEquals(OptionalLong.empty(), clock().nominal());
  }

  @Test
  void ranges_of_cpus_are_read_and_bounded() {
    assertEquals(List.of(0, 1, 2, 3, 8), CpuClock.online("0-3,8\n"));
    for (var bad : List.of("", "3-0", "0-", "0-99999", "all"))
      assertThrows(NumberFormatException.class, () -> CpuClock.online(bad), bad);
  }

  @Test
  void a_spinning_thread_is_told_the_clock_of_its_own_cpu() throws IOException {
    new FakeMachine(root).file("proc/cpuinfo", CPUINFO).file("proc/thread-self/stat", STAT);
    assertEquals(OptionalLong.of(3_500), clock().spinning());
  }

  @Test
  void where_its_cpu_is_not_known_it_is_told_the_median_of_all() throws IOException {
    new FakeMachine(root).file("proc/cpuinfo", CPUINFO + "\nprocessor: 2\ncpu MHz: 3000\n");
    assertEquals(OptionalLong.of(3_000), clock().spinning());
  }

  @Test
  void a_kernel_that_says_no_clock_is_not_asked_twice() throws IOException {
    new FakeMachine(root).file("proc/cpuinfo", "processor\t: 0\nBogoMIPS\t: 50.00\n");
    assertEquals(OptionalLong.empty(), clock().spinning());
  }
}
