package dev.windlass.cli;

import dev.windlass.function.Bytes;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The files of a log or mirror, by their C2SP names. Nothing in them is believed. */
sealed interface LogFiles {
  /**
   * @param most octets
   * @return empty when there is none
   * @throws CommandFailure when nobody answers, or it is too large
   */
  Optional<Bytes> get(String path, int most);

  static LogFiles of(String urlOrDirectory) {
    if (!urlOrDirectory.matches("https?://.*")) return Directory.of(Path.of(urlOrDirectory));
    try {
      return new Remote(new Http(new URI(urlOrDirectory)));
    } catch (URISyntaxException e) {
      throw new CommandFailure(
          Exit.USAGE, "not a URL: " + urlOrDirectory, "such as http://localhost:8080/log");
    }
  }

  record Remote(Http http) implements LogFiles {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Override
    public Optional<Bytes> get(String path, int most) {
      var ask = new Http.Request("GET", "/" + path, List.of(), null, PATIENCE);
      try (var answer = http.send(ask)) {
        return switch (answer.status()) {
          case 200 -> Optional.of(Bytes.wrap(answer.whole(most)));
          case 404, 410 -> Optional.empty();
          default ->
              throw new CommandFailure(
                  Exit.REFUSED, this + "/" + path + " answered " + answer.status());
        };
      }
    }

    @Override
    public String toString() {
      return http.base().toString().replaceAll("/+$", "");
    }
  }

  record Directory(Path path) implements LogFiles {
    /** A log's own directory has its lock and receipts beside {@code tiles/}. */
    static Directory of(Path given) {
      var tiles = given.resolve("tiles");
      return new Directory(Files.isDirectory(tiles) ? tiles : given);
    }

    @Override
    public Optional<Bytes> get(String name, int most) {
      var file = path.resolve(name);
      try (var in = Files.newInputStream(file)) {
        var octets = in.readNBytes(most);
        if (octets.length == most && in.read() >= 0)
          throw new CommandFailure(Exit.LOCAL, file + " has more than " + most + " bytes");
        return Optional.of(Bytes.wrap(octets));
      } catch (NoSuchFileException | NotDirectoryException _) {
        return Optional.empty();
      } catch (IOException e) {
        throw new CommandFailure(Exit.LOCAL, "cannot read " + file + ": " + e.getMessage());
      }
    }

    @Override
    public String toString() {
      return path.toString();
    }
  }
}
