package dev.windlass.wasm.ffm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;

class OwnedTest {
  private static Owned config() {
    return new Owned(C.call(CFunction.wasm_config_new), CFunction.wasm_config_delete);
  }

  @Test
  void closing_twice_deletes_once_and_use_after_it_throws() {
    long before = Owned.openHandles();
    var owned = config();
    assertEquals(before + 1, Owned.openHandles());
    owned.close();
    owned.close();
    assertEquals(before, Owned.openHandles());
    assertThrows(IllegalStateException.class, owned::borrow);
    assertThrows(IllegalStateException.class, owned::give);
  }

  @Test
  void what_was_given_away_is_not_deleted_and_not_given_twice() {
    var owned = config();
    long pointer = owned.give();
    owned.close();
    assertThrows(IllegalStateException.class, owned::give);
    C.run(CFunction.wasm_config_delete, pointer);
  }

  @Test
  void a_text_that_is_no_module_is_refused_with_its_place() {
    var refusal = assertThrows(Refusal.class, () -> Wat.assemble("(module (fun))"));
    assertEquals(true, refusal.text().contains("1:"), refusal.text());
  }

  @Test
  void an_unknown_setting_is_refused_before_the_library_sees_it() {
    long before = Owned.openHandles();
    var bad = List.of(new NativeEngine.Setting("no_such_setting", "1"));
    assertThrows(IllegalArgumentException.class, () -> NativeEngine.open(bad));
    assertEquals(before, Owned.openHandles());
  }
}
