package banniu

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
)

// CreateConfig says how records become tasks.
type CreateConfig[T any] struct {
	// KeyColumn holds the business key, by which a record's task is found: the name
	// (with Form) or id of a text column that nothing else writes. Required.
	KeyColumn string
	// Contents are the cells of the task; the key column is the sink's own. Default: those
	// of [Form.Encode] with Form. An error makes the record a dead letter.
	Contents func(duijiesync.Record[T]) (Contents, error)
	// Form names columns and encodes values where Contents is not set.
	Form *Form
	// UserID is who creates and changes; "" = the user of the application.
	UserID string
	// Rows is how many records one Write takes; 0 = 20. New ones are sent one by one.
	Rows int
	// SettleDelay is how long the platform may still work on a write whose answer was
	// lost; 0 = 15 s. A create that takes longer than seven times that may be sent twice.
	SettleDelay time.Duration
	// ResendUnseen sends a create again that the platform called a success (code 0)
	// without naming its task, and whose task no lookup finds in the end. Without it the record
	// is held for a person: the task is there, and the list may only be late.
	ResendUnseen bool
}

// CreateSink makes a task of each record (task.create, 创建工单) and updates it when the
// record changes. The platform has no unique columns and no key of the caller's: the
// sink writes the record's key into a column and finds the task by it (task.list with
// condition_column), so that a create whose answer was lost is looked up before
// anything is sent again. So is one whose answer does not name the task, which costs a
// call for each; where its task is not seen at last either, the record is held and never sent
// again (see ResendUnseen). Two tasks with one key are reported, never guessed about. A refusal that
// lies in the setup stops the run, as with [UpdateSink].
type CreateSink[T any] struct {
	project *Project
	cfg     CreateConfig[T]
	column  Column
	setup   *setup
	unseen  *unseen
}

// NewCreateSink makes a sink of tasks.
func NewCreateSink[T any](p *Project, cfg CreateConfig[T]) (*CreateSink[T], error) {
	const method = "task.create"
	if err := p.check(method, true); err != nil {
		return nil, err
	}
	if cfg.Rows < 0 || cfg.Rows > p.client.cfg.batchSize() {
		return nil, invalid(method, fmt.Sprintf("Rows %d: the platform takes 1 to %d", cfg.Rows, p.client.cfg.batchSize()))
	}
	s := &CreateSink[T]{project: p, cfg: cfg, column: Column{ID: cfg.KeyColumn}, setup: &setup{}, unseen: &unseen{}}
	if cfg.Form != nil {
		var ok bool
		if s.column, ok = cfg.Form.Column(cfg.KeyColumn); !ok {
			return nil, invalid(method, fmt.Sprintf("KeyColumn: the sheet has no column %q", cfg.KeyColumn))
		}
	}
	switch behavior := s.column.Behavior; {
	case !isID(s.column.ID):
		return nil, invalid(method, fmt.Sprintf("KeyColumn %q is no column id; a name needs the Form", cfg.KeyColumn))
	case s.column.choice(), behavior != "" && behavior != fmt.Sprint(int(BehaviorText)):
		return nil, invalid(method, "KeyColumn "+s.column.label()+" is no text column: keys would not come back as they were written")
	}
	if cfg.Contents == nil {
		if err := cfg.Form.encodable(reflect.TypeFor[T]()); err != nil {
			return nil, err // once, and not as a dead letter of each record
		}
		s.cfg.Contents = encodeWith[T](cfg.Form)
	}
	return s, nil
}

// Limits are the platform's: one call at a time.
func (s *CreateSink[T]) Limits() duijiesync.Limits {
	return duijiesync.Limits{Rows: orInt(s.cfg.Rows, min(20, s.project.client.cfg.batchSize())), FindRows: 20, Lanes: 1, SettleDelay: orDuration(s.cfg.SettleDelay, settleDelay)}
}

// Write updates the tasks that are known in one call and creates the others one by
// one. A record's refusal is its own.
func (s *CreateSink[T]) Write(ctx context.Context, records []duijiesync.Record[T]) ([]duijiesync.Outcome, error) {
	out := make([]duijiesync.Outcome, len(records))
	u := updater{project: s.project, setup: s.setup, user: s.cfg.UserID, out: out}
	var updates, creates []wish
	for i, rec := range records {
		w := wish{at: i, target: strings.Clone(rec.Target.ID)}
		var err error
		if w.contents, err = s.contents(rec); err == nil {
			w.id, err = s.known(ctx, rec)
		}
		switch {
		case err != nil && isRefusedHere(err):
			out[i] = duijiesync.Outcome{Kind: duijiesync.OutcomeRefused, TargetID: w.target, Code: "contents", Message: err.Error()}
		case err != nil:
			return nil, duijiesync.Stop(err) // nothing is written yet
		case w.id == "":
			creates = append(creates, w)
		default:
			updates = append(updates, w)
		}
	}
	u.alone = len(updates) == len(records)
	if err := u.write(ctx, updates); err != nil {
		return nil, err
	}
	u.began = u.began || len(updates) > 0
	for n, w := range creates {
		if err := s.create(ctx, w, records[w.at].Key, &out[w.at]); err != nil {
			if err = u.stopped(creates[n:], err); err != nil {
				return nil, err
			}
			break
		}
		u.began = true
	}
	return out, nil
}

// refusedHere is an error about the record itself, met before anything was sent.
type refusedHere struct{ error }

func (e refusedHere) Unwrap() error { return e.error }

func isRefusedHere(err error) bool {
	_, ok := errors.AsType[refusedHere](err)
	return ok
}

// contents are the cells of a record with its key.
func (s *CreateSink[T]) contents(rec duijiesync.Record[T]) (Contents, error) {
	if err := checkKey(rec.Key); err != nil {
		return nil, refusedHere{err}
	}
	c, err := s.cfg.Contents(rec)
	if err != nil {
		return nil, refusedHere{err}
	}
	c = maps.Clone(c)
	if c == nil {
		c = Contents{}
	}
	if own, there := c[s.column.ID]; there && own != "" && own != rec.Key {
		return nil, refusedHere{invalid("task.create", fmt.Sprintf("column %s holds the record's key, and the contents have another text for it", s.column.label()))}
	}
	c[s.column.ID] = strings.Clone(rec.Key)
	if err := c.check("task.create"); err != nil {
		return nil, refusedHere{err}
	}
	return c, nil
}

// known is the id of the task to update, "" for a new one.
func (s *CreateSink[T]) known(ctx context.Context, rec duijiesync.Record[T]) (string, error) {
	if rec.Target.ID == "" || isID(rec.Target.ID) {
		return strings.Clone(rec.Target.ID), nil
	}
	row, err := s.project.taskByKey(ctx, s.column, rec.Key)
	if _, unclear := errors.AsType[ambiguous](err); unclear {
		return "", refusedHere{err}
	}
	if err == nil && row == nil {
		err = refusedHere{invalid("task.update", "the task of this record is not there any more")}
	}
	return row.ID(), err
}

// create makes one task. An error speaks of no record.
func (s *CreateSink[T]) create(ctx context.Context, w wish, key string, out *duijiesync.Outcome) error {
	if s.unseen.has(key) { // all lookups are used up: one more, and then it is held
		*out = s.lookUp(ctx, key, "")
		s.unseen.note(key, *out, true)
		return nil
	}
	made, err := s.project.Create(ctx, w.contents, CreateOptions{UserID: s.cfg.UserID})
	o, known := outcomeOf(err, duijiesync.OutcomeCreated)
	if !known {
		return err
	}
	if o.Kind == duijiesync.OutcomeRefused {
		if err := s.setup.fault(ctx, s.project, err, w.contents); err != nil {
			return err
		}
	}
	if o.TargetID = made.TaskID; o.Kind == duijiesync.OutcomeCreated && !made.Named {
		o = s.lookUp(ctx, key, made.TaskID)
		if !s.cfg.ResendUnseen {
			s.unseen.note(key, o, false)
		}
	}
	*out = o
	return nil
}

// lookUp tells what became of a create whose answer does not name the task. A number in
// it that may be the task's id is believed where the task has the key: a list may show a
// fresh task late. Where the task is not to be seen yet, the outcome is unknown: the
// engine looks again later.
func (s *CreateSink[T]) lookUp(ctx context.Context, key, maybe string) duijiesync.Outcome {
	row, err := s.project.taskByKey(ctx, s.column, key)
	if id := row.ID(); err == nil && isID(id) {
		return duijiesync.Outcome{Kind: duijiesync.OutcomeCreated, TargetID: id}
	}
	_, unclear := errors.AsType[ambiguous](err)
	if maybe != "" && !unclear {
		if row, getErr := s.project.Get(ctx, maybe); getErr == nil && row.Text(s.column.ID) == key {
			return duijiesync.Outcome{Kind: duijiesync.OutcomeCreated, TargetID: maybe}
		}
	}
	o := duijiesync.Outcome{Kind: duijiesync.OutcomeUnknown, Message: "banniu: task.create: the answer names no task, and none has the key yet"}
	if err != nil {
		o.Message = "banniu: task.create: the answer names no task: " + err.Error()
	}
	return o
}

// Find looks tasks up by their key and compares the cells a write would set.
func (s *CreateSink[T]) Find(ctx context.Context, records []duijiesync.Record[T]) ([]duijiesync.Found, error) {
	out := make([]duijiesync.Found, len(records))
	for i, rec := range records {
		if checkKey(rec.Key) != nil {
			continue // no task has such a key: Write refuses it
		}
		row, err := s.project.taskByKey(ctx, s.column, rec.Key)
		_, unclear := errors.AsType[ambiguous](err)
		switch {
		case unclear:
			out[i].Err = err
		case err != nil:
			return nil, fmt.Errorf("banniu: look tasks up: %w", err)
		case row == nil:
			out[i].Err = s.unseen.given(rec.Key)
		default:
			s.unseen.forget(rec.Key)
			out[i] = foundRow(row, rec.Target.KeyOnly, s.cfg.Form, func() (Contents, error) { return s.contents(rec) })
		}
	}
	return out, nil
}

// checkKey refuses keys that a lookup might not find as they were written.
func checkKey(key string) error {
	const longest = 200
	bad := func(what string) error {
		return fmt.Errorf("banniu: key %.60q %s, so it could not be looked up again: %w", key, what, duijie.ErrInvalid)
	}
	switch {
	case key == "":
		return bad("is empty")
	case !utf8.ValidString(key):
		return bad("is not UTF-8")
	case strings.TrimSpace(key) != key:
		return bad("begins or ends with white space")
	case utf8.RuneCountInString(key) > longest:
		return bad(fmt.Sprintf("has more than %d characters", longest))
	case strings.ContainsFunc(key, unicode.IsControl):
		return bad("holds a control character")
	}
	return nil
}

// What the sink is to a pipeline.
var (
	_ duijiesync.Sink[any]   = (*CreateSink[any])(nil)
	_ duijiesync.Finder[any] = (*CreateSink[any])(nil)
	_ duijiesync.Limited     = (*CreateSink[any])(nil)
)
