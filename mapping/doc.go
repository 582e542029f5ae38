// Package mapping turns records of one system into records of another by a spec
// that is compiled once.
package mapping
