package main

import (
	"encoding/binary"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"
)

const (
	height   = 8
	maxBytes = 256*65537 + 1
)

// A source is a log's directory, or the URL under which its tiles are served.
type source struct{ at string }

func (s source) get(name string) ([]byte, error) {
	if !strings.Contains(s.at, "://") {
		return os.ReadFile(filepath.Join(s.at, filepath.FromSlash(name)))
	}
	client := http.Client{Timeout: 10 * time.Second}
	answer, err := client.Get(strings.TrimSuffix(s.at, "/") + "/" + name)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: status %s", name, answer.Status)
	}
	octets, err := io.ReadAll(io.LimitReader(answer.Body, maxBytes))
	if err == nil && len(octets) == maxBytes {
		err = fmt.Errorf("%s has more than %d octets", name, maxBytes-1)
	}
	return octets, err
}

// A tileReader gives x/mod the tiles it asks for; x/mod checks each against the tree.
type tileReader struct {
	from source
	read int
	kept map[tlog.Tile][]byte
}

func (r *tileReader) Height() int { return height }

func (r *tileReader) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	data := make([][]byte, len(tiles))
	for i, t := range tiles {
		if octets, ok := r.kept[t]; ok {
			data[i] = octets
			continue
		}
		octets, err := r.from.get(path(t))
		if err != nil {
			return nil, err
		}
		if len(octets) != t.W*tlog.HashSize {
			return nil, fmt.Errorf("%s has %d octets, expected %d", path(t), len(octets), t.W*tlog.HashSize)
		}
		r.read++
		data[i] = octets
	}
	return data, nil
}

// SaveTiles is told of tiles that x/mod has checked.
func (r *tileReader) SaveTiles(tiles []tlog.Tile, data [][]byte) {
	if r.kept == nil {
		r.kept = map[tlog.Tile][]byte{}
	}
	for i, t := range tiles {
		r.kept[t] = data[i]
	}
}

// path is x/mod's path without the height, which is always 8 here (C2SP tlog-tiles).
func path(t tlog.Tile) string { return strings.Replace(t.Path(), "tile/8/", "tile/", 1) }

func entriesPath(n int64, width int) string {
	t := tlog.Tile{H: height, L: -1, N: n, W: width}
	return strings.Replace(t.Path(), "tile/8/data/", "tile/entries/", 1)
}

// split takes an entry bundle apart: u16-BE length || entry, width times, and nothing more.
func split(octets []byte, width int) ([][]byte, error) {
	entries := make([][]byte, 0, width)
	for len(octets) > 0 {
		if len(octets) < 2 {
			return nil, fmt.Errorf("1 octet after entry %d", len(entries))
		}
		size := int(binary.BigEndian.Uint16(octets))
		if len(octets) < 2+size {
			return nil, fmt.Errorf("entry %d has %d of %d octets", len(entries), len(octets)-2, size)
		}
		entries = append(entries, octets[2:2+size])
		octets = octets[2+size:]
	}
	if len(entries) != width {
		return nil, fmt.Errorf("%d entries, expected %d", len(entries), width)
	}
	return entries, nil
}
