package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"runtime/pprof"
	"time"

	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/sqlstore/sqlite"
)

// task is what one client process does.
type task struct {
	Base string
	Kind kind
	// Lookup: the target is asked what it has before it is written to.
	Lookup  bool
	State   string // file of the pipeline's SQLite state, "" for memory
	Lanes   int    // writes at a time
	Page    int    // records a page, 0 = 100
	Told    float64
	Retries int // of the hand-written loop
	// OneByOne: the hand-written loop parts refused writes row by row.
	OneByOne bool
	// CPUProfile or MemProfile is a file to write a profile to.
	CPUProfile, MemProfile string
}

// kind says who does the task.
type kind string

const (
	pipeline     kind = "pipeline"
	handSerial   kind = "hand-written, serial"
	handPrefetch kind = "hand-written, reading ahead"
	handParallel kind = "hand-written, parallel"
)

// result is what one task cost and came to.
type result struct {
	CPU, Wall time.Duration
	Allocs    int64
	Bytes     int64 // allocated
	HeapPeak  int64 // of the heap in use
	RSSBase   int64 // high-water mark of resident memory when the task began
	RSSPeak   int64 // and when it ended
	Report    *duijiesync.Report
	Refused   int    // rows, by the hand-written loop
	Error     string // the task went on as far as it could
}

// runTask is the whole life of a client process.
func runTask(text string, out io.Writer) error {
	var t task
	if err := json.Unmarshal([]byte(text), &t); err != nil {
		return err
	}
	res, err := t.measured(context.Background())
	if err != nil {
		return err
	}
	return json.NewEncoder(out).Encode(res)
}

// measured does the task and measures what this process spends on it.
func (t *task) measured(ctx context.Context) (*result, error) {
	work, closing, err := t.prepare(ctx)
	if err != nil {
		return nil, err
	}
	stop, err := t.profile()
	if err != nil {
		return nil, err
	}
	res := &result{RSSBase: residentPeak()}
	runtime.GC()
	heap := watchHeap()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	cpu, begin := cpuTime(), time.Now()
	err = work(res)
	res.Wall, res.CPU = time.Since(begin), cpuTime()-cpu
	runtime.ReadMemStats(&after)
	res.HeapPeak, res.RSSPeak = heap(), residentPeak()
	res.Allocs, res.Bytes = int64(after.Mallocs-before.Mallocs), int64(after.TotalAlloc-before.TotalAlloc) //nolint:gosec // far below 2^63
	if err != nil {
		res.Error = err.Error()
	}
	return res, errors.Join(stop(), closing())
}

// prepare makes what the task needs and returns its work.
func (t *task) prepare(ctx context.Context) (work func(*result) error, closing func() error, err error) {
	if t.Page == 0 {
		t.Page = pageRows
	}
	if t.Kind != pipeline {
		l := newLoop(t.Base)
		l.page, l.lookup, l.retries, l.oneByOne = t.Page, t.Lookup, t.Retries, t.OneByOne
		run := map[kind]func() error{
			handSerial:   func() error { return l.serial(ctx) },
			handPrefetch: func() error { return l.prefetching(ctx) },
			handParallel: func() error { return l.parallel(ctx, t.Lanes) },
		}[t.Kind]
		return func(res *result) error {
			err := run()
			res.Refused = l.refused
			return err
		}, func() error { return nil }, nil
	}
	c, err := newClient(t.Base, t.Told)
	if err != nil {
		return nil, nil, err
	}
	state, closing := duijiesync.NewMemoryState(), func() error { return nil }
	if t.State != "" {
		file, err := sqlite.Open(ctx, t.State)
		if err != nil {
			return nil, nil, err
		}
		state, closing = file, file.Close
	}
	p := &duijiesync.Pipeline[Order, Doc]{
		Name: "bench", Source: &orders{c, t.Page}, Transform: transform, Sink: newSink(c, max(t.Lanes, 1), t.Lookup), State: state,
	}
	return func(res *result) (err error) {
		res.Report, err = p.Run(ctx)
		return err
	}, closing, nil
}

// profile starts the profile that is wanted.
func (t *task) profile() (stop func() error, err error) {
	if t.MemProfile != "" {
		runtime.MemProfileRate = 512
		return func() error {
			file, err := os.Create(t.MemProfile)
			if err != nil {
				return err
			}
			return errors.Join(pprof.Lookup("allocs").WriteTo(file, 0), file.Close())
		}, nil
	}
	if t.CPUProfile == "" {
		return func() error { return nil }, nil
	}
	file, err := os.Create(t.CPUProfile)
	if err != nil {
		return nil, err
	}
	if err := pprof.StartCPUProfile(file); err != nil {
		return nil, err
	}
	return func() error {
		pprof.StopCPUProfile()
		return file.Close()
	}, nil
}

// self starts this program again in a role.
func self(ctx context.Context, role, text string) (*exec.Cmd, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, program) //nolint:gosec // this program itself
	cmd.Env = append(os.Environ(), role+"="+text)
	cmd.Stderr = os.Stderr
	return cmd, nil
}

// withServer starts a server process, calls use with its address and returns
// what the server counted.
func withServer(ctx context.Context, cfg serverConfig, use func(base string) error) (stats serverStats, err error) {
	text, err := json.Marshal(cfg)
	if err != nil {
		return stats, err
	}
	cmd, err := self(ctx, serverEnv, string(text))
	if err != nil {
		return stats, err
	}
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return stats, err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return stats, err
	}
	if err := cmd.Start(); err != nil {
		return stats, err
	}
	defer func() {
		_ = stdin.Close()
		err = errors.Join(err, cmd.Wait())
	}()
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		return stats, fmt.Errorf("the server did not start: %w", err)
	}
	base := line[:len(line)-1]
	if err := use(base); err != nil {
		return stats, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/stats", http.NoBody)
	if err != nil {
		return stats, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return stats, err
	}
	defer func() { _ = resp.Body.Close() }()
	return stats, json.NewDecoder(resp.Body).Decode(&stats)
}

// do runs the task in a process of its own against a new server.
func (t task) do(ctx context.Context, cfg serverConfig) (*result, serverStats, error) {
	var res result
	stats, err := withServer(ctx, cfg, func(base string) error {
		t.Base = base
		text, err := json.Marshal(t)
		if err != nil {
			return err
		}
		cmd, err := self(ctx, clientEnv, string(text))
		if err != nil {
			return err
		}
		out, err := cmd.Output()
		if err != nil {
			return fmt.Errorf("%s: %w", t.Kind, err)
		}
		return json.Unmarshal(out, &res)
	})
	return &res, stats, err
}
