//go:build !race

package main

import "time"

// stride is how many call positions of the list lie between two that are tried.
const stride = 2

// attempt is how long a call may take, and plays how many stories are played at the
// same time: a machine that is busy must not look like a platform that hangs.
const (
	attempt = 600 * time.Millisecond
	plays   = 8
)
