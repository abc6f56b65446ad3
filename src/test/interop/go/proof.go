package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

// checkProof verifies a C2SP tlog-proof: the checkpoint by the policy, then that the leaf is where the proof says.
func checkProof(p *policy, file, leafFile string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	leaf, err := os.ReadFile(leafFile)
	if err != nil {
		return err
	}
	head, signed, ok := strings.Cut(string(text), "\n\n")
	lines := strings.Split(head, "\n")
	if !ok || lines[0] != "c2sp.org/tlog-proof@v1" {
		return fmt.Errorf("not a tlog-proof: it begins with %q", lines[0])
	}
	lines = lines[1:]
	if len(lines) > 0 && strings.HasPrefix(lines[0], "extra ") {
		lines = lines[1:]
	}
	if len(lines) == 0 || !strings.HasPrefix(lines[0], "index ") {
		return fmt.Errorf("no index line")
	}
	index, err := strconv.ParseInt(lines[0][len("index "):], 10, 64)
	if err != nil {
		return fmt.Errorf("%q: %w", lines[0], err)
	}
	var path tlog.RecordProof
	for _, line := range lines[1:] {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return fmt.Errorf("hash %q: %w", line, err)
		}
		path = append(path, hash)
	}
	tree, err := p.open([]byte(signed))
	if err != nil {
		return err
	}
	if index < 0 || index >= tree.N {
		return fmt.Errorf("index %d in a tree of size %d", index, tree.N)
	}
	if err := tlog.CheckRecord(path, tree.N, tree.Hash, index, tlog.RecordHash(leaf)); err != nil {
		return err
	}
	fmt.Printf("ok index=%d size=%d root=%v\n", index, tree.N, tree.Hash)
	return nil
}
