package dev.windlass.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.function.Bytes;
import dev.windlass.receipt.ReceiptStatement;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code receipt} and {@code invoke --receipt}. */
class ReceiptCommandTest {
  private static final String ID = PublishedLog.result(1).invocation();
  private static final String ASKED = "GET /api/v1/receipts/" + ID;

  @TempDir Path directory;
  private final FakeHead head = new FakeHead();
  private final CommandLineOf line = CommandLineOf.calling(head);
  private Bytes receipt = Bytes.EMPTY;

  @BeforeEach
  void aReceipt() {
    var log = new PublishedLog(directory.resolve("log"));
    var finished = PublishedLog.BEGUN.plusSeconds(60);
    var statement = new ReceiptStatement(log.draft(1, finished), 1, Optional.empty());
    var results = log.results(PublishedLog.result(1));
    receipt = log.file(log.single(statement), results, log.note(5, finished)).encode();
    head.receipts.put(ID, receipt);
  }

  @AfterEach
  void theHeadWasNotSurprised() {
    head.close();
  }

  @Test
  void a_receipt_goes_to_stdout_or_a_file() throws IOException {
    assertEquals(0, line.run("receipt", ID), () -> line.err);
    assertEquals(receipt.utf8(), line.out);
    assertEquals(ASKED + "?wait=0&format=tlog-proof", head.requests.getLast());

    var file = directory.resolve("receipt");
    assertEquals(0, line.run("receipt", ID, "-o", file.toString()), () -> line.err);
    assertEquals(receipt, Bytes.wrap(Files.readAllBytes(file)));
    assertEquals("", line.out);
    assertEquals("", line.err);
  }

  @Test
  void a_receipt_on_its_way_is_waited_for_only_when_asked() {
    head.pending = 1;
    assertEquals(7, line.run("receipt", ID));
    assertTrue(line.err.contains("the receipt of " + ID + " is on its way into the log"), line.err);
    assertTrue(line.err.contains("--wait 10"), line.err);
    assertEquals("", line.out);

    head.pending = 1;
    assertEquals(0, line.run("receipt", ID, "--wait", "90"), () -> line.err);
    assertEquals(ASKED + "?wait=60&format=tlog-proof", head.requests.getLast());
    assertEquals(receipt.utf8(), line.out);
  }

  @Test
  void no_receipt_is_an_error_with_the_heads_words() {
    var other = "019ab000-0000-7000-8000-000000000002";
    assertEquals(5, line.run("receipt", other));
    assertTrue(line.err.contains("the log holds no receipt of " + other), line.err);
    assertEquals(2, line.run("receipt", "../secret"));
    assertEquals(2, line.run("receipt", ID, "--format", "pdf"));
    assertEquals(2, line.run("receipt", ID, "--wait", "-1"));
  }

  @Test
  void another_receipt_or_nonsense_of_the_head_is_not_saved() {
    var other = "019ab000-0000-7000-8000-000000000009";
    var file = directory.resolve("receipt");
    head.receipts.put(other, receipt);
    assertEquals(4, line.run("receipt", other, "-o", file.toString()));
    assertTrue(line.err.contains("gave the receipt of " + ID + ", not of " + other), line.err);
    head.receipts.put(ID, Bytes.utf8("no receipt"));
    assertEquals(4, line.run("receipt", ID, "-o", file.toString()));
    assertEquals(4, line.run("receipt", ID, "-o", file.toString(), "--format", "sigstore"));
    assertEquals(ASKED + "?wait=0&format=sigstore", head.requests.getLast());
    assertFalse(Files.exists(file));
  }

  @Test
  void a_receipt_that_too_few_witnesses_saw_is_given_with_a_note() {
    head.witnessed = false;
    assertEquals(0, line.run("receipt", ID));
    assertTrue(line.err.contains("too few witnesses have seen it yet"), line.err);
  }

  @Test
  void invoke_waits_for_the_receipt_and_saves_it() throws IOException {
    var module = Files.writeString(directory.resolve("hello.wasm"), "\0asm module").toString();
    assertEquals(0, line.run("deploy", module, "--name", "hello"), () -> line.err);
    var file = directory.resolve("receipt");
    var invoke = new String[] {"invoke", "hello", "-d", "Ada", "--receipt", file.toString()};

    assertEquals(5, line.run(invoke));
    assertTrue(line.err.contains("the answer names no receipt"), line.err);
    assertEquals("POST: Hello, Ada", line.out);

    head.logs = true;
    head.pending = 1;
    assertEquals(7, line.run(invoke));
    assertFalse(Files.exists(file));
    assertEquals(5, line.run(invoke));

    head.namedReceipt = Optional.of(ID);
    assertEquals(0, line.run(invoke), () -> line.err);
    assertEquals(receipt, Bytes.wrap(Files.readAllBytes(file)));
    assertEquals("receipt=witnessed", head.prefer);
  }
}
