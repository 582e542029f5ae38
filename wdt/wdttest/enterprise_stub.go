package wdttest

import "strings"

// isScript tells whether a name is a script of the enterprise edition.
func isScript(name string) bool { return strings.HasSuffix(name, ".php") }
