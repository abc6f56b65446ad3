package dev.windlass.placement;

/** Why a worker did not get a request. The words are for problem details, logs and tests alike. */
public sealed interface PassedOver {
  String message();

  /** Whether waiting may help; the other reasons stay until the worker or the function changes. */
  default boolean passes() {
    return switch (this) {
      case Draining _, Stale _, NoCapacity _, AlreadyTried _, NotDrawn _, NotVouchedFor _ -> true;
      case OtherNamespace _,
          OtherProfile _,
          ArchitectureDiffers _,
          TooFewVcpus _,
          TooSlow _,
          TooLittleMemoryPerVcpu _,
          NotNvme _,
          TooLittleDisk _ ->
          false;
    };
  }

  record Draining() implements PassedOver {
    @Override
    public String message() {
      return "is draining";
    }
  }

  record Stale(long ageMillis, long limitMillis) implements PassedOver {
    @Override
    public String message() {
      return "last reported " + ageMillis + " ms ago, the limit is " + limitMillis;
    }
  }

  record AlreadyTried() implements PassedOver {
    @Override
    public String message() {
      return "had this request already";
    }
  }

  record NoCapacity(int inFlight, int capacity) implements PassedOver {
    @Override
    public String message() {
      return "has " + inFlight + " requests and takes " + capacity;
    }
  }

  /**
   * @param why continues a sentence that begins with the worker
   */
  record NotVouchedFor(String why) implements PassedOver {
    @Override
    public String message() {
      return why;
    }
  }

  record OtherNamespace(String serves, String function) implements PassedOver {
    @Override
    public String message() {
      return "serves namespace " + serves + " only, the function is in " + function;
    }
  }

  /**
   * @param has empty where the cluster does not say
   */
  record OtherProfile(String has, String needs) implements PassedOver {
    @Override
    public String message() {
      return (has.isEmpty() ? "is of no known profile" : "is of profile " + has)
          + ", the function needs "
          + needs;
    }
  }

  record ArchitectureDiffers(String has, String needs) implements PassedOver {
    @Override
    public String message() {
      return "is " + has + ", the function needs " + needs;
    }
  }

  record TooFewVcpus(double has, double needs) implements PassedOver {
    @Override
    public String message() {
      return "has " + has + " vCPUs, the function needs " + needs;
    }
  }

  /**
   * @param hasMhz 0 where it is unknown
   */
  record TooSlow(int hasMhz, int needsMhz) implements PassedOver {
    @Override
    public String message() {
      return (hasMhz == 0 ? "does not know its clock rate" : "runs at " + hasMhz + " MHz")
          + ", the function needs "
          + needsMhz
          + " MHz";
    }
  }

  record TooLittleMemoryPerVcpu(long hasBytes, long needsBytes) implements PassedOver {
    @Override
    public String message() {
      return "has " + hasBytes + " bytes of memory per vCPU, the function needs " + needsBytes;
    }
  }

  record NotNvme(String diskKind) implements PassedOver {
    @Override
    public String message() {
      return "has a disk of kind " + diskKind + ", the function needs nvme";
    }
  }

  record TooLittleDisk(long freeBytes, long needsBytes) implements PassedOver {
    @Override
    public String message() {
      return "has " + freeBytes + " bytes of NVMe free, the function needs " + needsBytes;
    }
  }

  /** It could have had it. */
  record NotDrawn(boolean warm, int inFlight) implements PassedOver {
    @Override
    public String message() {
      return (warm ? "has the code at hand and " : "would have to load the code and has ")
          + inFlight
          + " requests; another one fitted better";
    }
  }
}
