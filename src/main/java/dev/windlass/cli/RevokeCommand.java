package dev.windlass.cli;

import dev.windlass.json.JsonException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
    name = "revoke",
    sortOptions = false,
    description = "Withdraws a worker's identity, at once and for good.",
    footer = {
      "",
      "Its link is closed, it gets no further order and no new certificate, and what its key signs",
      "from now on does not count. The machine may join again with a new token."
    })
final class RevokeCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "worker", description = "the word `worker`")
  String kind = "";

  @Parameters(
      index = "1",
      paramLabel = "NAME",
      description = "as `get workers` shows it, such as w-1f2e3d4c5b")
  String name = "";

  @Mixin HeadOptions head = new HeadOptions();

  private final Terminal terminal;

  RevokeCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    if (!kind.equals("worker"))
      throw new CommandFailure(Exit.USAGE, "there is no `revoke " + kind + "`: revoke worker NAME");
    if (!name.matches("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"))
      throw new CommandFailure(Exit.USAGE, "not the name of a worker: " + name);
    var target = head.head(terminal);
    try {
      var revoked = target.post("/api/v1/workers/" + name + "/revoke");
      var worker = revoked.get("worker").text();
      boolean now = revoked.get("revokedNow").bool();
      terminal.out().println(worker + (now ? " is revoked" : " was revoked before"));
    } catch (JsonException e) {
      throw new CommandFailure(
          Exit.REFUSED, target.url() + " answered what no head does: " + e.getMessage());
    }
    return Exit.OK;
  }
}
