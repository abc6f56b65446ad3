// Tlogcheck reads a whole Windlass log with Go's own transparency log library, to show that the log is what C2SP says
// and not only what Windlass takes it for. It is built and run by GoInteropTest; exit code 1 and one line on stderr say
// what does not hold.
//
//	tlogcheck log   -policy FILE [-old CHECKPOINT] [-now UNIX] DIRECTORY|URL
//	tlogcheck proof -policy FILE -leaf FILE [-now UNIX] PROOF
//	tlogcheck receipt -policy FILE [-output FILE] [-now UNIX] RECEIPT
//
// `log` checks the checkpoint's signature and cosignatures, every tile, every entry and, with -old, that the older
// checkpoint's tree is a prefix of this one. `proof` checks a tlog-proof file for the octets of one leaf, `receipt`
// a receipt file: who signed what, by the keys that the log names, and that the log has it.
package main

import (
	"flag"
	"fmt"
	"os"
	"time"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "tlogcheck:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) == 0 || args[0] != "log" && args[0] != "proof" && args[0] != "receipt" {
		return fmt.Errorf("usage: tlogcheck log|proof|receipt -policy FILE … SOURCE")
	}
	flags := flag.NewFlagSet(args[0], flag.ContinueOnError)
	policyFile := flags.String("policy", "", "tlog-policy text: who must have signed")
	old := flags.String("old", "", "an older checkpoint of the log")
	leaf := flags.String("leaf", "", "the octets of the leaf that is proved")
	output := flags.String("output", "", "what the receipt must speak of")
	now := flags.Int64("now", time.Now().Unix(), "a cosignature may be five minutes ahead of it")
	if err := flags.Parse(args[1:]); err != nil {
		return err
	}
	if flags.NArg() != 1 {
		return fmt.Errorf("one source, not %d", flags.NArg())
	}
	text, err := os.ReadFile(*policyFile)
	if err != nil {
		return err
	}
	policy, err := parsePolicy(string(text), *now)
	if err != nil {
		return fmt.Errorf("policy: %w", err)
	}
	switch args[0] {
	case "proof":
		return checkProof(policy, flags.Arg(0), *leaf)
	case "receipt":
		return checkReceipt(policy, flags.Arg(0), *output)
	default:
		return checkLog(policy, source{at: flags.Arg(0)}, *old)
	}
}
