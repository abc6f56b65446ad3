;; A CGI program (RFC 3875) in 60 lines: answers with its own meta-variables, one a line. Deploy it with --world cgi.
(module
  (import "wasi_snapshot_preview1" "environ_sizes_get" (func $environ_sizes_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "environ_get" (func $environ_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (memory (export "memory") 4)
  (data (i32.const 256) "Status: 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nX-Example: request.wat\r\n\r\n")
  (func $write (param $at i32) (param $size i32)
    (i32.store (i32.const 16) (local.get $at))
    (i32.store (i32.const 20) (local.get $size))
    (if (call $fd_write (i32.const 1) (i32.const 16) (i32.const 1) (i32.const 8))
      (then (call $proc_exit (i32.const 1)))))
  (func (export "_start") (local $at i32) (local $end i32)
    (call $write (i32.const 256) (i32.const 83))
    (drop (call $environ_sizes_get (i32.const 0) (i32.const 4)))
    ;; pointers at 64 KiB, text at 128 KiB: both bounded by what the head lets through
    (if (i32.gt_u (i32.load (i32.const 4)) (i32.const 131072)) (then (call $proc_exit (i32.const 2))))
    (if (i32.gt_u (i32.load (i32.const 0)) (i32.const 16384)) (then (call $proc_exit (i32.const 2))))
    (drop (call $environ_get (i32.const 65536) (i32.const 131072)))
    (local.set $at (i32.const 131072))
    (local.set $end (i32.add (i32.const 131072) (i32.load (i32.const 4))))
    ;; each variable ends with NUL: make that the line's end
    (block $done
      (loop $octet
        (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
        (if (i32.eqz (i32.load8_u (local.get $at))) (then (i32.store8 (local.get $at) (i32.const 10))))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br $octet)))
    (call $write (i32.const 131072) (i32.load (i32.const 4)))))
