// Command bench compares the sync engine with hand-written loops over HTTP, in
// one run and on the same server, and prints the table of docs/benchmarks.md.
//
//	go run ./internal/bench            all cases, about six minutes
//	go run ./internal/bench -run cost  those whose name matches
//
// The server and every client that is measured are processes of their own (this
// program started again), so that a figure is what one client costs. The server
// counts every copy of every row: the cases about lost answers, silent faults
// and poison rows fail the run when a single row is missing or there twice. The
// cases about speed only report.
package main
