package dev.windlass.function;

/** How a request becomes input and how output becomes an answer. */
public enum World {
  /** Request body on stdin, stdout is the answer's body. */
  WASI,
  /**
   * RFC 3875: meta-variables in the environment, body on stdin, header fields and body on stdout.
   */
  CGI
}
