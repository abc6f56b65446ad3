package main

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const (
	algCosignature = 4
	maxAhead       = 300
)

// A policy is C2SP tlog-policy: one log key, witnesses, groups of them, and who of them must have cosigned.
type policy struct {
	log       note.Verifier
	verifiers note.Verifiers
	witnesses map[string]cosigner // by the policy's name for it
	groups    map[string]group
	quorum    string
	now       int64
}

type group struct {
	least   int
	members []string
}

// A cosigner verifies cosignature/v1 (key type 0x04), which x/mod does not know: the signed message is the checkpoint
// under a line with a time, and the signature begins with that time.
type cosigner struct {
	name string
	hash uint32
	key  ed25519.PublicKey
	now  int64
}

func (c cosigner) Name() string    { return c.name }
func (c cosigner) KeyHash() uint32 { return c.hash }

func (c cosigner) Verify(msg, sig []byte) bool {
	if len(sig) != 8+ed25519.SignatureSize {
		return false
	}
	seconds := binary.BigEndian.Uint64(sig)
	if seconds > uint64(c.now+maxAhead) {
		return false
	}
	signed := append([]byte(fmt.Sprintf("cosignature/v1\ntime %d\n", seconds)), msg...)
	return ed25519.Verify(c.key, signed, sig[8:])
}

func newCosigner(vkey string, now int64) (cosigner, error) {
	name, rest, _ := strings.Cut(vkey, "+")
	hash16, key64, ok := strings.Cut(rest, "+")
	hash, err := strconv.ParseUint(hash16, 16, 32)
	if !ok || err != nil || len(hash16) != 8 {
		return cosigner{}, fmt.Errorf("malformed witness key %q", vkey)
	}
	key, err := base64.StdEncoding.DecodeString(key64)
	if err != nil || len(key) != 1+ed25519.PublicKeySize || key[0] != algCosignature {
		return cosigner{}, fmt.Errorf("not an Ed25519 cosignature key: %q", vkey)
	}
	id := sha256.Sum256(append([]byte(name+"\n"), key...))
	if binary.BigEndian.Uint32(id[:]) != uint32(hash) {
		return cosigner{}, fmt.Errorf("key id of %q is %x", vkey, id[:4])
	}
	return cosigner{name, uint32(hash), ed25519.PublicKey(key[1:]), now}, nil
}

func parsePolicy(text string, now int64) (*policy, error) {
	p := &policy{witnesses: map[string]cosigner{}, groups: map[string]group{}, now: now}
	var all []note.Verifier
	for _, line := range strings.Split(text, "\n") {
		f := strings.Fields(line)
		if len(f) == 0 || strings.HasPrefix(f[0], "#") {
			continue
		}
		switch {
		case f[0] == "log" && (len(f) == 2 || len(f) == 3) && p.log == nil:
			v, err := note.NewVerifier(f[1])
			if err != nil {
				return nil, err
			}
			p.log = v
			all = append(all, v)
		case f[0] == "witness" && (len(f) == 3 || len(f) == 4):
			c, err := newCosigner(f[2], now)
			if err != nil {
				return nil, err
			}
			p.witnesses[f[1]] = c
			all = append(all, c)
		case f[0] == "group" && len(f) >= 4:
			least, err := threshold(f[2], len(f)-3)
			if err != nil {
				return nil, err
			}
			p.groups[f[1]] = group{least, f[3:]}
		case f[0] == "quorum" && len(f) == 2 && p.quorum == "":
			p.quorum = f[1]
		default:
			return nil, fmt.Errorf("line %q", line)
		}
	}
	if p.log == nil || p.quorum == "" {
		return nil, fmt.Errorf("a log and a quorum are needed")
	}
	p.verifiers = note.VerifierList(all...)
	return p, nil
}

func threshold(word string, of int) (int, error) {
	switch word {
	case "any":
		return 1, nil
	case "all":
		return of, nil
	}
	n, err := strconv.Atoi(word)
	if err != nil || n < 1 || n > of {
		return 0, fmt.Errorf("threshold %q of %d", word, of)
	}
	return n, nil
}

// open verifies a signed checkpoint: the log's signature, no bad one of a known key, and the quorum.
func (p *policy) open(signed []byte) (tlog.Tree, error) {
	n, err := note.Open(signed, p.verifiers)
	if err != nil {
		return tlog.Tree{}, fmt.Errorf("checkpoint: %w", err)
	}
	by := map[string]bool{}
	for _, s := range n.Sigs {
		by[fmt.Sprintf("%s+%08x", s.Name, s.Hash)] = true
	}
	if !by[id(p.log)] {
		return tlog.Tree{}, fmt.Errorf("checkpoint: no signature of the log %s", id(p.log))
	}
	if p.quorum != "none" && !p.has(p.quorum, by, 0) {
		return tlog.Tree{}, fmt.Errorf("checkpoint: the quorum %s is not met by %v", p.quorum, by)
	}
	return parseCheckpoint(n.Text, p.log.Name())
}

func (p *policy) has(name string, by map[string]bool, depth int) bool {
	if w, ok := p.witnesses[name]; ok {
		return by[id(w)]
	}
	count := 0
	for _, m := range p.groups[name].members {
		if depth < 8 && p.has(m, by, depth+1) {
			count++
		}
	}
	return count >= p.groups[name].least && p.groups[name].least > 0
}

func id(v note.Verifier) string { return fmt.Sprintf("%s+%08x", v.Name(), v.KeyHash()) }

func parseCheckpoint(text, origin string) (tlog.Tree, error) {
	lines := strings.Split(text, "\n")
	if len(lines) != 4 || lines[3] != "" {
		return tlog.Tree{}, fmt.Errorf("checkpoint of %d lines, expected 3", len(lines)-1)
	}
	if lines[0] != origin {
		return tlog.Tree{}, fmt.Errorf("checkpoint of %q, expected %q", lines[0], origin)
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 0 || strconv.FormatInt(size, 10) != lines[1] {
		return tlog.Tree{}, fmt.Errorf("size %q", lines[1])
	}
	root, err := tlog.ParseHash(lines[2])
	if err != nil {
		return tlog.Tree{}, fmt.Errorf("root %q: %w", lines[2], err)
	}
	return tlog.Tree{N: size, Hash: root}, nil
}
