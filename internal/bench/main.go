package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"runtime"
	"time"
)

func main() {
	if status, was := child(); was {
		os.Exit(status)
	}
	run := flag.String("run", ".", "regexp of the cases to run")
	dir := flag.String("dir", "", "folder for state files, kept and used again; default: a temporary one")
	profile := flag.String("profile", "", "folder to write CPU and allocation profiles of the cost case to")
	flag.Parse()
	if err := compare(*run, *dir, *profile); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// benchCase is one part of the comparison.
type benchCase struct {
	name string
	run  func(ctx context.Context, b *bench) error
}

// cases in the order they run: memory leaves a ledger of a million rows to cost.
var cases = []benchCase{
	{"memory", memoryCase}, {"cost", costCase}, {"latency", latencyCase}, {"limit", limitCase},
	{"lost", lostCase}, {"silent", silentCase}, {"poison", poisonCase},
}

func compare(pattern, dir, profile string) (err error) {
	wanted, err := regexp.Compile(pattern)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if dir == "" {
		if dir, err = os.MkdirTemp("", "duijie-bench"); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	}
	b := &bench{dir: dir, profiles: profile, records: 20_000, rounds: 5, log: os.Stderr}
	if file := filepath.Join(dir, millionFile); fileExists(file) {
		b.million = file
	}
	for _, c := range cases {
		if !wanted.MatchString(c.name) {
			continue
		}
		begin := time.Now()
		if err := c.run(ctx, b); err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		b.logf("%s: %.0f s", c.name, time.Since(begin).Seconds())
	}
	fmt.Printf("%s, %s/%s, %d cores\n\n", runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU())
	b.print(os.Stdout)
	return errors.Join(b.failures...)
}

func fileExists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
