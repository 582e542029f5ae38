//go:build !race

package kingdee

// raceDetector: memory and time are not those of a program.
const raceDetector = false
