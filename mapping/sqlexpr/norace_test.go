//go:build !race

package sqlexpr_test

const raceDetector = false
