//go:build race

package sqlexpr_test

// raceDetector tells that everything takes ten times as long.
const raceDetector = true
