// Reads the files packaged with it, writes scratch files, and says what it is refused.
package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

func main() {
	must(filepath.WalkDir("/", func(path string, entry fs.DirEntry, err error) error {
		must(err)
		info, err := entry.Info()
		must(err)
		if info.Mode().IsRegular() {
			text, err := os.ReadFile(path)
			must(err)
			fmt.Printf("%s: %d bytes: %s\n", path, info.Size(), text)
		} else {
			fmt.Printf("%s/\n", path)
		}
		return nil
	}))

	dir, err := os.MkdirTemp("", "windlass")
	must(err)
	file := filepath.Join(dir, "note.txt")
	must(os.WriteFile(file, []byte("first"), 0o600))
	out, err := os.OpenFile(file, os.O_APPEND|os.O_WRONLY, 0)
	must(err)
	_, err = out.WriteString(" second")
	must(err)
	must(out.Close())
	must(os.Rename(file, file+".moved"))
	must(os.Symlink("note.txt.moved", filepath.Join(dir, "link")))
	text, err := os.ReadFile(filepath.Join(dir, "link"))
	must(err)
	fmt.Printf("scratch: %s\n", text)
	entries, err := os.ReadDir(dir)
	must(err)
	for _, entry := range entries {
		fmt.Printf("entry: %s %v\n", entry.Name(), entry.Type())
	}
	must(os.RemoveAll(dir))
	_, err = os.Stat(dir)
	fmt.Println("gone:", errors.Is(err, fs.ErrNotExist))

	fmt.Println("read-only:", errors.Is(os.WriteFile("/data/new", nil, 0o600), syscall.EROFS))
	_, err = os.Open("/../../etc/passwd")
	fmt.Println("outside:", err)

	random := make([]byte, 4)
	_, err = rand.Read(random)
	must(err)
	start := time.Now()
	time.Sleep(3 * time.Second)
	fmt.Printf("random: %x, time: %s, slept: %v\n", random, start.UTC().Format("2006-01-02"), time.Since(start) >= 3*time.Second)
}

func must(err error) {
	if err != nil {
		fmt.Println("failed:", err)
		os.Exit(1)
	}
}
