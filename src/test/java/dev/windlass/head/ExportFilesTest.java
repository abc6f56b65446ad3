package dev.windlass.head;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import dev.windlass.identity.TestClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExportFilesTest {
  @TempDir Path directory;

  private static Digest payload(int n) {
    return Digest.of(Bytes.utf8("payload " + n));
  }

  @Test
  void the_oldest_give_way_with_all_their_files() throws IOException {
    var files = ExportFiles.open(directory, 3);
    for (int n = 0; n < 5; n++) {
      files.writeSubmission(payload(n), Bytes.utf8("submission " + n));
      files.writeBundle(payload(n), Bytes.utf8("bundle " + n));
    }

    assertEquals(Optional.empty(), files.bundle(payload(1)));
    assertEquals(Optional.empty(), files.submission(payload(1)));
    assertEquals(Optional.of(Bytes.utf8("bundle 2")), files.bundle(payload(2)));
    try (var all = Files.list(directory)) {
      assertEquals(6, all.count());
    }
  }

  @Test
  void what_was_kept_is_there_after_a_restart_and_counts() throws IOException {
    var before = ExportFiles.open(directory, 3);
    for (int n = 0; n < 3; n++) {
      before.writeSubmission(payload(n), Bytes.utf8("s" + n));
      // a file system may give one time to what is written within a few milliseconds
      var file = directory.resolve(payload(n).hex() + ".submission");
      Files.setLastModifiedTime(file, FileTime.fromMillis(1_000 + n));
    }

    var after = ExportFiles.open(directory, 3);
    after.writeBundle(payload(2), Bytes.utf8("b2"));
    after.writeSubmission(payload(3), Bytes.utf8("s3"));

    assertEquals(Optional.of(Bytes.utf8("b2")), after.bundle(payload(2)));
    int kept = 0;
    for (int n = 0; n < 4; n++) if (after.submission(payload(n)).isPresent()) kept++;
    assertEquals(3, kept);
  }

  @Test
  void a_bundle_without_its_submission_is_not_kept() throws IOException {
    var files = ExportFiles.open(directory, 1);
    files.writeSubmission(payload(1), Bytes.utf8("s1"));
    files.writeSubmission(payload(2), Bytes.utf8("s2"));

    files.writeBundle(payload(1), Bytes.utf8("late"));

    assertEquals(Optional.empty(), files.bundle(payload(1)));
  }

  @Test
  void each_caller_has_his_own_quota_and_a_new_one_each_minute() {
    var clock = new TestClock();
    var quota = new ExportQuota(2, clock);

    assertTrue(quota.take("a"));
    assertTrue(quota.take("a"));
    assertFalse(quota.take("a"));
    assertTrue(quota.take("b"));
    clock.forward(Duration.ofMinutes(1));
    assertTrue(quota.take("a"));
  }

  @Test
  void callers_beyond_the_bound_wait_for_the_next_minute() {
    var clock = new TestClock();
    var quota = new ExportQuota(2, clock);
    for (int n = 0; n < ExportQuota.MAX_CALLERS; n++) assertTrue(quota.take("caller " + n));

    assertFalse(quota.take("one more"));
    assertTrue(quota.take("caller 7"));
    clock.forward(Duration.ofMinutes(1));
    assertTrue(quota.take("one more"));
  }
}
