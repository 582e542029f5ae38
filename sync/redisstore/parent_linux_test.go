package redisstore_test

import (
	"os/exec"
	"syscall"
)

// endWithParent has a server end even where the tests are killed.
func endWithParent(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}
