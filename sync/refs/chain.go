package refs

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// Errors of a [Chain].
var (
	// ErrCycle: nodes wait for each other. It comes as a [CycleError].
	ErrCycle = errors.New("duijie/sync/refs: the pipelines depend on each other in a circle")
	// ErrUnknownNode: a node names a prerequisite that is not in the chain.
	ErrUnknownNode = errors.New("duijie/sync/refs: unknown prerequisite")
	// ErrPrerequisite: a node was not run, because one it depends on failed.
	ErrPrerequisite = errors.New("duijie/sync/refs: not run, because a prerequisite failed")
)

// CycleError lists nodes of which each depends on the next, the last on the
// first. It matches [ErrCycle].
type CycleError struct{ Nodes []string }

// Error lists the circle.
func (e *CycleError) Error() string {
	return fmt.Sprintf("%v: %s; take one of these dependencies out, records then wait for each other and the second pass brings them in",
		ErrCycle, strings.Join(append(slices.Clone(e.Nodes), e.Nodes[0]), " → "))
}

// Is matches ErrCycle.
func (e *CycleError) Is(target error) bool { return target == ErrCycle }

// Node is one pipeline of a chain.
type Node struct {
	Name  string
	After []string // nodes that must have run before
	// Run makes one pass.
	Run func(ctx context.Context) (*duijiesync.Report, error)
	// Waiting tells whether records of the node wait for something they refer
	// to; Retry tries those again. nil: the node has no second pass.
	Waiting func(ctx context.Context) (bool, error)
	Retry   func(ctx context.Context) (*duijiesync.Report, error)
}

// Pipeline is the node of a pipeline, named as it is, with "/" and its
// partition where it has one.
func Pipeline[In, Out any](p *duijiesync.Pipeline[In, Out], after ...string) Node {
	name := p.Name
	if p.Partition != "" {
		name += "/" + p.Partition
	}
	return Node{
		Name: name, After: after, Run: p.Run,
		Waiting: func(ctx context.Context) (bool, error) {
			letters, err := p.DeadLetters(ctx, duijiesync.DeadLetterQuery{
				Reason: duijiesync.DeadWaiting, Partition: &p.Partition, Limit: 1,
			})
			return len(letters) > 0, err
		},
		Retry: func(ctx context.Context) (*duijiesync.Report, error) {
			return p.Replay(ctx, duijiesync.ReplayQuery{Reason: duijiesync.DeadWaiting})
		},
	}
}

// PipelineWithin is [Pipeline] with an end to patience: after each pass, what
// has waited longer than age is refused, see [RefuseWaiting].
func PipelineWithin[In, Out any](age time.Duration, p *duijiesync.Pipeline[In, Out], after ...string) Node {
	n := Pipeline(p, after...)
	refuse := func(pass func(context.Context) (*duijiesync.Report, error)) func(context.Context) (*duijiesync.Report, error) {
		return func(ctx context.Context) (*duijiesync.Report, error) {
			rep, err := pass(ctx)
			if err != nil {
				return rep, err
			}
			_, err = RefuseWaiting(ctx, p.State, duijiesync.Scope{Pipeline: p.Name, Partition: p.Partition}, age)
			return rep, err
		}
	}
	n.Run, n.Retry = refuse(n.Run), refuse(n.Retry)
	return n
}

// Chain runs pipelines in the order of their dependencies, those that do not
// depend on each other side by side. Make it with [NewChain]; the fields may be
// set before Run.
type Chain struct {
	// Limit is how many run at the same time. Default 4.
	Limit int
	// RunAfterFailure runs a node also when one it depends on failed: its records
	// then wait for what is missing. Default: it is skipped.
	RunAfterFailure bool

	nodes []Node  // in an order in which they could run
	after [][]int // places of the prerequisites of each
}

// NewChain puts a chain together. Nodes that run in a circle give a
// [CycleError], a prerequisite nobody is gives ErrUnknownNode, and a node without
// name or Run, or named twice, ErrOptions.
func NewChain(nodes ...Node) (*Chain, error) {
	place := make(map[string]int, len(nodes))
	for i, n := range nodes {
		if n.Name == "" || n.Run == nil {
			return nil, fmt.Errorf("%w: node %d (%q) needs a Name and a Run", ErrOptions, i+1, n.Name)
		}
		if _, twice := place[n.Name]; twice {
			return nil, fmt.Errorf("%w: two nodes are named %q", ErrOptions, n.Name)
		}
		place[n.Name] = i
	}
	for _, n := range nodes {
		for _, name := range n.After {
			if _, ok := place[name]; !ok {
				return nil, fmt.Errorf("%w: %q comes after %q, which is not in the chain", ErrUnknownNode, n.Name, name)
			}
		}
	}
	order, err := sortNodes(nodes, place)
	if err != nil {
		return nil, err
	}
	c := &Chain{}
	moved := make(map[string]int, len(nodes))
	for i, from := range order {
		moved[nodes[from].Name] = i
		c.nodes = append(c.nodes, nodes[from])
	}
	for _, n := range c.nodes {
		var before []int
		for _, name := range n.After {
			before = append(before, moved[name])
		}
		c.after = append(c.after, before)
	}
	return c, nil
}

// sortNodes orders nodes so that each comes after its prerequisites, and
// otherwise as they were given.
func sortNodes(nodes []Node, place map[string]int) (order []int, err error) {
	const (
		fresh = iota
		open
		closed
	)
	state := make([]int, len(nodes))
	var path []int
	var visit func(i int) error
	visit = func(i int) error {
		switch state[i] {
		case closed:
			return nil
		case open:
			var names []string
			for _, j := range path[slices.Index(path, i):] {
				names = append(names, nodes[j].Name)
			}
			return &CycleError{Nodes: names}
		}
		state[i] = open
		path = append(path, i)
		for _, name := range nodes[i].After {
			if err := visit(place[name]); err != nil {
				return err
			}
		}
		path = path[:len(path)-1]
		state[i] = closed
		order = append(order, i)
		return nil
	}
	for i := range nodes {
		if err := visit(i); err != nil {
			return nil, err
		}
	}
	return order, nil
}
