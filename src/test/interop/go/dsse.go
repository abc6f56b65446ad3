package main

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

const (
	batchType   = "application/vnd.windlass.batch.v1+json"
	entryType   = "application/vnd.windlass.entry.v1+json"
	receiptType = "application/vnd.in-toto+json"
	resultType  = "application/vnd.windlass.result.v1+json"
)

// An envelope is DSSE; a signature with a batch is over the batch's statement (docs/protocol.md).
type envelope struct {
	Payload     []byte      `json:"payload"`
	PayloadType string      `json:"payloadType"`
	Signatures  []signature `json:"signatures"`
}

type signature struct {
	KeyID string `json:"keyid"`
	Sig   []byte `json:"sig"`
	Batch *struct {
		Statement []byte   `json:"statement"`
		Index     int64    `json:"index"`
		Path      []string `json:"path"`
	} `json:"batch"`
}

func pae(payloadType string, payload []byte) []byte {
	return []byte(fmt.Sprintf("DSSEv1 %d %s %d %s", len(payloadType), payloadType, len(payload), payload))
}

// signed checks one signature of an envelope with a key (base64 SubjectPublicKeyInfo), direct or in a batch.
func (e *envelope) signed(s signature, spki, payloadType string) error {
	if e.PayloadType != payloadType {
		return fmt.Errorf("payload type %q, expected %q", e.PayloadType, payloadType)
	}
	if s.Batch == nil {
		return verify(spki, pae(payloadType, e.Payload), s.Sig)
	}
	var statement struct {
		V        int    `json:"v"`
		LeafType string `json:"leafType"`
		Size     int64  `json:"size"`
		Root     string `json:"root"`
		FirstSeq *int64 `json:"firstSeq"`
	}
	if err := json.Unmarshal(s.Batch.Statement, &statement); err != nil {
		return err
	}
	if statement.V != 1 || statement.LeafType != payloadType || statement.Size < 2 {
		return fmt.Errorf("batch statement %s", s.Batch.Statement)
	}
	if err := verify(spki, pae(batchType, s.Batch.Statement), s.Sig); err != nil {
		return err
	}
	root, err := hex.DecodeString(strings.TrimPrefix(statement.Root, "sha256:"))
	if err != nil || len(root) != tlog.HashSize {
		return fmt.Errorf("batch root %q", statement.Root)
	}
	path, err := parsePath(s.Batch.Path)
	if err != nil {
		return err
	}
	tree := tlog.Tree{N: statement.Size, Hash: tlog.Hash(root)}
	return included(tree, s.Batch.Index, path, pae(payloadType, e.Payload))
}

func verify(spki string, message, sig []byte) error {
	der, err := base64.StdEncoding.DecodeString(spki)
	if err != nil {
		return err
	}
	key, err := x509.ParsePKIXPublicKey(der)
	if err != nil {
		return err
	}
	good := false
	switch key := key.(type) {
	case ed25519.PublicKey:
		good = ed25519.Verify(key, message, sig)
	case *ecdsa.PublicKey:
		digest := sha256.Sum256(message)
		good = ecdsa.VerifyASN1(key, digest[:], sig)
	}
	if !good {
		return fmt.Errorf("a signature does not verify with %s", keyID(spki))
	}
	return nil
}

// keyID is SHA256: and the unpadded base64 of SHA-256 of the key's SubjectPublicKeyInfo.
func keyID(spki string) string {
	der, _ := base64.StdEncoding.DecodeString(spki)
	sum := sha256.Sum256(der)
	return "SHA256:" + base64.RawStdEncoding.EncodeToString(sum[:])
}

// canonical is RFC 8785 for values of ASCII strings and objects: sorted members, nothing escaped that need not be.
func canonical(value any) ([]byte, error) {
	var out strings.Builder
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return nil, err
	}
	return []byte(strings.TrimSuffix(out.String(), "\n")), nil
}
