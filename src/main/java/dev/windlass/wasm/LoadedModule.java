package dev.windlass.wasm;

import dev.windlass.wasm.ffm.Invocation;
import dev.windlass.wasm.ffm.Owned;

/** A module in memory. Its counters belong to {@link Modules} and its lock. */
final class LoadedModule<S> {
  private final ModuleInfo info;
  private final ModuleFacts facts;
  private final HostTable<S> host;
  private final Owned module;
  private final Invocation.Start start;

  int leases;
  boolean retired;

  LoadedModule(
      ModuleInfo info, ModuleFacts facts, HostTable<S> host, Owned module, Invocation.Start start) {
    this.info = info;
    this.facts = facts;
    this.host = host;
    this.module = module;
    this.start = start;
  }

  ModuleInfo info() {
    return info;
  }

  ModuleFacts facts() {
    return facts;
  }

  HostTable<S> host() {
    return host;
  }

  Invocation.Start start() {
    return start;
  }

  void free() {
    start.pre().close();
    module.close();
  }
}
