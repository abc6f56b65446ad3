package dev.windlass.operator.plan;

import dev.windlass.function.Digest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Names of workers: the pool's, and five letters that follow from its uid and a small number. The
 * numbers are taken from the lowest that is free, so two who decide at one time decide on the same
 * names, and no object of somebody else's is likely to have one.
 */
final class WorkerNames {
  /** Without vowels, and without what looks like something else, as Kubernetes does it. */
  private static final String LETTERS = "bcdfghjklmnpqrstvwxz2456789";

  private static final int LENGTH = 5;

  private WorkerNames() {}

  static List<String> free(Pool pool, List<Member> members, int count) {
    var taken = members.stream().map(Member::name).collect(Collectors.toSet());
    var names = new ArrayList<String>();
    for (int number = 0; names.size() < count; number++) {
      var name = of(pool, number);
      if (taken.add(name)) names.add(name);
    }
    return names;
  }

  private static String of(Pool pool, int number) {
    var hash = Digest.of((pool.uid() + "/" + number).getBytes(StandardCharsets.UTF_8)).hash();
    var name = new StringBuilder(pool.name()).append('-');
    for (int i = 0; i < LENGTH; i++)
      name.append(LETTERS.charAt(Byte.toUnsignedInt(hash[i]) % LETTERS.length()));
    return name.toString();
  }
}
