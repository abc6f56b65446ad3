package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"golang.org/x/mod/sumdb/tlog"
)

// A receiptFile is the extra of a receipt's tlog-proof. It is canonical JSON, so a member's octets are its own
// canonical form.
type receiptFile struct {
	Receipt  envelope `json:"receipt"`
	Registry []struct {
		Entry json.RawMessage `json:"entry"`
		Index int64           `json:"index"`
		Path  []string        `json:"path"`
	} `json:"registry"`
	Results json.RawMessage `json:"results"`
}

// An entry is what the log says of a key; only the members that are needed here.
type entry struct {
	Type string    `json:"type"`
	At   time.Time `json:"at"`
	Body struct {
		Origin    string    `json:"origin"`
		Operator  string    `json:"operator"`
		Registrar string    `json:"registrar"`
		SpiffeID  string    `json:"spiffeId"`
		Ed25519   string    `json:"ed25519"`
		P256      string    `json:"p256"`
		NotAfter  time.Time `json:"notAfter"`
	} `json:"body"`
}

type statement struct {
	Subject []struct {
		Digest struct {
			SHA256 string `json:"sha256"`
		} `json:"digest"`
	} `json:"subject"`
	PredicateType string `json:"predicateType"`
	Predicate     struct {
		Invocation struct {
			ID         string    `json:"id"`
			FinishedAt time.Time `json:"finishedAt"`
		} `json:"invocation"`
		Policy struct {
			Threshold int `json:"threshold"`
		} `json:"policy"`
		Certificate struct {
			EnvelopeSHA256 string `json:"envelopeSha256"`
			Workers        []struct {
				ID            string `json:"id"`
				KeyID         string `json:"keyid"`
				RegisterIndex int64  `json:"registerIndex"`
			} `json:"workers"`
		} `json:"certificate"`
		Head struct {
			ID string `json:"id"`
		} `json:"head"`
	} `json:"predicate"`
}

// checkReceipt verifies a receipt file with nothing but a policy: the checkpoint, who the log says the signers are,
// their signatures, and that the log has the receipt.
func checkReceipt(p *policy, file, output string) error {
	proof, err := readProof(file)
	if err != nil {
		return err
	}
	tree, err := p.open([]byte(proof.signed))
	if err != nil {
		return err
	}
	var r receiptFile
	if err := json.Unmarshal(proof.extra, &r); err != nil {
		return fmt.Errorf("extra: %w", err)
	}
	registry, err := readRegistry(&r, tree, p.log.Name())
	if err != nil {
		return fmt.Errorf("registry: %w", err)
	}
	var s statement
	if err := json.Unmarshal(r.Receipt.Payload, &s); err != nil {
		return fmt.Errorf("receipt: %w", err)
	}
	leaf, err := receiptLeaf(&r, &s, registry)
	if err != nil {
		return fmt.Errorf("receipt: %w", err)
	}
	if err := included(tree, proof.index, proof.path, leaf); err != nil {
		return fmt.Errorf("receipt: %w", err)
	}
	if err := checkResults(&r, &s, registry); err != nil {
		return fmt.Errorf("results: %w", err)
	}
	if output != "" {
		if err := checkOutput(&s, output); err != nil {
			return err
		}
	}
	fmt.Printf("ok receipt=%s index=%d size=%d workers=%d\n",
		s.Predicate.Invocation.ID, proof.index, tree.N, len(s.Predicate.Certificate.Workers))
	return nil
}

// readRegistry is what the log says at which index, each entry with the signature of who may say so.
func readRegistry(r *receiptFile, tree tlog.Tree, origin string) (map[int64]entry, error) {
	registry := map[int64]entry{}
	var genesis entry
	for i, item := range r.Registry {
		path, err := parsePath(item.Path)
		if err != nil {
			return nil, err
		}
		if err := included(tree, item.Index, path, item.Entry); err != nil {
			return nil, fmt.Errorf("entry %d: %w", item.Index, err)
		}
		var signed envelope
		if err := json.Unmarshal(item.Entry, &signed); err != nil {
			return nil, err
		}
		var e entry
		if err := json.Unmarshal(signed.Payload, &e); err != nil {
			return nil, err
		}
		if len(signed.Signatures) != 1 {
			return nil, fmt.Errorf("entry %d has %d signatures", item.Index, len(signed.Signatures))
		}
		by := genesis.Body.Registrar
		if i == 0 {
			if item.Index != 0 || e.Type != "log.genesis" || e.Body.Origin != origin {
				return nil, fmt.Errorf("the first entry is %s of %q at %d", e.Type, e.Body.Origin, item.Index)
			}
			genesis = e
			by = e.Body.Operator
		}
		if err := signed.signed(signed.Signatures[0], by, entryType); err != nil {
			return nil, fmt.Errorf("entry %d: %w", item.Index, err)
		}
		registry[item.Index] = e
	}
	return registry, nil
}

// receiptLeaf checks the head's signature and rebuilds the leaf: a batch's envelope, or a Rekor body.
func receiptLeaf(r *receiptFile, s *statement, registry map[int64]entry) ([]byte, error) {
	if len(r.Receipt.Signatures) != 1 {
		return nil, fmt.Errorf("%d signatures, expected 1", len(r.Receipt.Signatures))
	}
	sig := r.Receipt.Signatures[0]
	for _, e := range registry {
		if e.Type != "head.register" || e.Body.SpiffeID != s.Predicate.Head.ID {
			continue
		}
		if s.Predicate.Invocation.FinishedAt.After(e.Body.NotAfter) {
			continue
		}
		key := e.Body.P256
		if sig.Batch != nil {
			key = e.Body.Ed25519
		}
		if err := r.Receipt.signed(sig, key, receiptType); err != nil {
			return nil, err
		}
		if sig.Batch != nil {
			return canonical(map[string]any{
				"payload":     sig.Batch.Statement,
				"payloadType": batchType,
				"signatures":  []any{map[string]any{"keyid": sig.KeyID, "sig": sig.Sig}},
			})
		}
		return rekorBody(r.Receipt.Payload, sig.Sig, key)
	}
	until := s.Predicate.Invocation.FinishedAt
	return nil, fmt.Errorf("no registration of %s that lasts to %v", s.Predicate.Head.ID, until)
}

func rekorBody(payload, sig []byte, spki string) ([]byte, error) {
	digest := sha256.Sum256(payload)
	return canonical(map[string]any{
		"apiVersion": "0.0.2",
		"kind":       "dsse",
		"spec": map[string]any{"dsseV002": map[string]any{
			"payloadHash": map[string]any{"algorithm": "SHA2_256", "digest": digest[:]},
			"signatures": []any{map[string]any{
				"content": sig,
				"verifier": map[string]any{
					"keyDetails": "PKIX_ECDSA_P256_SHA_256",
					"publicKey":  map[string]any{"rawBytes": spki},
				},
			}},
		}},
	})
}

// checkResults compares the result envelope with the receipt, and counts the workers that signed it.
func checkResults(r *receiptFile, s *statement, registry map[int64]entry) error {
	sum := sha256.Sum256(r.Results)
	if want := s.Predicate.Certificate.EnvelopeSHA256; hex.EncodeToString(sum[:]) != want {
		return fmt.Errorf("the envelope is sha256 %x, the receipt says %s", sum, want)
	}
	var results envelope
	if err := json.Unmarshal(r.Results, &results); err != nil {
		return err
	}
	var result struct {
		Invocation string `json:"invocation"`
		Output     string `json:"output"`
	}
	if err := json.Unmarshal(results.Payload, &result); err != nil {
		return err
	}
	if result.Invocation != s.Predicate.Invocation.ID {
		return fmt.Errorf("they are of %s, the receipt of %s", result.Invocation, s.Predicate.Invocation.ID)
	}
	if len(s.Subject) != 1 || result.Output != "sha256:"+s.Subject[0].Digest.SHA256 {
		return fmt.Errorf("the output is %s, the receipt says %v", result.Output, s.Subject)
	}
	counted := map[string]bool{}
	for _, w := range s.Predicate.Certificate.Workers {
		e, ok := registry[w.RegisterIndex]
		if !ok || e.Type != "worker.register" || e.Body.SpiffeID != w.ID || keyID(e.Body.Ed25519) != w.KeyID {
			return fmt.Errorf("%s is not who registered at %d", w.ID, w.RegisterIndex)
		}
		if s.Predicate.Invocation.FinishedAt.After(e.Body.NotAfter) {
			return fmt.Errorf("%s was registered until %v", w.ID, e.Body.NotAfter)
		}
		for _, sig := range results.Signatures {
			if sig.KeyID == w.KeyID && results.signed(sig, e.Body.Ed25519, resultType) == nil {
				counted[w.KeyID] = true
			}
		}
	}
	if len(counted) < s.Predicate.Policy.Threshold || len(counted) == 0 {
		return fmt.Errorf("%d workers signed, the receipt says %d", len(counted), s.Predicate.Policy.Threshold)
	}
	return nil
}

func checkOutput(s *statement, file string) error {
	octets, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(octets)
	if hex.EncodeToString(sum[:]) != s.Subject[0].Digest.SHA256 {
		return fmt.Errorf("%s is sha256 %x, the receipt says %s", file, sum, s.Subject[0].Digest.SHA256)
	}
	return nil
}
