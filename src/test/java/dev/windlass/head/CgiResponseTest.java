package dev.windlass.head;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.function.Bytes;
import dev.windlass.head.CgiResponse.Document;
import dev.windlass.head.CgiResponse.LocalRedirect;
import dev.windlass.head.CgiResponse.Malformed;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CgiResponseTest {
  private static CgiResponse parse(String output) {
    return CgiResponse.parse(Bytes.utf8(output));
  }

  private static Document document(String output) {
    return assertInstanceOf(Document.class, parse(output), output);
  }

  private static void assertMalformed(String contains, String output) {
    var malformed = assertInstanceOf(Malformed.class, parse(output), output);
    assertTrue(malformed.why().contains(contains), malformed::why);
  }

  @Test
  void a_document_has_status_fields_and_body_in_lf_or_crlf() {
    for (var end : List.of("\n", "\r\n")) {
      var document =
          document(
              "Status: 201 Created"
                  + end
                  + "Content-Type: a/b"
                  + end
                  + "X-A:  1 "
                  + end
                  + end
                  + "body\n");
      assertEquals(201, document.status());
      assertEquals(
          List.of(Map.entry("Content-Type", "a/b"), Map.entry("X-A", "1")), document.headers());
      assertEquals("body\n", document.body().utf8());
    }
  }

  @Test
  void without_a_status_it_is_200_or_302() {
    assertEquals(200, document("Content-Type: a/b\n\n").status());
    assertEquals(302, document("Location: https://x.example/\n\n").status());
    assertEquals(303, document("Status: 303 See Other\nLocation: /x\n\n").status());
    assertEquals(302, document("Location: //other.example/\n\n").status());
  }

  @Test
  void a_local_location_alone_asks_for_another_path() {
    assertEquals(new LocalRedirect("/x/y", "q=1"), parse("Location: /x/y?q=1\n\n"));
    assertEquals(new LocalRedirect("/x", ""), parse("Location: /x\n\n"));
  }

  @Test
  void fields_of_the_connection_and_of_windlass_are_not_passed_on() {
    var document =
        document(
            "Content-Type: a/b\nConnection: close\nTransfer-Encoding: chunked\nContent-Length: 999\n"
                + "Upgrade: x\nKeep-Alive: 1\nWindlass-Workers: me\nSet-Cookie: a=1\nSet-Cookie: b=2\n\n");
    assertEquals(
        List.of("Content-Type", "Set-Cookie", "Set-Cookie"),
        document.headers().stream().map(Map.Entry::getKey).toList());
  }

  @Test
  void what_is_no_header_is_malformed_and_says_where() {
    assertMalformed("wrote nothing", "");
    assertMalformed("no empty line", "Content-Type: a/b\n");
    assertMalformed("line 1 is no header field", "hello world\n\n");
    assertMalformed("line 2 is no header field", "Content-Type: a/b\nX A: 1\n\n");
    assertMalformed("line 1", ": no name\n\n");
    assertMalformed("neither Content-Type", "X-A: 1\n\nbody");
    assertMalformed("neither Content-Type", "\nbody");
  }

  @Test
  void a_header_cannot_smuggle_control_characters() {
    assertMalformed("line 1", "Content-Type: a/b\rX-Evil: 1\n\n");
    assertMalformed("line 1", "Content-Type: a\0b\n\n");
  }

  @Test
  void a_status_must_be_a_final_one() {
    for (var status : List.of("100 Continue", "101", "600", "99", "abc", "2000", "", "20"))
      assertMalformed("Status must be", "Status: " + status + "\nContent-Type: a/b\n\n");
    assertMalformed("two Status", "Status: 200\nStatus: 201\n\n");
    assertMalformed("two Location", "Location: /a\nLocation: /b\n\n");
  }

  @Test
  void a_header_has_bounds_in_bytes_and_in_fields() {
    assertMalformed("more than 256", "X-A: 1\n".repeat(257) + "\n");
    assertMalformed("no empty line within 65536", "X-A: " + "a".repeat(70_000) + "\n\n");
    assertEquals(200, document("Content-Type: a/b\n" + "X-A: 1\n".repeat(255) + "\n").status());
  }
}
