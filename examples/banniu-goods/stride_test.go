//go:build !race

package main

import "time"

const (
	stride   = 7                      // how many call positions lie between two that are tried
	patience = 500 * time.Millisecond // time limit of an attempt
)
