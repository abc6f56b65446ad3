// Greets whoever stands on stdin, on stdout, and says so on stderr.
package main

import (
	"bufio"
	"fmt"
	"os"
	"strings"
)

func main() {
	name, _ := bufio.NewReader(os.Stdin).ReadString('\n')
	name = strings.TrimSpace(name)
	if name == "" {
		name = "world"
	}
	fmt.Fprintln(os.Stderr, "greeting", name)
	fmt.Printf("Hello, %s!\n", name)
	if len(os.Args) > 1 && os.Args[1] == "fail" {
		os.Exit(7)
	}
}
