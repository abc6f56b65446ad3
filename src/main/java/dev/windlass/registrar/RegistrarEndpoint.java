package dev.windlass.registrar;

import dev.windlass.identity.Surroundings;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletionException;

/**
 * A registrar that answers, with an event loop of its own, so that a head in the same process
 * cannot starve it and whoever wires it needs no Vert.x.
 */
public final class RegistrarEndpoint implements AutoCloseable {
  private final Registrar registrar;
  private final Vertx vertx;
  private final int port;

  private RegistrarEndpoint(Registrar registrar, Vertx vertx, int port) {
    this.registrar = registrar;
    this.vertx = vertx;
    this.port = port;
  }

  /**
   * Opens the registrar of a directory and begins to answer; blocks until it does.
   *
   * @param port 0 is the port of the last time, else a free one
   * @param log absent where there is none
   * @throws IOException if the directory cannot be used or the port is taken
   */
  public static RegistrarEndpoint open(
      Path directory, String trustDomain, String host, int port, Optional<RegistrarLog> log)
      throws IOException {
    var registrar = Registrar.open(directory, trustDomain, log, Surroundings.real());
    var vertx =
        Vertx.vertx(
            new VertxOptions()
                .setEventLoopPoolSize(1)
                .setWorkerPoolSize(2)
                .setInternalBlockingPoolSize(1));
    try {
      int actual =
          registrar.listen(vertx, host, port).toCompletionStage().toCompletableFuture().join();
      return new RegistrarEndpoint(registrar, vertx, actual);
    } catch (CompletionException e) {
      vertx.close();
      registrar.close();
      throw new IOException(
          "the registrar cannot listen on " + host + ":" + port + ": " + e.getCause().getMessage(),
          e);
    }
  }

  public Registrar registrar() {
    return registrar;
  }

  public int port() {
    return port;
  }

  @Override
  public void close() throws IOException {
    registrar.close();
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }
}
