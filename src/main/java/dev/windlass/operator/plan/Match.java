package dev.windlass.operator.plan;

import java.util.ArrayList;
import java.util.List;

/** Whether a node can take a worker of a profile, and how many, or why it cannot. */
public sealed interface Match {
  /**
   * @param slots workers that an empty node of this kind would hold: what is free now only the
   *     scheduler knows
   */
  record Fits(int slots) implements Match {}

  /**
   * @param reasons all that apply, in the order of {@link MatchReason}; the first one is counted
   */
  record Rejected(List<Rejection> reasons) implements Match {
    public Rejected {
      reasons = List.copyOf(reasons);
    }

    public Rejection first() {
      return reasons.getFirst();
    }
  }

  static Match of(Demand demand, NodeFacts node) {
    var against = new ArrayList<Rejection>(4);
    state(demand, node, against);
    kind(demand, node, against);
    clock(demand.profile(), node, against);
    size(demand.request(), node.allocatable(), against);
    nvme(demand.profile(), node, against);
    return against.isEmpty()
        ? new Fits(demand.request().timesIn(node.allocatable()))
        : new Rejected(against);
  }

  private static void state(Demand demand, NodeFacts node, List<Rejection> against) {
    if (!node.ready()) against.add(new Rejection.NotReady());
    if (node.cordoned() && !Selectors.tolerates(demand.tolerations(), Taints.UNSCHEDULABLE))
      against.add(new Rejection.Cordoned());
  }

  private static void kind(Demand demand, NodeFacts node, List<Rejection> against) {
    var os = node.label(Keys.OS);
    if (!os.equals("linux")) against.add(new Rejection.OsDiffers(os));
    var wanted = demand.profile().arch();
    var arch = node.label(Keys.ARCH);
    if (!wanted.isEmpty() && !wanted.equals(arch))
      against.add(new Rejection.ArchDiffers(arch, wanted));
    Taints.keepingAway(demand.tolerations(), node)
        .map(Rejection.Tainted::new)
        .ifPresent(against::add);
    Selectors.differs(demand.nodeSelector(), node)
        .or(() -> Selectors.differs(demand.terms(), node))
        .ifPresent(against::add);
    if (demand.zoneRequired() && !node.labels().containsKey(demand.zoneLabel()))
      against.add(new Rejection.ZoneUnknown(demand.zoneLabel()));
    if (demand.hostRequired() && !node.labels().containsKey(Keys.HOSTNAME))
      against.add(new Rejection.HostUnknown());
  }

  private static void clock(Profile profile, NodeFacts node, List<Rejection> against) {
    if (profile.minMHz() == 0) return;
    var mhz = node.mhz();
    if (mhz.isEmpty()) against.add(new Rejection.ClockUnknown(profile.minMHz()));
    else if (mhz.getAsLong() < profile.minMHz())
      against.add(new Rejection.TooSlow(mhz.getAsLong(), profile.minMHz()));
  }

  private static void size(Resources request, Resources room, List<Rejection> against) {
    if (room.cpuMilli() < request.cpuMilli())
      against.add(new Rejection.TooFewCpus(room.cpuMilli(), request.cpuMilli()));
    if (room.memoryBytes() < request.memoryBytes())
      against.add(new Rejection.TooLittleMemory(room.memoryBytes(), request.memoryBytes()));
    if (room.diskBytes() < request.diskBytes())
      against.add(new Rejection.TooLittleDisk(room.diskBytes(), request.diskBytes()));
  }

  private static void nvme(Profile profile, NodeFacts node, List<Rejection> against) {
    if (!profile.wantsNvme()) return;
    long bytes = profile.nvmeBytes();
    long speed = profile.nvmeWriteMBps();
    var size = node.nvmeBytes();
    var write = node.nvmeWriteMBps();
    if (size.isEmpty()) against.add(Rejection.NvmeUnknown.size(bytes));
    if (speed > 0 && write.isEmpty()) against.add(Rejection.NvmeUnknown.speed(speed));
    if (size.isPresent() && size.getAsLong() < bytes)
      against.add(new Rejection.NvmeTooSmall(size.getAsLong(), bytes));
    if (speed > 0 && write.isPresent() && write.getAsLong() < speed)
      against.add(new Rejection.NvmeTooSlow(write.getAsLong(), speed));
  }
}
