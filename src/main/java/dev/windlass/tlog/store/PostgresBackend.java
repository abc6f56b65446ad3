package dev.windlass.tlog.store;

import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;

/**
 * Rows of table {@code log_object} (db/migration/V1__log.sql). Each call is one transaction on a
 * connection of its own, so give it a pool.
 *
 * <p>A lazy write commits without waiting for the server's disk. PostgreSQL writes its log in
 * order, so one transaction that does wait makes all before it durable: that is {@link #sync}.
 */
public final class PostgresBackend implements Backend {
  private static final String PUT_IMMUTABLE =
      """
      insert into log_object (origin, path, octets) values (?, ?, ?)
      on conflict (origin, path) do update set octets = excluded.octets
      where log_object.octets = excluded.octets""";

  private static final String PUT_REPLACING =
      """
      insert into log_object (origin, path, octets) values (?, ?, ?)
      on conflict (origin, path) do update set octets = excluded.octets""";

  private final DataSource source;
  private final String origin;

  /**
   * @param origin of the log; several logs can live in one database
   */
  public PostgresBackend(DataSource source, String origin) {
    this.source = source;
    this.origin = origin;
  }

  @Override
  public void put(List<Upload> uploads) throws IOException {
    transact("write " + uploads, connection -> write(connection, uploads));
  }

  @Override
  public void putLazily(List<Upload> uploads) throws IOException {
    transact(
        "write " + uploads,
        connection -> {
          execute(connection, "set local synchronous_commit = off");
          return write(connection, uploads);
        });
  }

  @Override
  public void sync() throws IOException {
    transact(
        "sync",
        connection -> {
          // A transaction must have an id, or its commit waits for nothing.
          execute(connection, "set local synchronous_commit = on");
          execute(connection, "select txid_current()");
          return true;
        });
  }

  @Override
  public Optional<byte[]> get(String path) throws IOException {
    return transact(
        "read " + path,
        connection -> {
          try (var select =
              connection.prepareStatement(
                  "select octets from log_object where origin = ? and path = ?")) {
            select.setString(1, origin);
            select.setString(2, Upload.checked(path));
            try (var rows = select.executeQuery()) {
              return rows.next() ? Optional.of(rows.getBytes(1)) : Optional.<byte[]>empty();
            }
          }
        });
  }

  @Override
  public List<String> list(String directory) throws IOException {
    return transact(
        "list " + directory,
        connection -> {
          // "0" is the character behind "/": all paths that begin with "directory/".
          var below = directory.isEmpty() ? "" : " and path > ? and path < ?";
          try (var select =
              connection.prepareStatement(
                  "select path from log_object where origin = ?" + below + " order by path")) {
            select.setString(1, origin);
            if (!directory.isEmpty()) {
              select.setString(2, Upload.checked(directory) + "/");
              select.setString(3, directory + "0");
            }
            var paths = new ArrayList<String>();
            try (var rows = select.executeQuery()) {
              while (rows.next()) paths.add(rows.getString(1));
            }
            return paths;
          }
        });
  }

  @Override
  public void delete(List<String> paths) throws IOException {
    if (paths.isEmpty()) return;
    transact(
        "delete " + paths,
        connection -> {
          try (var delete =
              connection.prepareStatement("delete from log_object where origin = ? and path = ?")) {
            for (var path : paths) {
              delete.setString(1, origin);
              delete.setString(2, Upload.checked(path));
              delete.addBatch();
            }
            delete.executeBatch();
            return true;
          }
        });
  }

  private boolean write(Connection connection, List<Upload> uploads)
      throws SQLException, IOException {
    try (var immutable = connection.prepareStatement(PUT_IMMUTABLE);
        var replacing = connection.prepareStatement(PUT_REPLACING)) {
      for (var upload : uploads) {
        if (put(upload.replaces() ? replacing : immutable, upload) == 1) continue;
        var there = get(upload.path()).map(octets -> octets.length).orElse(0);
        throw new ImmutableException(upload.path(), there, upload.octets().length);
      }
      return true;
    }
  }

  private int put(PreparedStatement statement, Upload upload) throws SQLException {
    statement.setString(1, origin);
    statement.setString(2, upload.path());
    statement.setBytes(3, upload.octets());
    return statement.executeUpdate();
  }

  private interface Work<T> {
    T in(Connection connection) throws SQLException, IOException;
  }

  private <T> T transact(String what, Work<T> work) throws IOException {
    try (var connection = source.getConnection()) {
      connection.setAutoCommit(false);
      T done;
      try {
        done = work.in(connection);
        connection.commit();
      } catch (SQLException | IOException e) {
        end(connection, e);
        throw e;
      }
      connection.setAutoCommit(true);
      return done;
    } catch (SQLException e) {
      throw new IOException(
          "PostgreSQL could not " + what + " of log " + origin + ": " + e.getMessage(), e);
    }
  }

  private static void end(Connection connection, Exception why) {
    try {
      connection.rollback();
      connection.setAutoCommit(true);
    } catch (SQLException e) {
      why.addSuppressed(e);
    }
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
