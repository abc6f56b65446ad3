package dev.windlass.operator.plan;

import static dev.windlass.operator.plan.Resources.binaryText;
import static dev.windlass.operator.plan.Resources.cpuText;
import static dev.windlass.operator.plan.Resources.decimalText;

import dev.windlass.operator.api.ApiNames;
import io.fabric8.kubernetes.api.model.Taint;

/** One reason against one node. The message gives what the node has and what it would need. */
public sealed interface Rejection {
  MatchReason reason();

  String message();

  record NotReady() implements Rejection {
    @Override
    public MatchReason reason() {
      return MatchReason.NODE_NOT_READY;
    }

    @Override
    public String message() {
      return "the node is not Ready, and must be";
    }
  }

  record Cordoned() implements Rejection {
    @Override
    public MatchReason reason() {
      return MatchReason.CORDONED;
    }

    @Override
    public String message() {
      return "the node is cordoned (spec.unschedulable true), and new pods need false";
    }
  }

  /**
   * @param has empty where the label is missing
   */
  record OsDiffers(String has) implements Rejection {
    @Override
    public MatchReason reason() {
      return MatchReason.OS_MISMATCH;
    }

    @Override
    public String message() {
      return "os " + orNone(has) + " is not linux (label " + Keys.OS + ")";
    }
  }

  record ArchDiffers(String has, String needs) implements Rejection {
    @Override
    public MatchReason reason() {
      return MatchReason.ARCH_MISMATCH;
    }

    @Override
    public String message() {
      return "arch " + orNone(has) + " is not " + needs + " (label " + Keys.ARCH + ")";
    }
  }

  record Tainted(Taint taint) implements Rejection {
    @Override
    public MatchReason reason() {
      return MatchReason.TAINTED;
    }

    @Override
    public String message() {
      var value = taint.getValue() == null ? "" : "=" + taint.getValue();
      return "taint "
          + taint.getKey()
          + value
          + ":"
          + taint.getEffect()
          + " is met by no toleration (podTemplate.spec.tolerations)";
    }
  }

  /**
   * @param has the node's side
   * @param needs the selector's side
   */
  record SelectorDiffers(String has, String needs) implements Rejection {
    @Override
    public MatchReason reason() {
      return MatchReason.SELECTOR_MISMATCH;
    }

    @Override
    public String message() {
      return has + " does not satisfy " + needs;
    }
  }

  record ZoneUnknown(String label) implements Rejection {
    @Override
    public MatchReason reason() {
      return MatchReason.ZONE_UNKNOWN;
    }

    @Override
    public String message() {
      return "no label " + label + ", and spread.zone Required needs one";
    }
  }

  record HostUnknown() implements Rejection {
    @Override
    public MatchReason reason() {
      return MatchReason.HOST_UNKNOWN;
    }

    @Override
    public String message() {
      return "no label " + Keys.HOSTNAME + ", and a Required spread needs one";
    }
  }

  record ClockUnknown(long needs) implements Rejection {
    @Override
    public MatchReason reason() {
      return MatchReason.CPU_CLOCK_UNKNOWN;
    }

    @Override
    public String message() {
      return "cpu clock unknown, needs "
          + needs
          + " MHz (no integer in label "
          + ApiNames.CPU_MHZ_LABEL
          + ")";
    }
  }

  record TooSlow(long has, long needs) implements Rejection {
    @Override
    public MatchReason reason() {
      return MatchReason.CPU_TOO_SLOW;
    }

    @Override
    public String message() {
      return "cpu " + has + " MHz < " + needs + " MHz (label " + ApiNames.CPU_MHZ_LABEL + ")";
    }
  }

  record TooFewCpus(long hasMilli, long needsMilli) implements Rejection {
    @Override
    public MatchReason reason() {
      return MatchReason.CPU_TOO_FEW;
    }

    @Override
    public String message() {
      return "cpu " + cpuText(hasMilli) + " < " + cpuText(needsMilli) + " (allocatable)";
    }
  }

  record TooLittleMemory(long hasBytes, long needsBytes) implements Rejection {
    @Override
    public MatchReason reason() {
      return MatchReason.MEMORY_TOO_SMALL;
    }

    @Override
    public String message() {
      return "memory "
          + binaryText(hasBytes)
          + " < "
          + binaryText(needsBytes)
          + " (allocatable, which is less than installed)";
    }
  }

  record TooLittleDisk(long hasBytes, long needsBytes) implements Rejection {
    @Override
    public MatchReason reason() {
      return MatchReason.DISK_TOO_SMALL;
    }

    @Override
    public String message() {
      return "ephemeral-storage "
          + decimalText(hasBytes)
          + " < "
          + decimalText(needsBytes)
          + " (allocatable, which is less than installed)";
    }
  }

  /**
   * @param needs with its unit
   */
  record NvmeUnknown(String label, String needs) implements Rejection {
    static NvmeUnknown size(long bytes) {
      return new NvmeUnknown(ApiNames.NVME_BYTES_LABEL, decimalText(bytes));
    }

    static NvmeUnknown speed(long writeMBps) {
      return new NvmeUnknown(ApiNames.NVME_WRITE_MBPS_LABEL, "writes of " + writeMBps + " MB/s");
    }

    @Override
    public MatchReason reason() {
      return MatchReason.NVME_UNKNOWN;
    }

    @Override
    public String message() {
      return "nvme unknown, needs " + needs + " (no integer in label " + label + ")";
    }
  }

  record NvmeTooSmall(long hasBytes, long needsBytes) implements Rejection {
    @Override
    public MatchReason reason() {
      return MatchReason.NVME_TOO_SMALL;
    }

    @Override
    public String message() {
      return "nvme "
          + decimalText(hasBytes)
          + " < "
          + decimalText(needsBytes)
          + " (label "
          + ApiNames.NVME_BYTES_LABEL
          + ")";
    }
  }

  record NvmeTooSlow(long hasMBps, long needsMBps) implements Rejection {
    @Override
    public MatchReason reason() {
      return MatchReason.NVME_TOO_SLOW;
    }

    @Override
    public String message() {
      return "nvme write "
          + hasMBps
          + " MB/s < "
          + needsMBps
          + " MB/s (label "
          + ApiNames.NVME_WRITE_MBPS_LABEL
          + ")";
    }
  }

  private static String orNone(String value) {
    return value.isEmpty() ? "unknown" : value;
  }
}
