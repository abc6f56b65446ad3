;; Writes its environment, each variable ended by NUL, as environ_get lays it out.
(module
  (import "wasi_snapshot_preview1" "environ_sizes_get" (func $environ_sizes_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "environ_get" (func $environ_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 3)
  (func (export "_start")
    (drop (call $environ_sizes_get (i32.const 0) (i32.const 4)))
    (if (i32.gt_u (i32.load (i32.const 4)) (i32.const 65536)) (then (unreachable)))
    (if (i32.gt_u (i32.load (i32.const 0)) (i32.const 8192)) (then (unreachable)))
    (drop (call $environ_get (i32.const 16384) (i32.const 65536)))
    (i32.store (i32.const 0) (i32.const 65536))
    (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))))
