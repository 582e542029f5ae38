//go:build race

package sync_test

// The race detector makes worlds about ten times slower, and shuffles the order of
// goroutines on purpose: other worlds, but none that comes a second time.
const (
	simSeeds    = 200
	replaySeeds = 0
)
