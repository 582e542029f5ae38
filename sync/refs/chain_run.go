package refs

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// NodeReport says what became of one node.
type NodeReport struct {
	Name    string               `json:"name"`
	Report  *duijiesync.Report   `json:"report,omitempty"`  // of its pass; nil when it was not run
	Retries []*duijiesync.Report `json:"retries,omitempty"` // of the second pass
	Skipped bool                 `json:"skipped,omitempty"` // not run, because of a prerequisite or the context's end
	Err     error                `json:"-"`
	Error   string               `json:"error,omitempty"` // of Err
	Started time.Time            `json:"started"`
	Ended   time.Time            `json:"ended"`
}

// ChainReport says what became of every node, in an order in which they could
// run one by one.
type ChainReport struct {
	Nodes   []NodeReport `json:"nodes"`
	Started time.Time    `json:"started"`
	Ended   time.Time    `json:"ended"`
}

// Node returns the report of a node, nil when there is none of that name.
func (r *ChainReport) Node(name string) *NodeReport {
	for i := range r.Nodes {
		if r.Nodes[i].Name == name {
			return &r.Nodes[i]
		}
	}
	return nil
}

// Run runs every node once, and then a second time for records that still wait
// where another node created something meanwhile. The report is never nil; the
// error joins those of the nodes, each with its name. When ctx ends, nodes under
// way end as their pipelines do and no other is started.
func (c *Chain) Run(ctx context.Context) (*ChainReport, error) {
	r := &chainRun{Chain: c, rep: &ChainReport{Started: time.Now(), Nodes: make([]NodeReport, len(c.nodes))}}
	r.began, r.made = make([]int, len(c.nodes)), make([]int, len(c.nodes))
	for i, n := range c.nodes {
		r.rep.Nodes[i].Name = n.Name
	}
	r.first(ctx)
	r.second(ctx)
	r.rep.Ended = time.Now()
	var errs []error
	for i := range r.rep.Nodes {
		if n := &r.rep.Nodes[i]; n.Err != nil {
			n.Error = n.Err.Error()
			errs = append(errs, fmt.Errorf("duijie/sync/refs: node %q: %w", n.Name, n.Err))
		}
	}
	return r.rep, errors.Join(errs...)
}

// chainRun is one run of a chain. Only the goroutine of Run touches it.
type chainRun struct {
	*Chain
	rep *ChainReport
	// A clock that ticks with every start and every creation.
	tick        int
	began, made []int // when a node last began, and last was seen to have created something
}

type ended struct {
	place int
	rep   *duijiesync.Report
	err   error
}

// first runs every node, each once all it depends on have ended.
func (r *chainRun) first(ctx context.Context) {
	const (
		waiting = iota
		running
		over
	)
	state := make([]int, len(r.nodes))
	limit := r.Limit
	if limit <= 0 {
		limit = 4
	}
	done := make(chan ended)
	under := 0
	for {
		for i := range r.nodes {
			if state[i] != waiting || under >= limit {
				continue
			}
			ready := true
			for _, j := range r.after[i] {
				ready = ready && state[j] == over
			}
			if !ready {
				continue
			}
			if r.skips(ctx, i) {
				state[i] = over
				continue
			}
			state[i] = running
			under++
			r.tick++
			r.began[i] = r.tick
			r.rep.Nodes[i].Started = time.Now()
			go func() {
				rep, err := safely(ctx, r.nodes[i].Run)
				done <- ended{i, rep, err}
			}()
		}
		if under == 0 {
			return // the order has no circles, so nothing is left
		}
		e := <-done
		under--
		state[e.place] = over
		n := &r.rep.Nodes[e.place]
		n.Report, n.Err, n.Ended = e.rep, e.err, time.Now()
		r.note(e.place, e.rep)
	}
}

// skips notes a node that is not run. Nodes are visited in order, so what it
// depends on is settled.
func (r *chainRun) skips(ctx context.Context, place int) bool {
	n := &r.rep.Nodes[place]
	if ctx.Err() != nil {
		n.Skipped, n.Err = true, context.Cause(ctx)
		return true
	}
	if r.RunAfterFailure {
		return false
	}
	for _, j := range r.after[place] {
		if before := &r.rep.Nodes[j]; before.Err != nil {
			n.Skipped, n.Err = true, fmt.Errorf("%w: %q", ErrPrerequisite, before.Name)
			return true
		}
	}
	return false
}

// note remembers that a node created something.
func (r *chainRun) note(place int, rep *duijiesync.Report) {
	if rep != nil && rep.Created > 0 {
		r.tick++
		r.made[place] = r.tick
	}
}

// second tries waiting records again, in the order of the chain, as long as
// another node created something since the node last began.
func (r *chainRun) second(ctx context.Context) {
	for again := true; again; {
		again = false
		for i, n := range r.nodes {
			if n.Waiting == nil || n.Retry == nil || r.rep.Nodes[i].Err != nil || !r.news(i) || ctx.Err() != nil {
				continue
			}
			r.tick++
			r.began[i] = r.tick
			waits, err := n.Waiting(ctx)
			if err == nil && !waits {
				continue
			}
			var rep *duijiesync.Report
			if err == nil {
				rep, err = safely(ctx, n.Retry)
			}
			node := &r.rep.Nodes[i]
			node.Err, node.Ended = err, time.Now()
			if rep != nil {
				node.Retries = append(node.Retries, rep)
			}
			r.note(i, rep)
			again = true
		}
	}
}

// news tells whether another node created something since this one began.
func (r *chainRun) news(place int) bool {
	for j, at := range r.made {
		if j != place && at > r.began[place] {
			return true
		}
	}
	return false
}

// safely runs a node. A panic would end the process from its goroutine.
func safely(ctx context.Context, run func(context.Context) (*duijiesync.Report, error)) (rep *duijiesync.Report, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return run(ctx)
}
