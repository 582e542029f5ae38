// Package readme runs the Go code of README.md and README.zh.md against the fake
// platforms: what stands there compiles and does what it says. Its tests compare
// the two READMEs with each other and with the code here.
package readme
