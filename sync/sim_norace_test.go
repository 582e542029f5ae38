//go:build !race

package sync_test

// How many worlds a plain `go test` lives through.
const (
	simSeeds    = 2000
	replaySeeds = 200
)
