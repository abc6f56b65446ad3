package dev.windlass.protocol;

import dev.windlass.function.Digest;
import java.util.ArrayList;

/** No tag: there is one kind of report. vCPUs travel as thousandths. */
final class ReportCodec {
  private static final int FIELDS = 10;
  private static final int HARDWARE_FIELDS = 8;
  private static final int MAX_WORD = 256;
  private static final int MAX_THOUSANDTHS = 1_000_000_000;

  private ReportCodec() {}

  static CborWriter write(CborWriter cbor, Report report) throws ProtocolException {
    var hardware = report.hardware();
    cbor.array(FIELDS)
        .octets(report.engine().hash())
        .text(OrderCodec.bounded("engine version", report.engineVersion(), MAX_WORD))
        .array(HARDWARE_FIELDS)
        .text(OrderCodec.bounded("architecture", hardware.architecture(), MAX_WORD))
        .count(Math.round(hardware.vcpus() * 1000))
        .count(hardware.mhz())
        .count(hardware.memoryBytes())
        .text(OrderCodec.bounded("disk kind", hardware.diskKind(), MAX_WORD))
        .count(hardware.diskBytes())
        .count(hardware.freeDiskBytes())
        .count(hardware.diskWriteMBps())
        .count(report.lanes())
        .count(report.freeLanes())
        .count(report.freeMemoryBytes())
        .count(report.residentBytes())
        .array(report.warm().size());
    for (Digest module : report.warm()) cbor.octets(module.hash());
    return cbor.count(report.draining() ? 1 : 0)
        .text(OrderCodec.bounded("version", report.version(), MAX_WORD));
  }

  static Report read(CborReader in) throws ProtocolException {
    in.arrayOf("report", FIELDS);
    var engine = OrderCodec.digest(in, "engine");
    var engineVersion = in.text("engine version", MAX_WORD);
    var hardware = readHardware(in);
    int lanes = in.smallInteger("lanes", Integer.MAX_VALUE);
    int freeLanes = in.smallInteger("free lanes", Integer.MAX_VALUE);
    long freeMemory = in.count("free memory");
    long resident = in.count("resident memory");
    int count = in.array("warm", Report.MAX_WARM);
    var warm = new ArrayList<Digest>(count);
    for (int i = 0; i < count; i++) warm.add(OrderCodec.digest(in, "warm module"));
    boolean draining = in.smallInteger("draining", 1) == 1;
    var version = in.text("version", MAX_WORD);
    return new Report(
        engine,
        engineVersion,
        hardware,
        lanes,
        freeLanes,
        freeMemory,
        resident,
        warm,
        draining,
        version);
  }

  private static Report.Hardware readHardware(CborReader in) throws ProtocolException {
    in.arrayOf("hardware", HARDWARE_FIELDS);
    return new Report.Hardware(
        in.text("architecture", MAX_WORD),
        in.smallInteger("vcpus in thousandths", MAX_THOUSANDTHS) / 1000.0,
        in.smallInteger("MHz", Integer.MAX_VALUE),
        in.count("memory"),
        in.text("disk kind", MAX_WORD),
        in.count("disk size"),
        in.count("free disk"),
        in.smallInteger("disk rate", Integer.MAX_VALUE));
  }
}
