package platforms

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/duijie-go/duijie/internal/wire"
	"github.com/duijie-go/duijie/mapping"
	"github.com/duijie-go/duijie/mapping/lookup"
	"github.com/duijie-go/duijie/okki"
)

// How long the tree of groups is good, and how soon it is read again for a group it lacks.
const (
	okkiTreeAge   = 10 * time.Minute
	okkiTreeRetry = time.Minute
)

// OKKIGroups looks up product groups (产品分组) for schemes: bind it in Config.Lookups to any
// name, and give a field the value
//
//	_findCollection find top_name from okki-groups where id={group_id}
//
// A record of it has id, name, parent_id, layer, and of the group at the top above it (一级分组)
// top_id and top_name, which are its own where it is at the top. The tree is read once,
// again after ten minutes, and after one for a group it lacks.
func OKKIGroups(c *okki.Client) mapping.Lookup { return &okkiGroups{client: c} }

type okkiGroups struct {
	client *okki.Client

	mu     sync.Mutex // held while the tree is read: others wait for it
	groups *lookup.Collection
	read   time.Time
}

// okkiGroup is a group as a stored record has it.
type okkiGroup struct {
	ID       int64  `json:"id"`
	Name     string `json:"name"`
	ParentID int64  `json:"parent_id"`
	Layer    int    `json:"layer"`
	TopID    int64  `json:"top_id"`
	TopName  string `json:"top_name"`
}

// Find answers from the tree.
func (g *okkiGroups) Find(ctx context.Context, queries []mapping.Query) ([]mapping.Answer, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.groups == nil || time.Since(g.read) > okkiTreeAge {
		if err := g.load(ctx); err != nil {
			return nil, err
		}
	}
	answers, err := g.groups.Find(ctx, queries)
	if err != nil || time.Since(g.read) <= okkiTreeRetry || !slices.ContainsFunc(answers, func(a mapping.Answer) bool { return len(a.Values) == 0 }) {
		return answers, err
	}
	if err := g.load(ctx); err != nil {
		return nil, err
	}
	return g.groups.Find(ctx, queries)
}

// load reads the tree.
func (g *okkiGroups) load(ctx context.Context) error {
	list, err := g.client.ProductGroups.List(ctx)
	if err != nil {
		return fmt.Errorf("duijie/sync/qeasy/platforms: the product groups: %w", err)
	}
	tree := okki.NewProductGroupTree(list)
	var records []json.RawMessage
	var add func([]okki.ProductGroup) error
	add = func(groups []okki.ProductGroup) error {
		for i := range groups {
			path := tree.Path(groups[i].ID)
			if len(path) == 0 {
				continue
			}
			one := path[len(path)-1]
			raw, err := wire.Marshal(map[string]okkiGroup{"content": {one.ID, one.Name, one.ParentID, len(path), path[0].ID, path[0].Name}})
			if err != nil {
				return err
			}
			records = append(records, raw)
			if err := add(groups[i].Node); err != nil {
				return err
			}
		}
		return nil
	}
	if err := add(list); err != nil {
		return err
	}
	groups, err := lookup.NewCollection(records...)
	if err != nil {
		return err
	}
	g.groups, g.read = groups, time.Now()
	return nil
}
