;; Greets whoever is on standard input: the smallest useful function of the world "wasi".
(module
  (import "wasi_snapshot_preview1" "fd_read" (func $fd_read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 64) "Hello, ")
  (data (i32.const 80) "world")
  (data (i32.const 96) "!\n")
  (func $write (param $at i32) (param $size i32)
    (i32.store (i32.const 16) (local.get $at))
    (i32.store (i32.const 20) (local.get $size))
    (drop (call $fd_write (i32.const 1) (i32.const 16) (i32.const 1) (i32.const 8))))
  (func (export "_start") (local $n i32) (local $name i32)
    ;; one read of up to 1,024 octets to address 1024
    (i32.store (i32.const 0) (i32.const 1024))
    (i32.store (i32.const 4) (i32.const 1024))
    (drop (call $fd_read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8)))
    (local.set $n (i32.load (i32.const 8)))
    (local.set $name (i32.const 1024))
    ;; without the line's end
    (block $done
      (loop $strip
        (br_if $done (i32.eqz (local.get $n)))
        (br_if $done (i32.gt_u
          (i32.load8_u (i32.add (i32.const 1023) (local.get $n)))
          (i32.const 32)))
        (local.set $n (i32.sub (local.get $n) (i32.const 1)))
        (br $strip)))
    (if (i32.eqz (local.get $n))
      (then
        (local.set $name (i32.const 80))
        (local.set $n (i32.const 5))))
    (call $write (i32.const 64) (i32.const 7))
    (call $write (local.get $name) (local.get $n))
    (call $write (i32.const 96) (i32.const 2))))
