//go:build !race

package main

import "time"

// stride is how many call positions of the matrix lie between two that are tried.
const stride = 2

// stalled is how long an attempt of the matrix waits for a server that stalls.
const stalled = 600 * time.Millisecond
