package dev.windlass.head;

import static dev.windlass.head.HeadFixture.problem;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.head.FakeWorker.Ended;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GatewayTest {
  @TempDir Path data;
  private HeadFixture at;

  @BeforeEach
  void open() {
    at = new HeadFixture(data);
  }

  @AfterEach
  void close() {
    at.close();
  }

  @Test
  void a_body_goes_in_and_the_output_comes_out_with_who_ran_it() {
    var worker = at.worker("w1");
    at.deploy("echo", "");
    var response = at.post("/fn/default/echo", "Ada");
    assertEquals(200, response.statusCode(), response::body);
    assertEquals("Ada", response.body());
    var headers = response.headers();
    assertEquals(Optional.of(worker.id.toString()), headers.firstValue("Windlass-Workers"));
    assertEquals(Optional.of("1234"), headers.firstValue("Windlass-Fuel"));
    assertEquals(Optional.of("1"), headers.firstValue("Windlass-Attempts"));
    assertEquals(Optional.of("text/plain; charset=utf-8"), headers.firstValue("Content-Type"));
    assertTrue(headers.firstValue("Windlass-Invocation").isPresent());
    assertTrue(headers.firstValue("Windlass-Function").get().startsWith("sha256:"));
    assertTrue(headers.firstValue("Server-Timing").get().contains("run;dur=0.020"));
  }

  @Test
  void an_unknown_function_is_404_by_its_name() {
    at.worker("w1");
    var detail = problem(ProblemType.UNKNOWN_FUNCTION, at.get("/fn/default/nobody")).get("detail");
    assertEquals("no function default/nobody", detail.text());
  }

  @Test
  void a_result_of_a_batch_is_accepted() {
    at.worker("w1").batch = true;
    at.deploy("echo", "");
    assertEquals("x", at.post("/fn/default/echo", "x").body());
    assertEquals("y", at.post("/fn/default/echo", "y").body());
  }

  @Test
  void a_head_answers_no_body_but_its_length() throws Exception {
    at.worker("w1").guest = (_, _) -> Ended.ok("twelve bytes");
    at.deploy("echo", "");
    var response = at.send("HEAD", "/fn/default/echo", "");
    assertEquals(200, response.statusCode());
    assertEquals("", response.body());
    assertEquals(Optional.of("12"), response.headers().firstValue("Content-Length"));
  }
}
