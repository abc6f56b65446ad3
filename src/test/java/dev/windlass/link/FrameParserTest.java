package dev.windlass.link;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.protocol.ProtocolException;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class FrameParserTest {
  @Test
  void frames_come_out_the_same_however_their_octets_are_cut() throws ProtocolException {
    var chance = new SplittableRandom(5);
    for (int round = 0; round < 300; round++) {
      var stream = Buffer.buffer();
      var sent = new ArrayList<byte[]>();
      for (int i = 0; i < 8; i++) {
        byte[] octets = RawPeer.octets(frame(chance));
        sent.add(octets);
        stream.appendBytes(octets);
      }
      var seen = new ArrayList<byte[]>();
      var parser = new FrameParser(1 << 20, frame -> seen.add(RawPeer.octets(frame)));
      for (int at = 0; at < stream.length(); ) {
        int end = Math.min(stream.length(), at + 1 + chance.nextInt(round < 20 ? 3 : 20_000));
        parser.feed(stream.getBuffer(at, end), 1);
        at = end;
      }
      assertEquals(sent.size(), seen.size());
      for (int i = 0; i < sent.size(); i++) assertArrayEquals(sent.get(i), seen.get(i));
      assertFalse(parser.stuck(Long.MAX_VALUE, 0), "nothing is held after the last frame");
    }
  }

  @Test
  void random_octets_fail_only_as_declared() {
    var chance = new SplittableRandom(6);
    int refused = 0;
    for (int i = 0; i < 50_000; i++) {
      var parser = new FrameParser(1 << 12, _ -> {});
      var octets = new byte[chance.nextInt(64)];
      chance.nextBytes(octets);
      if (octets.length > 3) octets[0] = octets[1] = 0;
      try {
        parser.feed(Buffer.buffer(octets), 1);
      } catch (ProtocolException _) {
        refused++;
      }
    }
    assertTrue(refused > 1_000);
  }

  private static Frame frame(SplittableRandom chance) {
    var types = FrameType.values();
    var header = new byte[chance.nextInt(300)];
    var body = new byte[chance.nextInt(6000)];
    chance.nextBytes(header);
    chance.nextBytes(body);
    return Frame.of(types[chance.nextInt(types.length)], chance.nextLong(), header, body);
  }
}
