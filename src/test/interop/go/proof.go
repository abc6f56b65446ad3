package main

import (
	"encoding/base64"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

// A proof is a C2SP tlog-proof: where a leaf is, the path to the root, the signed checkpoint.
type proof struct {
	extra  []byte
	index  int64
	path   tlog.RecordProof
	signed string
}

func readProof(file string) (*proof, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	head, signed, ok := strings.Cut(string(text), "\n\n")
	lines := strings.Split(head, "\n")
	if !ok || lines[0] != "c2sp.org/tlog-proof@v1" {
		return nil, fmt.Errorf("not a tlog-proof: it begins with %.40q", lines[0])
	}
	lines = lines[1:]
	p := &proof{signed: signed}
	if len(lines) > 0 && strings.HasPrefix(lines[0], "extra ") {
		p.extra, err = base64.StdEncoding.DecodeString(lines[0][len("extra "):])
		if err != nil {
			return nil, fmt.Errorf("extra: %w", err)
		}
		lines = lines[1:]
	}
	if len(lines) == 0 || !strings.HasPrefix(lines[0], "index ") {
		return nil, fmt.Errorf("no index line")
	}
	p.index, err = strconv.ParseInt(lines[0][len("index "):], 10, 64)
	if err != nil {
		return nil, fmt.Errorf("%q: %w", lines[0], err)
	}
	p.path, err = parsePath(lines[1:])
	return p, err
}

func parsePath(texts []string) (tlog.RecordProof, error) {
	var path tlog.RecordProof
	for _, text := range texts {
		hash, err := tlog.ParseHash(text)
		if err != nil {
			return nil, fmt.Errorf("hash %q: %w", text, err)
		}
		path = append(path, hash)
	}
	return path, nil
}

// included checks that these octets are the leaf at this index.
func included(tree tlog.Tree, index int64, path tlog.RecordProof, leaf []byte) error {
	if index < 0 || index >= tree.N {
		return fmt.Errorf("index %d in a tree of size %d", index, tree.N)
	}
	return tlog.CheckRecord(path, tree.N, tree.Hash, index, tlog.RecordHash(leaf))
}

// checkProof verifies the checkpoint by the policy, then that the leaf is where the proof says.
func checkProof(p *policy, file, leafFile string) error {
	proof, err := readProof(file)
	if err != nil {
		return err
	}
	leaf, err := os.ReadFile(leafFile)
	if err != nil {
		return err
	}
	tree, err := p.open([]byte(proof.signed))
	if err != nil {
		return err
	}
	if err := included(tree, proof.index, proof.path, leaf); err != nil {
		return err
	}
	fmt.Printf("ok index=%d size=%d root=%v\n", proof.index, tree.N, tree.Hash)
	return nil
}
