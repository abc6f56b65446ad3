package dev.windlass.tlog.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import javax.sql.DataSource;

/**
 * The checkpoint in a row of table {@code log_lock} (db/migration/V1__log.sql).
 *
 * <p>One connection is kept for as long as the lock is open: the server ends its advisory lock with
 * its session, and every replace goes through that session, so nothing of a sequencer that lost its
 * connection can arrive after another one has started. A lost connection therefore ends this lock.
 * It must not go through a pooler that shares sessions among transactions.
 */
public final class PostgresLock implements Lock {
  private final String origin;
  private final Connection session;

  private PostgresLock(String origin, Connection session) {
    this.origin = origin;
    this.session = session;
  }

  /**
   * @throws HeldException when another session holds it
   */
  public static PostgresLock open(DataSource source, String origin) throws IOException {
    try {
      var session = source.getConnection();
      try {
        session.setAutoCommit(true);
        if (!hold(session, origin)) throw inUse(session, origin);
        return new PostgresLock(origin, session);
      } catch (SQLException | HeldException e) {
        session.close();
        throw e;
      }
    } catch (SQLException e) {
      throw new IOException("couldn't lock log " + origin + " in PostgreSQL: " + e.getMessage(), e);
    }
  }

  @Override
  public Optional<byte[]> load() throws IOException {
    try (var select =
        session.prepareStatement("select checkpoint from log_lock where origin = ?")) {
      select.setString(1, origin);
      try (var rows = select.executeQuery()) {
        return rows.next() ? Optional.of(rows.getBytes(1)) : Optional.empty();
      }
    } catch (SQLException e) {
      throw new IOException("couldn't read the lock of log " + origin + ": " + e.getMessage(), e);
    }
  }

  @Override
  public boolean replace(Optional<byte[]> expected, byte[] next) throws IOException {
    try {
      return expected.isPresent() ? update(expected.get(), next) : insert(next);
    } catch (SQLException e) {
      throw new IOException(
          "nobody knows whether the lock of log "
              + origin
              + " was replaced: PostgreSQL said "
              + e.getMessage(),
          e);
    }
  }

  @Override
  public void close() throws IOException {
    try {
      if (session.isClosed()) return;
      try (session;
          var unlock = session.prepareStatement("select pg_advisory_unlock(?)")) {
        unlock.setLong(1, key(origin));
        unlock.execute();
      }
    } catch (SQLException e) {
      throw new IOException("couldn't give back the lock of log " + origin, e);
    }
  }

  private boolean update(byte[] expected, byte[] next) throws SQLException {
    try (var update =
        session.prepareStatement(
            "update log_lock set checkpoint = ?, version = version + 1"
                + " where origin = ? and checkpoint = ?")) {
      update.setBytes(1, next);
      update.setString(2, origin);
      update.setBytes(3, expected);
      return update.executeUpdate() == 1;
    }
  }

  private boolean insert(byte[] next) throws SQLException {
    try (var insert =
        session.prepareStatement(
            "insert into log_lock (origin, checkpoint, version) values (?, ?, 1)"
                + " on conflict do nothing")) {
      insert.setString(1, origin);
      insert.setBytes(2, next);
      return insert.executeUpdate() == 1;
    }
  }

  private static boolean hold(Connection session, String origin) throws SQLException {
    try (var lock = session.prepareStatement("select pg_try_advisory_lock(?)")) {
      lock.setLong(1, key(origin));
      try (var rows = lock.executeQuery()) {
        return rows.next() && rows.getBoolean(1);
      }
    }
  }

  private static HeldException inUse(Connection session, String origin) throws SQLException {
    long key = key(origin);
    try (var holders =
        session.prepareStatement(
            """
            select a.pid, coalesce(host(a.client_addr), 'a local socket'), a.backend_start
            from pg_locks l join pg_stat_activity a using (pid)
            where l.locktype = 'advisory' and l.granted and l.classid::bigint = ?
            and l.objid::bigint = ?""")) {
      holders.setLong(1, key >>> 32);
      holders.setLong(2, key & 0xffff_ffffL);
      try (var rows = holders.executeQuery()) {
        var holder =
            rows.next()
                ? "session %d from %s since %s"
                    .formatted(rows.getInt(1), rows.getString(2), rows.getString(3))
                : "a session that has just ended";
        return new HeldException(
            "another sequencer ("
                + holder
                + ") holds the lock of log "
                + origin
                + " in PostgreSQL\n  a log has one sequencer: stop the other one; one that lost its"
                + " machine is let go when the server notices (tcp_keepalives_idle)");
      }
    }
  }

  /** The advisory lock's number: the first octets of the origin's SHA-256. */
  private static long key(String origin) {
    try {
      var hash =
          MessageDigest.getInstance("SHA-256")
              .digest(("windlass log " + origin).getBytes(StandardCharsets.UTF_8));
      return ByteBuffer.wrap(hash).getLong();
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }
}
