package main

import (
	"context"
	"sync"
	"time"

	"github.com/duijie-go/duijie/okki"
)

// How long the tree of groups is good, and how soon it is read again for a group it
// lacks.
const (
	treeAge   = 10 * time.Minute
	treeRetry = time.Minute
)

// groupNames looks names of product groups up in the tree of groups, which it keeps.
type groupNames struct {
	client *okki.Client

	mu   sync.Mutex // held while the tree is read: others wait for it instead of reading it too
	tree *okki.ProductGroupTree
	read time.Time
}

// of returns the name of the group at the top above a group, and its own; both are ""
// for no group and for one that is nowhere.
func (g *groupNames) of(ctx context.Context, id int64) (top, own string, err error) {
	if id == 0 {
		return "", "", nil
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	age := time.Since(g.read)
	known := false
	if g.tree != nil {
		_, known = g.tree.Get(id)
	}
	if g.tree == nil || age > treeAge || !known && age > treeRetry {
		tree, err := g.client.ProductGroups.Tree(ctx)
		if err != nil {
			return "", "", err
		}
		g.tree, g.read = tree, time.Now()
	}
	return g.tree.TopName(id), g.tree.Name(id), nil
}
