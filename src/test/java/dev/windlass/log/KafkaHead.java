package dev.windlass.log;

import dev.windlass.function.Bytes;
import dev.windlass.receipt.Ed25519Key;
import java.io.IOException;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * A process that makes receipts and sends them as a head does, with the settings of the channel in
 * application.properties, until it is killed. What the broker acknowledged is in a file, one id a
 * line, before the next is sent.
 */
final class KafkaHead {
  private KafkaHead() {}

  /**
   * @param arguments broker, URL file of the log, name, seed of the registrar's key, file of ids
   */
  public static void main(String... arguments) throws Exception {
    var registrar = new Ed25519Key(Bytes.wrap(HexFormat.of().parseHex(arguments[3])));
    var head = new TestHead(arguments[2], System.nanoTime(), InstantSource.system());
    var url = Files.readString(Path.of(arguments[1]));
    head.workerIndex = logged(url, head.registerWorker(registrar));
    logged(url, head.register(registrar));
    try (var producer = new KafkaProducer<byte[], byte[]>(settings(arguments[0]));
        var acknowledged =
            FileChannel.open(
                Path.of(arguments[4]), StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      for (int i = 0; ; i++) {
        var receipts = i % 3 == 0 ? head.single() : head.batch(1 + i % 5 + 1);
        send(producer, receipts.octets());
        var line = (receipts.id() + "\n").getBytes(StandardCharsets.US_ASCII);
        acknowledged.write(ByteBuffer.wrap(line));
        acknowledged.force(true);
      }
    }
  }

  /** The channel's own producer settings. */
  static Properties settings(String broker) throws IOException {
    var all = new Properties();
    all.load(
        new StringReader(Files.readString(Path.of("src/main/resources/application.properties"))));
    var settings = new Properties();
    var prefix = "mp.messaging.outgoing.entriesout.";
    for (var name :
        new String[] {
          "key.serializer",
          "value.serializer",
          "acks",
          "enable.idempotence",
          "max.request.size",
          "delivery.timeout.ms",
          "request.timeout.ms"
        }) settings.put(name, all.getProperty(prefix + name));
    settings.put("bootstrap.servers", broker);
    return settings;
  }

  private static void send(KafkaProducer<byte[], byte[]> producer, Bytes submission)
      throws InterruptedException {
    while (true) {
      var record = new ProducerRecord<byte[], byte[]>("windlass-entries", submission.toArray());
      try {
        producer.send(record).get();
        return;
      } catch (ExecutionException e) {
        System.out.println("again: " + e.getMessage());
      }
    }
  }

  /** Again until the log takes it; it may be dead at the moment. */
  private static long logged(String url, Bytes submission) throws Exception {
    try (var client = new LogClient(url)) {
      while (true) {
        try {
          var added = client.add(submission).toCompletableFuture().get(5, TimeUnit.SECONDS);
          if (added instanceof Added.Logged logged) return logged.index();
          if (added instanceof Added.Refused refused)
            throw new IllegalStateException(refused.toString());
        } catch (ExecutionException | TimeoutException e) {
          System.out.println("the log is away: " + e);
        }
        new CompletableFuture<Void>().completeOnTimeout(null, 200, TimeUnit.MILLISECONDS).join();
      }
    }
  }
}
