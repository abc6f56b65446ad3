// Reads a log that SampleLog wrote with Go's own packages: go run . DIR
package main

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type directory string

func (d directory) read(name string) []byte {
	octets, err := os.ReadFile(filepath.Join(string(d), name))
	must(err)
	return octets
}

// The package names tiles by their height, tile/8/…; c2sp.org/tlog-tiles fixes it at 8 and leaves it out.
func path(t tlog.Tile) string { return strings.Replace(t.Path(), "tile/8/", "tile/", 1) }

func (d directory) Height() int                     { return 8 }
func (d directory) SaveTiles([]tlog.Tile, [][]byte) {}
func (d directory) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, t := range tiles {
		octets, err := os.ReadFile(filepath.Join(string(d), path(t)))
		if err != nil {
			full := t
			full.W = 256
			if octets, err = os.ReadFile(filepath.Join(string(d), path(full))); err != nil {
				return nil, err
			}
			octets = octets[:t.W*tlog.HashSize]
		}
		all = append(all, octets)
	}
	return all, nil
}

// witness checks c2sp.org/tlog-cosignature, type 0x04, which the package does not know.
type witness struct {
	name string
	hash uint32
	key  ed25519.PublicKey
}

func newWitness(vkey string) witness {
	parts := strings.SplitN(vkey, "+", 3)
	blob, err := base64.StdEncoding.DecodeString(parts[2])
	must(err)
	digest := sha256.Sum256([]byte(parts[0] + "\n" + string(blob)))
	if blob[0] != 4 || fmt.Sprintf("%x", digest[:4]) != parts[1] {
		log.Fatalf("not a witness's key: %s", vkey)
	}
	return witness{parts[0], binary.BigEndian.Uint32(digest[:]), blob[1:]}
}

func (w witness) Name() string    { return w.name }
func (w witness) KeyHash() uint32 { return w.hash }
func (w witness) Verify(text, sig []byte) bool {
	if len(sig) != 8+ed25519.SignatureSize {
		return false
	}
	signed := fmt.Sprintf("cosignature/v1\ntime %d\n%s", binary.BigEndian.Uint64(sig), text)
	return ed25519.Verify(w.key, []byte(signed), sig[8:])
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func check(what string, ok bool) {
	if !ok {
		log.Fatalf("FAILED: %s", what)
	}
	fmt.Println("ok:", what)
}

func hashes(lines []string) []tlog.Hash {
	var all []tlog.Hash
	for _, line := range lines {
		h, err := tlog.ParseHash(line)
		must(err)
		all = append(all, h)
	}
	return all
}

func main() {
	log.SetFlags(0)
	d := directory(os.Args[1])
	key, err := note.NewVerifier(string(d.read("log.vkey")))
	must(err)
	keys := note.VerifierList(key, newWitness(string(d.read("witness.vkey"))))
	opened, err := note.Open(d.read("checkpoint"), keys)
	must(err)
	check("the log and the witness signed the checkpoint", len(opened.Sigs) == 2)
	changed := strings.Replace(string(d.read("checkpoint")), "\n70000\n", "\n70001\n", 1)
	_, err = note.Open([]byte(changed), keys)
	check("they did not sign another", err != nil)

	lines := strings.Split(opened.Text, "\n")
	size := int64(70000)
	root := hashes(lines[2:3])[0]
	check("its origin and size", lines[0] == key.Name() && lines[1] == fmt.Sprint(size))
	reader := tlog.TileHashReader(tlog.Tree{N: size, Hash: root}, d)
	computed, err := tlog.TreeHash(size, reader)
	must(err)
	check("the tiles have its root", computed == root)
	for _, i := range []int64{0, 255, 256, 41234, 65535, 65536, 69999} {
		proof, err := tlog.ProveRecord(size, i, reader)
		must(err)
		must(tlog.CheckRecord(proof, size, root, i, tlog.RecordHash([]byte(fmt.Sprintf("entry %d", i)))))
	}
	check("records out of the tiles", true)

	file := strings.SplitN(string(d.read("proof")), "\n\n", 2)
	proof := tlog.RecordProof(hashes(strings.Split(file[0], "\n")[3:]))
	must(tlog.CheckRecord(proof, size, root, 41234, tlog.RecordHash([]byte("entry 41234"))))
	err = tlog.CheckRecord(proof, size, root, 41234, tlog.RecordHash([]byte("entry 41235")))
	check("the proof file proves its entry and no other", err != nil)

	request := strings.SplitN(string(d.read("request")), "\n\n", 2)
	steps := tlog.TreeProof(hashes(strings.Split(request[0], "\n")[1:]))
	old := hashes([]string{string(d.read("old-root"))})[0]
	must(tlog.CheckTree(steps, size, root, 1234, old))
	check("a witness that knows 1,234 entries may go on", true)

	for n := int64(0); n*256 < size; n++ {
		width := size - n*256
		if width > 256 {
			width = 256
		}
		t := tlog.Tile{H: 8, L: 0, N: n, W: int(width)}
		leaves := d.read(path(t))
		bundle := d.read(strings.Replace(path(t), "tile/0/", "tile/entries/", 1))
		for i := 0; i < int(width); i++ {
			length := int(binary.BigEndian.Uint16(bundle))
			leaf := tlog.RecordHash(bundle[2 : 2+length])
			if string(leaf[:]) != string(leaves[i*tlog.HashSize:(i+1)*tlog.HashSize]) {
				log.Fatalf("FAILED: entry %d of bundle %d", i, n)
			}
			bundle = bundle[2+length:]
		}
		if len(bundle) > 0 {
			log.Fatalf("FAILED: bundle %d goes on", n)
		}
	}
	check("the bundles hold the entries of the tiles", true)
}
