package dingtalk

import (
	"context"
	"fmt"

	"github.com/duijie-go/duijie"
)

// one is the only item of a list that can have at most one.
func one(ctx context.Context, l *List[Instance], matches func(Instance) bool) (*Instance, error) {
	var found *Instance
	for i, err := range l.All(ctx) {
		if err != nil {
			return nil, err
		}
		if !matches(i) || found != nil && found.ID == i.ID {
			continue
		}
		if found != nil {
			return nil, fmt.Errorf("dingtalk: instances %s and %s: %w", found.ID, i.ID, ErrAmbiguous)
		}
		found = &i
	}
	if found == nil {
		return nil, fmt.Errorf("dingtalk: no such instance, or the search does not show it yet: %w", duijie.ErrNotFound)
	}
	return found, nil
}

// FindForm is the instance of a plain form whose text component has exactly this
// value, duijie.ErrNotFound without one, [ErrAmbiguous] with more. A row just written may
// be missing for [IndexLag]: the search reads an index.
//
// Effect: read.
func (y *Yida) FindForm(ctx context.Context, formUUID, component, value string) (*Instance, error) {
	q := FormQuery{FormUUID: formUUID, Where: []Condition{TextIs(component, value)}, PageSize: findPage}
	return one(ctx, y.Forms(q), hasText(component, value))
}

// FindProcess is FindForm for an approval form.
//
// Effect: read.
func (y *Yida) FindProcess(ctx context.Context, formUUID, component, value string) (*Instance, error) {
	q := FormQuery{FormUUID: formUUID, Where: []Condition{TextIs(component, value)}, PageSize: findPage}
	return one(ctx, y.Processes(q), hasText(component, value))
}

const findPage = 10

// hasText is certain where a search is not: it may find parts of texts.
func hasText(component, value string) func(Instance) bool {
	return func(i Instance) bool { return i.Data.Text(component) == value }
}
