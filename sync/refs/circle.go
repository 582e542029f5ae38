package refs

import (
	"context"
	"sync"
)

// innermost is the resolver whose creation a context belongs to.
type innermost struct{}

// waitsFor says which resolver's creation waits for which other's, over the
// whole process: two kinds that refer to each other must not wait in a circle.
var waitsFor = waitGraph{edges: map[any]map[any]int{}}

type waitGraph struct {
	mu    sync.Mutex
	edges map[any]map[any]int
}

// enter notes that from waits for to, unless to waits for from already.
func (g *waitGraph) enter(from, to any) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	seen := map[any]bool{}
	var reaches func(at any) bool
	reaches = func(at any) bool {
		if at == from {
			return true
		}
		if seen[at] {
			return false
		}
		seen[at] = true
		for next := range g.edges[at] {
			if reaches(next) {
				return true
			}
		}
		return false
	}
	if reaches(to) {
		return false
	}
	if g.edges[from] == nil {
		g.edges[from] = map[any]int{}
	}
	g.edges[from][to]++
	return true
}

func (g *waitGraph) leave(from, to any) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.edges[from][to]--; g.edges[from][to] == 0 {
		delete(g.edges[from], to)
	}
	if len(g.edges[from]) == 0 {
		delete(g.edges, from)
	}
}

// createFor has missing keys created. Within another resolver's creation that
// this one's waits for, it creates nothing, and the keys stay missing for now.
func (r *Resolver[V]) createFor(ctx context.Context, missing []string) (map[string]answer[V], error) {
	if outer := ctx.Value(innermost{}); outer != nil {
		if !waitsFor.enter(outer, r) {
			return nil, nil
		}
		defer waitsFor.leave(outer, r)
	}
	return r.creates.all(ctx, missing)
}
