//go:build race

package main

import "time"

const (
	stride   = 13              // how many call positions lie between two that are tried
	patience = 2 * time.Second // time limit of an attempt
)
