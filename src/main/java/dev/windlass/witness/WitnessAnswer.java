package dev.windlass.witness;

import java.nio.charset.StandardCharsets;

/** What {@code add-checkpoint} answers, as c2sp.org/tlog-witness lists it. */
public sealed interface WitnessAnswer {
  /** Of HTTP. */
  int status();

  String contentType();

  byte[] body();

  /**
   * @param lines of the note, each with its line end, ready to be appended to the checkpoint
   */
  record Cosigned(String lines) implements WitnessAnswer {
    @Override
    public int status() {
      return 200;
    }

    @Override
    public String contentType() {
      return "text/plain; charset=utf-8";
    }

    @Override
    public byte[] body() {
      return lines.getBytes(StandardCharsets.UTF_8);
    }
  }

  /**
   * The request's old size is not the witness's.
   *
   * @param size of the last checkpoint it cosigned; 0 = none
   */
  record Conflict(long size) implements WitnessAnswer {
    @Override
    public int status() {
      return 409;
    }

    @Override
    public String contentType() {
      return "text/x.tlog.size";
    }

    @Override
    public byte[] body() {
      return (size + "\n").getBytes(StandardCharsets.US_ASCII);
    }
  }

  /**
   * @param why one line, with the offending and the expected value
   */
  record Refused(Reason reason, String why) implements WitnessAnswer {
    @Override
    public int status() {
      return reason.status;
    }

    @Override
    public String contentType() {
      return "text/plain; charset=utf-8";
    }

    @Override
    public byte[] body() {
      return (reason.text + ": " + why + "\n").getBytes(StandardCharsets.UTF_8);
    }
  }

  enum Reason {
    MALFORMED(400, "bad request"),
    SIGNATURE(403, "no valid signature"),
    UNKNOWN_ORIGIN(404, "unknown log"),
    INCONSISTENT(422, "bad consistency proof"),
    /** Nothing was cosigned; whether the state moved shows at the next request. */
    NOT_KEPT(500, "not kept");

    private final int status;
    private final String text;

    Reason(int status, String text) {
      this.status = status;
      this.text = text;
    }
  }
}
