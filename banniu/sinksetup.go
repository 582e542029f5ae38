package banniu

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
)

// setup tells a sink whether a refusal lies in a record or in what all records share.
// The platform publishes no codes, so it is asked: a sheet whose columns are not to be
// had, that lacks a column which is written, or that belongs to another app than the one
// that was set, takes no record at all.
type setup struct {
	mu      sync.Mutex // guards all below; not held while the platform is asked
	read    time.Time
	columns map[string]bool
}

// setupAge is how long an answer about the setup holds.
const setupAge = time.Minute

// fault is the error that stops a run whose setup is at fault, nil where a refusal of
// these contents must lie in their record.
func (s *setup) fault(ctx context.Context, p *Project, refusal error, written ...Contents) error {
	columns, err := s.known(ctx, p)
	if err != nil {
		return duijiesync.Stop(fmt.Errorf("%w: %w", err, refusal))
	}
	missing := map[string]bool{}
	for _, c := range written {
		for id := range c {
			if columns != nil && !columns[id] && !slices.Contains(builtIn, id) {
				missing[id] = true
			}
		}
	}
	if len(missing) > 0 {
		return duijiesync.Stop(fmt.Errorf("banniu: sheet %s has no column %s: %w", p.id, strings.Join(slices.Sorted(maps.Keys(missing)), ", "), refusal))
	}
	return nil
}

// known are the columns of the sheet, nil where its list can not be read for another
// reason than the setup.
func (s *setup) known(ctx context.Context, p *Project) (map[string]bool, error) {
	s.mu.Lock()
	columns, fresh := s.columns, time.Since(s.read) < setupAge
	s.mu.Unlock()
	if fresh {
		return columns, nil
	}
	list, err := p.Columns(ctx)
	switch {
	case errors.Is(err, duijie.ErrMalformedAnswer):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("banniu: a write was refused, and the columns of sheet %s are not to be had: %w", p.id, err)
	}
	columns = map[string]bool{}
	for _, c := range list {
		columns[c.ID] = true
	}
	if err := otherApp(ctx, p); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.columns, s.read = columns, time.Now()
	return columns, nil
}

// otherApp is an error where the list of sheets says surely that the sheet belongs to
// another app. Not every application may read that list, and its fields are not published.
func otherApp(ctx context.Context, p *Project) error {
	sheets, err := p.client.Projects(ctx)
	if err != nil {
		return ctx.Err()
	}
	for _, sheet := range sheets {
		if sheet.ID == p.id && isID(sheet.AppID) && sheet.AppID != p.appID {
			return fmt.Errorf("banniu: sheet %s belongs to app %s, set is app %s (BANNIU_APP_ID)", p.id, sheet.AppID, p.appID)
		}
	}
	return nil
}
