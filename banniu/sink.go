package banniu

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
)

// UpdateConfig says how records become updates of tasks that are there.
type UpdateConfig[T any] struct {
	// TaskID is the task a record updates. Default: the record's key is its id. After a
	// crash it is asked with the key alone; where that does not do, it returns an error, and
	// a first write in doubt is held.
	TaskID func(duijiesync.Record[T]) (string, error)
	// Contents are the cells to set. Default: those of [Form.Encode] with Form. An error
	// makes the record a dead letter.
	Contents func(duijiesync.Record[T]) (Contents, error)
	// Form encodes values where Contents is not set; it names columns in plans.
	Form *Form
	// UserID is who changes; "" = the user of the application.
	UserID string
	// Rows is how many tasks one Write updates; 0 = [Config.BatchSize], which is the most.
	Rows int
	// SettleDelay is how long the platform may still work on a write whose answer was
	// lost; 0 = 15 s.
	SettleDelay time.Duration
}

// UpdateSink sets cells of tasks (task.batchUpdate, 批量更新工单), many in one call, with an
// outcome for each. A task that is not there is refused. Entries the platform's answer
// does not speak of are written again alone, which is harmless: cells are set, not added to.
// A refusal that lies in the setup, as a column that is gone, stops the run: before the first
// record is blamed, and again after a minute, the sink reads column.list and project.list.
type UpdateSink[T any] struct {
	project *Project
	cfg     UpdateConfig[T]
	setup   *setup
}

// NewUpdateSink makes a sink of updates.
func NewUpdateSink[T any](p *Project, cfg UpdateConfig[T]) (*UpdateSink[T], error) {
	const method = "task.batchUpdate"
	if err := p.check(method, true); err != nil {
		return nil, err
	}
	if cfg.Rows < 0 || cfg.Rows > p.client.cfg.batchSize() {
		return nil, invalid(method, fmt.Sprintf("Rows %d: the platform takes 1 to %d", cfg.Rows, p.client.cfg.batchSize()))
	}
	if cfg.TaskID == nil {
		cfg.TaskID = func(r duijiesync.Record[T]) (string, error) { return r.Key, nil }
	}
	if cfg.Contents == nil {
		if err := cfg.Form.encodable(reflect.TypeFor[T]()); err != nil {
			return nil, err // once, and not as a dead letter of each record
		}
		cfg.Contents = encodeWith[T](cfg.Form)
	}
	return &UpdateSink[T]{project: p, cfg: cfg, setup: &setup{}}, nil
}

func encodeWith[T any](form *Form) func(duijiesync.Record[T]) (Contents, error) {
	return func(r duijiesync.Record[T]) (Contents, error) { return form.Encode(r.Value) }
}

// Limits are the platform's: one call at a time.
func (s *UpdateSink[T]) Limits() duijiesync.Limits {
	return duijiesync.Limits{
		Rows: orInt(s.cfg.Rows, s.project.client.cfg.batchSize()), FindRows: min(100, s.project.client.cfg.listSize()), Lanes: 1,
		SettleDelay: orDuration(s.cfg.SettleDelay, settleDelay),
	}
}

func orDuration(d, def time.Duration) time.Duration {
	if d == 0 {
		return def
	}
	return d
}

// Write updates tasks. A record's refusal is its own.
func (s *UpdateSink[T]) Write(ctx context.Context, records []duijiesync.Record[T]) ([]duijiesync.Outcome, error) {
	out := make([]duijiesync.Outcome, len(records))
	var list []wish
	for i, rec := range records {
		id, err := s.cfg.TaskID(rec)
		if err == nil && !isID(id) {
			err = invalid("task.batchUpdate", fmt.Sprintf("%.60q is no task id", id))
		}
		w := wish{at: i, id: strings.Clone(id), target: id}
		if err == nil {
			w.contents, err = s.cfg.Contents(rec)
		}
		if err == nil {
			err = w.contents.check("task.batchUpdate")
		}
		if err != nil {
			out[i] = duijiesync.Outcome{Kind: duijiesync.OutcomeRefused, TargetID: rec.Target.ID, Code: "contents", Message: err.Error()}
			continue
		}
		list = append(list, w)
	}
	u := updater{project: s.project, setup: s.setup, user: s.cfg.UserID, out: out, alone: len(list) == len(records)}
	if err := u.write(ctx, list); err != nil {
		return nil, err
	}
	return out, nil
}

// Find reads the tasks and compares the cells a write would set.
func (s *UpdateSink[T]) Find(ctx context.Context, records []duijiesync.Record[T]) ([]duijiesync.Found, error) {
	out := make([]duijiesync.Found, len(records))
	ids := make([]string, len(records))
	var ask []string
	for i, rec := range records {
		id, err := s.cfg.TaskID(rec)
		if err != nil && rec.Target.KeyOnly && isID(rec.Target.ID) {
			id, err = rec.Target.ID, nil // what the ledger knows
		}
		switch {
		case err != nil && rec.Target.KeyOnly:
			out[i].Err = err // by its key alone nobody can tell
		case err == nil && isID(id):
			ids[i] = id
			if !slices.Contains(ask, id) {
				ask = append(ask, id)
			}
		} // else: Write refuses it
	}
	if len(ask) == 0 {
		return out, nil
	}
	tasks, err := s.project.tasksByID(ctx, ask)
	if err != nil {
		return nil, fmt.Errorf("banniu: look tasks up: %w", err)
	}
	for i, rec := range records {
		if row, there := tasks[ids[i]]; there && ids[i] != "" {
			out[i] = foundRow(row, rec.Target.KeyOnly, s.cfg.Form, func() (Contents, error) { return s.cfg.Contents(rec) })
		}
	}
	return out, nil
}

// ofRecord tells refusals that speak of what was sent.
func ofRecord(e *duijie.APIError) bool {
	if errors.Is(e, duijie.ErrRedirected) {
		return false
	}
	switch e.Class {
	case duijie.ClassRefused, duijie.ClassInvalid, duijie.ClassConflict, duijie.ClassNotFound:
		// A refusal by HTTP status alone comes from something before the platform.
		return e.StatusCode == 200
	}
	return false
}

// What the sink is to a pipeline.
var (
	_ duijiesync.Sink[any]   = (*UpdateSink[any])(nil)
	_ duijiesync.Finder[any] = (*UpdateSink[any])(nil)
	_ duijiesync.Limited     = (*UpdateSink[any])(nil)
)
