//go:build !linux

package redisstore_test

import "os/exec"

// endWithParent: only Linux offers that.
func endWithParent(*exec.Cmd) {}
