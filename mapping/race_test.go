//go:build race

package mapping

// slower is by how much the race detector slows everything down.
const slower = 10
