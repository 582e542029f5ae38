package platforms

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/banniu"
	"github.com/duijie-go/duijie/internal/wire"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/qeasy"
)

// taskSink is what the sinks of tasks are.
type taskSink interface {
	duijiesync.Sink[banniu.Contents]
	duijiesync.Finder[banniu.Contents]
	duijiesync.Limited
}

// banniuSink writes tasks. Its client's sink is made when it is first needed: what the
// columns of the sheet are is asked for then.
type banniuSink struct {
	half  *banniuTarget
	sheet *banniu.Project
	rows  int

	mu      sync.Mutex // guards what is below; not held while the platform is asked
	to      taskSink
	columns map[string]string // ids by what the document calls them
	read    time.Time         // when the columns were asked for
}

// columnsAge is how long an answer about the columns holds.
const columnsAge = 15 * time.Minute

// make makes the client's sink with a key column.
func (s *banniuSink) make(key string) (taskSink, error) {
	if !s.half.create {
		return banniu.NewUpdateSink(s.sheet, banniu.UpdateConfig[banniu.Contents]{
			Contents: contentsOfRecord, UserID: s.half.user, Rows: s.rows,
		})
	}
	return banniu.NewCreateSink(s.sheet, banniu.CreateConfig[banniu.Contents]{
		KeyColumn: key, Contents: contentsOfRecord, UserID: s.half.user, Rows: s.rows, ResendUnseen: s.half.connector.cfg.ResendUnseen,
	})
}

func contentsOfRecord(r duijiesync.Record[banniu.Contents]) (banniu.Contents, error) {
	return r.Value, nil
}

// Limits are those of the client's sink.
func (s *banniuSink) Limits() duijiesync.Limits {
	to, err := s.make(anyColumn)
	if err != nil {
		return duijiesync.Limits{Rows: s.rows, Lanes: 1}
	}
	l := to.Limits()
	l.Rows = min(s.rows, l.Rows)
	return l
}

// ready gives the client's sink and the ids of columns. Columns that can not be had, or that
// the sheet does not have, are no record's fault: the run stops.
func (s *banniuSink) ready(ctx context.Context) (taskSink, map[string]string, error) {
	s.mu.Lock()
	to, columns, fresh := s.to, s.columns, time.Since(s.read) < columnsAge
	s.mu.Unlock()
	asks := s.half.create || slices.ContainsFunc(s.half.columns, func(name string) bool { return !columnID(name) })
	if to != nil && (fresh || !asks) {
		return to, columns, nil
	}
	var form *banniu.Form
	if asks {
		var err error
		if form, err = s.sheet.Form(ctx); err != nil {
			return nil, nil, duijiesync.Stop(fmt.Errorf("duijie/sync/qeasy/platforms: the columns of sheet %s: %w", s.sheet.ID(), err))
		}
	}
	columns, key, err := s.half.resolve(form)
	if err == nil && to == nil {
		to, err = s.make(key)
	}
	if err != nil {
		return nil, nil, duijiesync.Stop(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.to == nil {
		s.to = to
	}
	s.columns, s.read = columns, time.Now()
	return s.to, s.columns, nil
}

// resolve gives the ids of the columns of contents, and that of the key column.
func (t *banniuTarget) resolve(form *banniu.Form) (ids map[string]string, key string, err error) {
	ids = map[string]string{}
	taken := map[string]string{}
	var errs []error
	for _, name := range t.columns {
		id, err := columnOf(form, name)
		if other, twice := taken[id]; err == nil && twice {
			err = fmt.Errorf("contents has column %s twice, as %s and as %s", id, other, name)
		}
		ids[name], taken[id] = id, name
		errs = append(errs, err)
	}
	switch {
	case t.key != "":
		key = ids[t.key]
	case t.own != "":
		key, err = columnOf(form, t.own)
		if name, twice := taken[key]; err == nil && twice {
			err = fmt.Errorf("column %s takes the records' keys (BanniuConfig.KeyColumn), and contents writes it as %s: call it the same in both", t.own, name)
		}
		errs = append(errs, err)
	}
	if key != "" {
		errs = append(errs, textColumn(form, key))
	}
	if err := errors.Join(errs...); err != nil {
		return nil, "", fmt.Errorf("duijie/sync/qeasy/platforms: %s: %w: %w", t.spec.API, err, duijie.ErrInvalid)
	}
	return ids, key, nil
}

// columnOf is the id of a column by its id or name.
func columnOf(form *banniu.Form, name string) (string, error) {
	if form == nil {
		return name, nil
	}
	c, ok := form.Column(name)
	switch {
	case !ok && columnID(name):
		return "", fmt.Errorf("the sheet has no column %s", name)
	case !ok:
		return "", fmt.Errorf("the sheet has no column called %q", name)
	case c.ID != name && slices.Contains(form.Duplicates(), strings.TrimSpace(name)):
		return "", fmt.Errorf("several columns are called %q: give the id of one", name)
	}
	return c.ID, nil
}

// textColumn refuses key columns whose cells would not come back as they were written.
func textColumn(form *banniu.Form, id string) error {
	c, ok := form.Column(id)
	if !ok {
		return nil // said already
	}
	text := fmt.Sprint(int(banniu.BehaviorText))
	if len(c.Options) > 0 || len(c.Related) > 0 || len(c.Sons) > 0 || c.Behavior != "" && c.Behavior != text {
		return fmt.Errorf("column %s (%s) holds the key and is no text column: keys would not come back as they were written", id, c.Name)
	}
	return nil
}

var (
	errNoContents = errors.New("the request has no contents to set")
	errEntries    = errors.New("data must have one entry for a record")
)

// onlyEntry is the one entry of a list, or the entry itself.
func onlyEntry(data json.RawMessage) (json.RawMessage, error) {
	if wire.First(data) != '[' {
		return data, nil
	}
	all := slices.Collect(wire.Elements(data))
	if len(all) != 1 {
		return nil, errEntries
	}
	return all[0], nil
}

// record is a write as the client's sink knows it: by the task's id, or by the key of
// its column.
func (s *banniuSink) record(rec *duijiesync.Record[qeasy.Write], columns map[string]string) (out duijiesync.Record[banniu.Contents], err error) {
	out = duijiesync.Record[banniu.Contents]{Version: rec.Version, Force: rec.Force, Target: rec.Target}
	entry, err := s.half.entry(rec.Value.Request)
	if err != nil {
		return out, err
	}
	if out.Value, err = banniuContents(entry, columns); err != nil {
		return out, err
	}
	switch {
	case !s.half.create:
		out.Key = textOf(entry, "task_id")
	case s.half.own != "":
		out.Key = rec.Key
	default:
		out.Key = out.Value[columns[s.half.key]]
	}
	if strings.TrimSpace(out.Key) == "" {
		return out, errNoNumber
	}
	return out, nil
}

// banniuContents are the cells of an entry by column id.
func banniuContents(entry json.RawMessage, columns map[string]string) (banniu.Contents, error) {
	cells, ok := member(entry, "contents")
	if !ok || wire.First(cells) != '{' {
		return nil, errNoContents
	}
	out := banniu.Contents{}
	for m := range wire.Walk(cells) {
		text, ok := scalar(m.Value)
		if !ok {
			text = string(m.Value) // sub-tables and attachments go as texts that hold JSON
		}
		id := columns[string(m.Key)]
		if id == "" {
			id = string(m.Key)
		}
		if wire.First(m.Value) != 'n' {
			out[id] = text
		}
	}
	if len(out) == 0 {
		return nil, errNoContents
	}
	return out, nil
}

// overlaps: two updates of one task set the same cell, so that only one of them could stay.
func overlaps(a, b banniu.Contents) bool {
	for id := range maps.Keys(a) {
		if _, both := b[id]; both {
			return true
		}
	}
	return false
}

// Write refuses records that name no task, those whose key another one of the call has, and
// those that set a cell of a task which another one of the call sets; the others go.
func (s *banniuSink) Write(ctx context.Context, records []duijiesync.Record[qeasy.Write]) ([]duijiesync.Outcome, error) {
	to, columns, err := s.ready(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]duijiesync.Outcome, len(records))
	var sent []duijiesync.Record[banniu.Contents]
	var at []int
	byTask := map[string][]banniu.Contents{}
	for i := range records {
		rec, err := s.record(&records[i], columns)
		for _, other := range byTask[rec.Key] {
			switch {
			case err != nil:
			case s.half.create:
				err = errors.New("another record of this call has the same key " + rec.Key + ": one would overwrite the other")
			case overlaps(rec.Value, other):
				err = errors.New("another record of this call sets the same cell of task " + rec.Key + ": one would overwrite the other")
			}
		}
		if err != nil {
			out[i] = duijiesync.Outcome{Kind: duijiesync.OutcomeRefused, TargetID: records[i].Target.ID, Code: "number", Message: err.Error()}
			continue
		}
		byTask[rec.Key] = append(byTask[rec.Key], rec.Value)
		sent, at = append(sent, rec), append(at, i)
	}
	if len(sent) == 0 {
		return out, nil
	}
	done, err := to.Write(ctx, sent)
	if err != nil && len(sent) < len(records) {
		return parted(out, at, err), nil
	}
	if err != nil {
		return nil, err
	}
	for n, o := range done {
		out[at[n]] = o
	}
	return out, nil
}

// Find looks tasks up. After a crash only keys are known: where they are what tasks are found
// by, it asks for them; else those that were new are called absent, and looked up by what is
// written before anything is sent for them.
func (s *banniuSink) Find(ctx context.Context, records []duijiesync.Record[qeasy.Write]) ([]duijiesync.Found, error) {
	to, columns, err := s.ready(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]duijiesync.Found, len(records))
	var asked []duijiesync.Record[banniu.Contents]
	var at []int
	for i := range records {
		var rec duijiesync.Record[banniu.Contents]
		switch id := records[i].Target.ID; {
		case records[i].Target.KeyOnly && s.half.byKey:
			rec = duijiesync.Record[banniu.Contents]{Key: records[i].Key, Target: records[i].Target}
		case records[i].Target.KeyOnly:
			if id != "" {
				out[i] = duijiesync.Found{Match: duijiesync.Exists, TargetID: id}
			}
			continue
		default:
			if rec, out[i].Err = s.record(&records[i], columns); out[i].Err != nil {
				continue
			}
		}
		asked, at = append(asked, rec), append(at, i)
	}
	if len(asked) == 0 {
		return out, nil
	}
	found, err := to.Find(ctx, asked)
	if err != nil {
		return nil, err
	}
	for n, f := range found {
		out[at[n]] = f
	}
	return out, nil
}

// What a banniuSink is to a pipeline.
var (
	_ duijiesync.Sink[qeasy.Write]   = (*banniuSink)(nil)
	_ duijiesync.Finder[qeasy.Write] = (*banniuSink)(nil)
	_ duijiesync.Limited             = (*banniuSink)(nil)
)
