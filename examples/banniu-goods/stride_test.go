//go:build !race

package main

// stride is how many call positions lie between two that are tried.
const stride = 7
