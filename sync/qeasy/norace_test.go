//go:build !race

package qeasy_test

// slowness is by how much the race detector may slow the reader down.
const slowness = 1
