package main

import (
	"bytes"
	"fmt"
	"os"

	"golang.org/x/mod/sumdb/tlog"
)

func checkLog(p *policy, from source, oldFile string) error {
	signed, err := from.get("checkpoint")
	if err != nil {
		return err
	}
	tree, err := p.open(signed)
	if err != nil {
		return err
	}
	reader := &tileReader{from: from}
	hashes := tlog.TileHashReader(tree, reader)
	root, err := tlog.TreeHash(tree.N, hashes)
	if err != nil {
		return err
	}
	if root != tree.Hash {
		return fmt.Errorf("the tiles' root is %v, signed is %v", root, tree.Hash)
	}
	if err := checkAllTiles(tree, hashes, from); err != nil {
		return err
	}
	if err := checkEntries(tree, hashes, from); err != nil {
		return err
	}
	if oldFile != "" {
		if err := checkOld(p, tree, hashes, oldFile); err != nil {
			return err
		}
	}
	fmt.Printf("ok size=%d root=%v tiles=%d\n", tree.N, tree.Hash, reader.read)
	return nil
}

// checkAllTiles compares each tile that a log of this size has with what the tree says must be in it.
func checkAllTiles(tree tlog.Tree, hashes tlog.HashReader, from source) error {
	for level := 0; tree.N>>uint(8*level) > 0; level++ {
		count := tree.N >> uint(8*level)
		for n := int64(0); n*256 < count; n++ {
			tile := tlog.Tile{H: height, L: level, N: n, W: int(min(256, count-n*256))}
			want, err := tlog.ReadTileData(tile, hashes)
			if err != nil {
				return fmt.Errorf("%s: %w", path(tile), err)
			}
			found, err := from.get(path(tile))
			if err != nil {
				return err
			}
			if !bytes.Equal(want, found) {
				return fmt.Errorf("%s is not of this tree", path(tile))
			}
		}
	}
	return nil
}

// checkEntries reads every entry, compares its hash with the tiles' and builds the tree again from the entries alone.
func checkEntries(tree tlog.Tree, hashes tlog.HashReader, from source) error {
	var stored []tlog.Hash
	memory := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		found := make([]tlog.Hash, len(indexes))
		for i, x := range indexes {
			found[i] = stored[x]
		}
		return found, nil
	})
	for n := int64(0); n*256 < tree.N; n++ {
		width := int(min(256, tree.N-n*256))
		name := entriesPath(n, width)
		octets, err := from.get(name)
		if err != nil {
			return err
		}
		entries, err := split(octets, width)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		leaves := make([]int64, width)
		for i := range leaves {
			leaves[i] = tlog.StoredHashIndex(0, n*256+int64(i))
		}
		signed, err := hashes.ReadHashes(leaves)
		if err != nil {
			return err
		}
		for i, entry := range entries {
			more, err := tlog.StoredHashes(n*256+int64(i), entry, memory)
			if err != nil {
				return err
			}
			if signed[i] != more[0] {
				return fmt.Errorf("entry %d has hash %v, in the tree is %v", n*256+int64(i), more[0], signed[i])
			}
			stored = append(stored, more...)
		}
	}
	root, err := tlog.TreeHash(tree.N, memory)
	if err != nil {
		return err
	}
	if root != tree.Hash {
		return fmt.Errorf("the entries' root is %v, signed is %v", root, tree.Hash)
	}
	return checkRecords(tree, memory)
}

func checkRecords(tree tlog.Tree, hashes tlog.HashReader) error {
	for i := int64(0); i < tree.N; i += 1 + tree.N/97 {
		proof, err := tlog.ProveRecord(tree.N, i, hashes)
		if err != nil {
			return err
		}
		leaf, err := hashes.ReadHashes([]int64{tlog.StoredHashIndex(0, i)})
		if err != nil {
			return err
		}
		if err := tlog.CheckRecord(proof, tree.N, tree.Hash, i, leaf[0]); err != nil {
			return fmt.Errorf("record %d: %w", i, err)
		}
	}
	return nil
}

func checkOld(p *policy, tree tlog.Tree, hashes tlog.HashReader, file string) error {
	signed, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	old, err := p.open(signed)
	if err != nil {
		return fmt.Errorf("older %w", err)
	}
	proof, err := tlog.ProveTree(tree.N, old.N, hashes)
	if err != nil {
		return err
	}
	if err := tlog.CheckTree(proof, tree.N, tree.Hash, old.N, old.Hash); err != nil {
		return fmt.Errorf("the tree of size %d is no prefix of that of size %d: %w", old.N, tree.N, err)
	}
	return nil
}
