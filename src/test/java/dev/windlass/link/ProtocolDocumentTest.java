package dev.windlass.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import dev.windlass.function.FunctionName;
import dev.windlass.protocol.Answer;
import dev.windlass.protocol.Ask;
import dev.windlass.protocol.Codec;
import dev.windlass.protocol.Control;
import dev.windlass.protocol.InvocationId;
import dev.windlass.protocol.Kind;
import dev.windlass.protocol.Message;
import dev.windlass.protocol.Order;
import dev.windlass.protocol.ProtocolException;
import dev.windlass.protocol.Reply;
import dev.windlass.protocol.Report;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** docs/protocol.md shows real frames. {@code -Dgolden.update} writes them. */
class ProtocolDocumentTest {
  private static final Path DOCUMENT = Path.of("docs/protocol.md");
  private static final Pattern EXAMPLE = Pattern.compile("```hex ([a-z-]+)\n([^`]*)```");
  private static final Digest MANIFEST = Digest.of(Bytes.utf8("manifest"));

  private final Map<String, Frame> examples = new LinkedHashMap<>();

  @Test
  void every_example_of_the_document_is_the_frame_it_says_and_decodes() throws Exception {
    fill();
    if (Boolean.getBoolean("golden.update")) update();
    var found = new ArrayList<String>();
    var matcher = EXAMPLE.matcher(Files.readString(DOCUMENT));
    while (matcher.find()) {
      var name = matcher.group(1);
      var expected = examples.get(name);
      assertNotNull(expected, () -> "an example of nothing: " + name);
      byte[] octets = HexFormat.of().parseHex(matcher.group(2).replaceAll("\\s", ""));
      assertEquals(
          HexFormat.of().formatHex(RawPeer.octets(expected)),
          HexFormat.of().formatHex(octets),
          name);
      assertDecodes(name, octets);
      found.add(name);
    }
    assertEquals(examples.keySet().stream().sorted().toList(), found.stream().sorted().toList());
  }

  private static void assertDecodes(String name, byte[] octets) throws ProtocolException {
    var frames = new ArrayList<Frame>();
    new FrameParser(1 << 20, frames::add).feed(Buffer.buffer(octets), 1);
    assertEquals(1, frames.size(), name);
    var frame = frames.getFirst();
    var kind = kind(frame.type);
    if (kind == null) return;
    var body = frame.type == FrameType.STREAM ? new byte[0] : frame.body;
    Message message = Codec.decode(kind, frame.header, body);
    assertEquals(
        HexFormat.of().formatHex(frame.header),
        HexFormat.of().formatHex(Codec.encode(message).header()),
        name);
  }

  private static Kind kind(FrameType type) {
    return switch (type) {
      case HELLO, HELLO_OK, STREAM, GOODBYE -> Kind.CONTROL;
      case ORDER -> Kind.ORDER;
      case REPLY -> Kind.REPLY;
      case ASK -> Kind.ASK;
      case ANSWER -> Kind.ANSWER;
      case REPORT -> Kind.REPORT;
      case DATA, END, CANCEL, CREDIT, PING, PONG -> null;
    };
  }

  private void fill() {
    example("ping", Frame.of(FrameType.PING, 7));
    example("pong", Frame.of(FrameType.PONG, 7));
    example("hello", FrameType.HELLO, 0, new Control.Hello(1, 64, Control.RESIGN, report()));
    example("hello-ok", FrameType.HELLO_OK, 0, new Control.HelloOk(1, 64, 16, 0));
    example("order-invoke", FrameType.ORDER, 2, invoke());
    example("reply-done", FrameType.REPLY, 2, Loopback.done(Bytes.utf8("Hello, Ada!")));
    example("order-prepare", FrameType.ORDER, 4, new Order.Prepare(MANIFEST, 20_000));
    example(
        "reply-prepared",
        FrameType.REPLY,
        4,
        new Reply.Prepared(
            MANIFEST, 1_500_000, 240, 3_000_000, List.of("wasi_snapshot_preview1.fd_write")));
    example(
        "order-evict",
        FrameType.ORDER,
        6,
        new Order.Evict(new FunctionName("default", "hello"), MANIFEST));
    example("reply-evicted", FrameType.REPLY, 6, new Reply.Evicted());
    example(
        "order-resign",
        FrameType.ORDER,
        8,
        new Order.Resign(
            Bytes.utf8("{}"),
            Bytes.wrap(new byte[64]),
            new Reply.Batch(Bytes.utf8("{}"), 1, List.of(Bytes.wrap(MANIFEST.hash())))));
    example(
        "reply-resigned",
        FrameType.REPLY,
        8,
        new Reply.Resigned("SHA256:x", Bytes.wrap(new byte[64])));
    example("reply-busy", FrameType.REPLY, 8, new Reply.Busy(2));
    example(
        "reply-refused",
        FrameType.REPLY,
        10,
        new Reply.Refused(Reply.Why.TOO_LATE, "3 ms are left"));
    example("ask-fetch", FrameType.ASK, 1, new Ask.Fetch(MANIFEST));
    example("answer-found", FrameType.ANSWER, 1, new Answer.Found(Bytes.utf8("{}")));
    example("answer-not-found", FrameType.ANSWER, 3, new Answer.NotFound("no such artifact"));
    example(
        "stream",
        Frame.of(
            FrameType.STREAM,
            2,
            Link.encoded(new Control.Stream(Kind.REPLY, 300_000)).header(),
            Link.encoded(Loopback.done(Bytes.EMPTY)).header()));
    example("credit", Frame.of(FrameType.CREDIT, 2));
    example(
        "data",
        Frame.data(2, "first octets".getBytes(java.nio.charset.StandardCharsets.UTF_8), 0, 12));
    example("end", Frame.of(FrameType.END, 2));
    example("cancel", Frame.of(FrameType.CANCEL, 4));
    example("goodbye", FrameType.GOODBYE, 0, new Control.Goodbye("the worker drains"));
  }

  private void example(String name, Frame frame) {
    examples.put(name, frame);
  }

  private void example(String name, FrameType type, long id, Message message) {
    example(name, Frame.of(type, id, Link.encoded(message)));
  }

  private static Order.Invoke invoke() {
    return new Order.Invoke(
        InvocationId.parse("01a1f0a3-3c00-7001-8000-000000000002"),
        Bytes.wrap(new byte[16]),
        MANIFEST,
        new TreeMap<>(Map.of("A", "B")),
        Bytes.utf8("Ada"),
        10_000);
  }

  private static Report report() {
    return Loopback.report();
  }

  /** Length, type, id, header size on the first line; header and body in lines of 32 octets. */
  private void update() throws IOException {
    var text = Files.readString(DOCUMENT);
    for (var example : examples.entrySet()) {
      var hex = HexFormat.of().formatHex(RawPeer.octets(example.getValue()));
      var lines = new StringBuilder();
      lines.append(hex, 0, 8).append(' ').append(hex, 8, 10).append(' ');
      lines.append(hex, 10, 26).append(' ').append(hex, 26, 34).append('\n');
      for (int at = 34; at < hex.length(); at += 64)
        lines.append(hex, at, Math.min(hex.length(), at + 64)).append('\n');
      var fence = Pattern.compile("```hex " + example.getKey() + "\n[^`]*```");
      text = fence.matcher(text).replaceFirst("```hex " + example.getKey() + "\n" + lines + "```");
    }
    Files.writeString(DOCUMENT, text);
  }
}
