package dev.windlass.link;

import static dev.windlass.link.Loopback.LIMITS;
import static dev.windlass.link.Loopback.await;
import static dev.windlass.link.Loopback.awaitTrue;
import static dev.windlass.link.Loopback.invoke;
import static dev.windlass.link.Loopback.output;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import dev.windlass.identity.SpiffeId;
import dev.windlass.protocol.Answer;
import dev.windlass.protocol.Ask;
import dev.windlass.protocol.Report;
import io.vertx.core.Future;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Heads behind one name, as a headless Service has them: 127.0.0.1, 127.0.0.2 and so on. */
class ManyHeadsTest {
  private final Loopback loopback = new Loopback();
  private final List<String> addresses = new CopyOnWriteArrayList<>(List.of("127.0.0.1"));
  private final List<LinkServer> more = new ArrayList<>();
  private volatile boolean resolves = true;

  @AfterEach
  void close() {
    for (var server : more) await(server.close());
    loopback.close();
  }

  @Test
  void every_address_of_a_name_is_dialled_and_a_new_one_soon_after_it_appears() {
    var worker = worker();
    awaitTrue(() -> worker.linked() == 1, () -> "one head");

    var second = head("127.0.0.2", "head-2", nothing());
    addresses.add("127.0.0.2");
    awaitTrue(() -> worker.linked() == 2, () -> "two heads");

    assertEquals("a", output(await(loopback.server.order("worker.w-1", invoke("a")))));
    assertEquals("b", output(await(second.order("worker.w-1", invoke("b")))));
    await(worker.close());
  }

  @Test
  void an_address_that_is_gone_keeps_its_link_and_is_not_dialled_when_that_has_ended() {
    var second = head("127.0.0.2", "head-2", nothing());
    addresses.add("127.0.0.2");
    var worker = worker();
    awaitTrue(() -> worker.linked() == 2, () -> "two heads");

    addresses.remove("127.0.0.2");
    awaitTrue(() -> asked.size() > 3, () -> "it looked again");
    assertEquals(2, worker.linked(), "a head that only left its name still has orders");

    await(second.drain());
    awaitTrue(() -> worker.linked() == 1, () -> "the second is gone");
    var third = head("127.0.0.2", "head-3", nothing());
    asked.clear();
    awaitTrue(() -> asked.size() > 10, () -> "it looked again");
    assertEquals(0, third.counts().joined());

    addresses.add("127.0.0.2");
    awaitTrue(() -> third.counts().joined() == 1, () -> "it is back under its name");
    await(worker.close());
  }

  @Test
  void a_name_that_cannot_be_resolved_costs_no_link_and_is_asked_for_again() {
    resolves = false;
    var worker = worker();
    awaitTrue(() -> asked.size() > 2, () -> "it asks again");
    assertEquals(0, worker.linked());

    resolves = true;
    awaitTrue(() -> worker.linked() == 1, () -> "linked");
    resolves = false;
    asked.clear();
    awaitTrue(() -> asked.size() > 3, () -> "it asks again");
    assertEquals(1, worker.linked());
    await(worker.close());
  }

  @Test
  void a_head_with_two_addresses_gets_one_link() {
    var second = new LinkServer(loopback.another(), loopback.headCredentials, LIMITS, loopback);
    await(second.listen("127.0.0.2", loopback.port));
    more.add(second);
    addresses.add("127.0.0.2");
    var worker = worker();
    awaitTrue(() -> worker.linked() >= 1, () -> "linked");

    asked.clear();
    awaitTrue(() -> asked.size() > 10, () -> "time has passed");
    assertEquals(1, worker.linked());
    await(worker.close());
  }

  @Test
  void what_one_head_does_not_have_the_next_is_asked_for() {
    var here = Bytes.utf8("module");
    head("127.0.0.2", "head-2", ask -> Future.succeededFuture(new Answer.Found(here)));
    addresses.add("127.0.0.2");
    var worker = worker();
    awaitTrue(() -> worker.linked() == 2, () -> "two heads");

    assertEquals(new Answer.Found(here), await(worker.ask(new Ask.Fetch(Digest.of(here)))));
    await(worker.close());
  }

  @Test
  void whoever_answers_for_the_name_cannot_make_a_worker_dial_all_the_world() {
    var names =
        new HeadNames(
            List.of(new HeadAddress("heads", 7443)),
            _ -> IntStream.range(0, 500).mapToObj(i -> "10.0." + i / 250 + "." + i % 250).toList());
    assertEquals(HeadNames.MOST, names.resolve().size());
  }

  @Test
  void a_name_keeps_its_addresses_while_nobody_answers_for_it() {
    var answers = new ArrayList<List<String>>(List.of(List.of("10.0.0.1", "10.0.0.2")));
    var names =
        new HeadNames(
            List.of(new HeadAddress("heads", 7443)),
            name -> {
              if (answers.isEmpty()) throw new UnknownHostException(name);
              return answers.removeFirst();
            });
    var both = Set.of(new HeadAddress("10.0.0.1", 7443), new HeadAddress("10.0.0.2", 7443));
    assertEquals(both, names.resolve());
    assertEquals(both, names.resolve());
    answers.add(List.of());
    assertEquals(both, names.resolve());
    answers.add(List.of("10.0.0.3"));
    assertEquals(
        Set.of("10.0.0.3:7443"),
        names.resolve().stream().map(HeadAddress::toString).collect(Collectors.toSet()));
    assertTrue(answers.isEmpty());
  }

  private final List<String> asked = new CopyOnWriteArrayList<>();

  private LinkClient worker() {
    var client =
        LinkClient.ofNames(
                loopback.another(),
                loopback.identities.of(Identities.worker("w-1")),
                List.of(new HeadAddress("heads", loopback.port)),
                name -> {
                  asked.add(name);
                  if (!resolves) throw new UnknownHostException(name);
                  return addresses;
                },
                Loopback::report,
                LIMITS)
            .onOrder(Loopback::echo);
    client.start();
    return client;
  }

  private LinkServer head(
      String address, String name, java.util.function.Function<Ask, Future<Answer>> answers) {
    var credentials = loopback.identities.of(Identities.id(SpiffeId.HEAD, name));
    var peers =
        new Peers() {
          @Override
          public void joined(SpiffeId worker, int credits, Report report) {}

          @Override
          public void reported(SpiffeId worker, Report report) {}

          @Override
          public void left(SpiffeId worker, String why) {}

          @Override
          public Future<Answer> ask(SpiffeId worker, Ask ask) {
            return answers.apply(ask);
          }
        };
    var server = new LinkServer(loopback.another(), credentials, LIMITS, peers);
    await(server.listen(address, loopback.port));
    more.add(server);
    return server;
  }

  private static java.util.function.Function<Ask, Future<Answer>> nothing() {
    return _ -> Future.succeededFuture(new Answer.NotFound("nothing here"));
  }
}
