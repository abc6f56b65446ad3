// Ends as its first argument says.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *volatile kept; // else the compiler sees that nobody uses the memory

int deep(int n) { volatile char space[1024]; space[0] = (char)n; return deep(n + 1) + space[0]; }

int main(int argc, char **argv) {
  const char *how = argc > 1 ? argv[1] : "";
  fprintf(stderr, "ending by %s\n", how);
  if (!strcmp(how, "return")) return 3;
  if (!strcmp(how, "exit")) exit(200);
  if (!strcmp(how, "abort")) abort();
  if (!strcmp(how, "loop")) for (volatile int i = 0;; i++) {}
  if (!strcmp(how, "deep")) return deep(0);
  if (!strcmp(how, "output")) for (;;) puts("more and more and more");
  if (!strcmp(how, "stderr")) for (int i = 0; i < 10000; i++) fputs("log log log log\n", stderr);
  if (!strcmp(how, "memory")) {
    for (;;) {
      void *more = malloc(1 << 20);
      if (!more) { puts("no more memory"); return 9; }
      memset(more, 1, 1 << 20);
      kept = more;
    }
  }
  return 0;
}
