package dev.windlass.wasm.wasi;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import dev.windlass.wasm.GuestEnd;
import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class DeterminismTest {
  private static final FileTree TREE =
      FileTree.of(Map.of("data/a.txt", Bytes.utf8("packaged"), "data/b", Bytes.EMPTY));

  @Test
  void the_same_calls_give_the_same_bytes_and_cost_the_same_fuel() {
    for (int seed = 0; seed < 50; seed++) {
      var one = wander(new Rig(Rig.request(TREE, "body", Rig.limits(9999, 99, 1 << 18))), seed);
      var other = wander(new Rig(Rig.request(TREE, "body", Rig.limits(9999, 99, 1 << 18))), seed);

      assertArrayEquals(one.guest.memory, other.guest.memory);
      assertEquals(one.guest.charged, other.guest.charged);
      assertEquals(one.wasi.stdout(), other.wasi.stdout());
      assertEquals(one.wasi.stderr(), other.wasi.stderr());
    }
  }

  private static Rig wander(Rig rig, long seed) {
    var random = new SplittableRandom(seed);
    for (int i = 0; i < 40; i++) rig.text("tmp/" + random.nextInt(5));
    for (int i = 0; i < 2000; i++) {
      var function = WasiFunctions.ALL.get(random.nextInt(WasiFunctions.ALL.size()));
      if (function.name().equals("proc_exit")) continue;
      var parameters = function.signature().substring(0, function.signature().indexOf(':'));
      var arguments = new long[parameters.length()];
      for (int k = 0; k < arguments.length; k++)
        arguments[k] =
            switch (random.nextInt(4)) {
              case 0 -> random.nextInt(8);
              case 1 -> 4096 + 8L * random.nextInt(40);
              case 2 -> 5;
              default -> random.nextInt(1 << 13);
            };
      try {
        rig.call(function.name(), arguments);
      } catch (GuestEnd _) {
        return rig;
      }
    }
    return rig;
  }

  @Test
  void nonce_and_module_decide_the_random_stream_and_the_time_does_not() {
    var base = Rig.request(TREE, "", Rig.limits(1, 1, 1));
    var seed = base.seed();
    var first = random(base, seed);
    var later =
        new WasiSeed(seed.determinism(), seed.unixMillis() + 1, seed.nonce(), seed.module());
    var nonce = new WasiSeed(seed.determinism(), seed.unixMillis(), Bytes.utf8("x"), seed.module());
    var module =
        new WasiSeed(
            seed.determinism(), seed.unixMillis(), seed.nonce(), Digest.of(Bytes.utf8("x")));

    assertArrayEquals(first, random(base, later));
    assertFalse(Arrays.equals(first, random(base, nonce)));
    assertFalse(Arrays.equals(first, random(base, module)));
  }

  private static byte[] random(WasiRequest base, WasiSeed seed) {
    var rig =
        new Rig(
            new WasiRequest(
                base.args(), base.env(), base.stdin(), base.files(), seed, base.limits()));
    assertEquals(0, rig.call("random_get", 8192, 32));
    return Arrays.copyOfRange(rig.guest.memory, 8192, 8224);
  }
}
