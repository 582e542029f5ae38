package partition

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	stdsync "sync"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// ErrUnknown means that no pipeline of this name was added to the registry.
var ErrUnknown = errors.New("duijie/sync/partition: no such pipeline")

// Runner is a pipeline made for one partition; [Bind] makes one. Run and Replay
// are used by one goroutine at a time.
type Runner interface {
	// Scope is what it has in the State: Partition.Scope of the pipeline's name.
	Scope() duijiesync.Scope
	// Run is as Run of a pipeline, and ends cleanly with its context.
	Run(ctx context.Context) (*duijiesync.Report, error)
	// Replay is as Replay of a pipeline.
	Replay(ctx context.Context, q duijiesync.ReplayQuery) (*duijiesync.Report, error)
	// Close releases what was made for this runner.
	Close(ctx context.Context) error
}

// Factory makes the pipeline of one partition: with the tenant's connection, the
// entity's mapping, a source that reads the window. It is called for every slice,
// so it should share what is costly, and close with the runner only what is not
// shared. Secrets belong in here, never into a partition.
type Factory func(ctx context.Context, p Partition) (Runner, error)

// Planner lists the partitions a pipeline has now.
type Planner func(ctx context.Context) ([]Partition, error)

// Bind makes a pipeline the one of a partition: its name, which must be the one
// in the registry, becomes that of the partition's ledger, and its Partition that
// of the lease and checkpoint. p itself stays as it is.
func Bind[In, Out any](p *duijiesync.Pipeline[In, Out], part Partition) (Runner, error) {
	scope, err := part.Scope(p.Name)
	if err != nil {
		return nil, err
	}
	if p.Partition != "" {
		return nil, fmt.Errorf("%w: the pipeline is bound to partition %q already", ErrPartition, p.Partition)
	}
	bound := &bound[In, Out]{Pipeline: *p}
	bound.Name, bound.Partition = scope.Pipeline, scope.Partition
	return bound, nil
}

type bound[In, Out any] struct {
	duijiesync.Pipeline[In, Out]
}

func (b *bound[In, Out]) Scope() duijiesync.Scope {
	return duijiesync.Scope{Pipeline: b.Name, Partition: b.Partition}
}

// Registry knows pipelines by name. It is safe for concurrent use.
type Registry struct {
	mu        stdsync.RWMutex
	pipelines map[string]registered
}

type registered struct {
	factory Factory
	plan    Planner
}

// NewRegistry returns an empty registry.
func NewRegistry() *Registry { return &Registry{pipelines: map[string]registered{}} }

// Add adds a pipeline. Without a planner it is one partition, all of it. A name
// that is taken or can not be used is an ErrPartition.
func (r *Registry) Add(name string, factory Factory, plan Planner) error {
	if _, err := (Partition{}).Scope(name); err != nil {
		return err
	}
	if factory == nil {
		return fmt.Errorf("%w: %q has no factory", ErrPartition, name)
	}
	if plan == nil {
		plan = func(context.Context) ([]Partition, error) { return []Partition{{}}, nil }
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, taken := r.pipelines[name]; taken {
		return fmt.Errorf("%w: the name %q is taken", ErrPartition, name)
	}
	r.pipelines[name] = registered{factory, plan}
	return nil
}

// Names lists the pipelines in order.
func (r *Registry) Names() []string {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return slices.Sorted(maps.Keys(r.pipelines))
}

func (r *Registry) find(name string) (registered, error) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	p, ok := r.pipelines[name]
	if !ok {
		return p, fmt.Errorf("%w: %q", ErrUnknown, name)
	}
	return p, nil
}

// Plan lists the partitions a pipeline has now, each usable and none twice.
func (r *Registry) Plan(ctx context.Context, name string) (parts []Partition, err error) {
	p, err := r.find(name)
	if err != nil {
		return nil, err
	}
	defer caught("planner", &err)
	if parts, err = p.plan(ctx); err != nil {
		return nil, fmt.Errorf("duijie/sync/partition: plan %q: %w", name, err)
	}
	return parts, checkAll(name, parts)
}

// checkAll finds partitions that can not be used, or are there twice.
func checkAll(name string, parts []Partition) error {
	seen := make(map[duijiesync.Scope]bool, len(parts))
	for _, part := range parts {
		scope, err := part.Scope(name)
		switch {
		case err != nil:
			return &Error{name, part, err}
		case seen[scope]:
			return &Error{name, part, fmt.Errorf("%w: it is there twice", ErrPartition)}
		}
		seen[scope] = true
	}
	return nil
}

// open makes the runner of a partition and sees to it that it is that.
func (r *Registry) open(ctx context.Context, name string, part Partition) (runner Runner, err error) {
	p, err := r.find(name)
	if err != nil {
		return nil, err
	}
	scope, err := part.Scope(name)
	if err != nil {
		return nil, err
	}
	defer caught("factory", &err)
	runner, err = p.factory(ctx, part)
	if err != nil {
		return nil, fmt.Errorf("make its pipeline: %w", err)
	}
	if runner == nil {
		return nil, fmt.Errorf("%w: the factory made nothing", ErrScope)
	}
	if got := runner.Scope(); got != scope {
		err := fmt.Errorf("%w: it has pipeline %q, partition %q; expected %q, %q", ErrScope, got.Pipeline, got.Partition, scope.Pipeline, scope.Partition)
		return nil, errors.Join(err, runner.Close(ctx))
	}
	return runner, nil
}

// caught is deferred around the caller's code: a panic becomes its error.
func caught(who string, err *error) {
	if v := recover(); v != nil {
		*err = &panicError{who, v}
	}
}
