//go:build race

package main

// stride is how many call positions of the list lie between two that are tried.
const stride = 5
