package platforms

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/banniu"
	"github.com/duijie-go/duijie/internal/wire"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/qeasy"
)

// Banniu joins 班牛 to schemes: task.list as a source, whose rows are tasks by the ids
// of their columns ("-1" is the task's own), and task.update as a target, whose request
// is task_id and contents by column id. A project_id the document names is the sheet;
// else it is the client's.
func Banniu(c *banniu.Client) qeasy.Connector { return banniuConnector{c} }

type banniuConnector struct{ client *banniu.Client }

const (
	banniuList   = "task.list"
	banniuUpdate = "task.update"
)

// APIs lists the two methods it knows.
func (banniuConnector) APIs() []string { return []string{banniuList, banniuUpdate} }

// Match compares names exactly.
func (banniuConnector) Match(side qeasy.Side, api string) bool {
	return side == qeasy.SideSource && api == banniuList || side == qeasy.SideTarget && api == banniuUpdate
}

// banniuCommon are parameters the client puts in itself.
var banniuCommon = []string{"app_key", "access_token", "timestamp", "sign", "method", "format", "v"}

// Source reads the tasks of a sheet by the time they were made: the platform has no filter
// on modification time.
func (b banniuConnector) Source(spec *qeasy.SourceSpec) (duijiesync.Source[json.RawMessage], []qeasy.Note, error) {
	var f findings
	project, app := "", ""
	cfg := banniu.SourceConfig[json.RawMessage]{Key: rowKey(spec)}
	fixedDays := [2]string{}
	for _, list := range [][]qeasy.Field{spec.Fields, spec.Other} {
		for i := range list {
			field := &list[i]
			text, fixed := field.Constant()
			switch field.Name {
			case "project_id":
				project = f.constant(field, text, fixed)
			case "app_id":
				app = f.constant(field, text, fixed)
			case "page_size", "page_num":
				f.note(field.Path, field.Name, "taken over: the client pages until an empty page")
			case "star_created", "end_created":
				if fixed {
					fixedDays[slices.Index([]string{"star_created", "end_created"}, field.Name)] = text
				}
			case "status", "task_status":
				cfg.Query.Status = banniu.TaskStatus(f.constant(field, text, fixed))
			default:
				f.unknownParameter(field, banniuCommon)
			}
		}
	}
	taken := bounds(spec, "star_created", "end_created")
	if spec.Window != nil && !taken {
		f.bad("/request", "", qeasy.CodeUnsupportedMember, "the window of task.list begins at LAST_SYNC_TIME in star_created and ends at CURRENT_TIME in end_created")
	}
	if err := f.err(); err != nil {
		return nil, nil, err
	}
	sheet := b.client.Project(project, app)
	if taken {
		cfg.Start, cfg.Overlap = spec.Since.Add(spec.Window.Start.Offset), max(spec.Lookback(), time.Second)
		f.note(spec.Window.Start.Path, "star_created", "taken over: closed days of creation times, overlapping by %s; a task that changes later is not read again", cfg.Overlap)
	}
	if fixedDays[0] != "" || fixedDays[1] != "" {
		src, err := b.days(sheet, spec, cfg, fixedDays)
		f.note("/request", "", "each pull reads the days the request names; the ledger passes what is new or changed")
		return src, f.notes, err
	}
	if !taken {
		cfg.Full = true
		f.note("/request", "", "each pull reads the whole sheet; the ledger passes what is new or changed")
	}
	src, err := banniu.NewSource(sheet, cfg)
	if err != nil {
		return nil, nil, err
	}
	return rawSource[json.RawMessage]{from: src}, f.notes, nil
}

// days is a source of the tasks made in a stretch of time that is written down.
func (b banniuConnector) days(sheet *banniu.Project, spec *qeasy.SourceSpec, cfg banniu.SourceConfig[json.RawMessage], bounds [2]string) (duijiesync.Source[json.RawMessage], error) {
	q := cfg.Query
	for i, to := range []*time.Time{&q.CreatedFrom, &q.CreatedTo} {
		t, err := duijie.ParseTimeIn(bounds[i], spec.Zone)
		if err != nil {
			return nil, fmt.Errorf("duijie/sync/qeasy/platforms: task.list: %w", err)
		}
		*to = t.Time
	}
	if q.CreatedFrom.IsZero() {
		return nil, fmt.Errorf("duijie/sync/qeasy/platforms: task.list: star_created is missing: %w", duijie.ErrInvalid)
	}
	key := rowKey(spec)
	return duijiesync.SourceFunc[json.RawMessage](func(ctx context.Context, _ duijiesync.Checkpoint) iter.Seq2[duijiesync.Batch[json.RawMessage], error] {
		return func(yield func(duijiesync.Batch[json.RawMessage], error) bool) {
			var batch duijiesync.Batch[json.RawMessage]
			for row, err := range sheet.All(ctx, q) {
				var raw json.RawMessage
				if err == nil {
					raw, err = wire.Marshal(row)
				}
				if err != nil {
					yield(duijiesync.Batch[json.RawMessage]{}, err)
					return
				}
				rec := duijiesync.Record[json.RawMessage]{Key: row.ID(), Value: raw, Raw: raw}
				if key != nil {
					rec.Key = key(raw)
				}
				batch.Records = append(batch.Records, rec)
				if len(batch.Records) == 100 {
					if !yield(batch, nil) {
						return
					}
					batch = duijiesync.Batch[json.RawMessage]{}
				}
			}
			if len(batch.Records) > 0 {
				yield(batch, nil)
			}
		}
	}), nil
}

// Sink sets cells of tasks. Setting a cell twice is harmless, so lost answers are no
// doubt: the tasks are read and set again where need be.
func (b banniuConnector) Sink(spec *qeasy.SinkSpec) (duijiesync.Sink[qeasy.Write], []qeasy.Note, error) {
	var f findings
	project, app := "", ""
	contents, task := false, false
	for _, list := range [][]qeasy.Field{spec.Fields, spec.Other} {
		for i := range list {
			field := &list[i]
			text, fixed := field.Constant()
			switch field.Name {
			case "project_id":
				project = f.constant(field, text, fixed)
			case "app_id":
				app = f.constant(field, text, fixed)
			case "contents":
				contents = true
			case "task_id":
				task = true
			default:
				f.unknownParameter(field, banniuCommon)
			}
		}
	}
	if !contents || !task {
		f.bad("/request", "", qeasy.CodeUnsupportedMember, "task.update needs task_id and contents")
	}
	if err := f.err(); err != nil {
		return nil, nil, err
	}
	to, err := banniu.NewUpdateSink(b.client.Project(project, app), banniu.UpdateConfig[json.RawMessage]{
		TaskID: func(r duijiesync.Record[json.RawMessage]) (string, error) { return r.Key, nil },
		Contents: func(r duijiesync.Record[json.RawMessage]) (banniu.Contents, error) {
			return banniuContents(r.Value)
		},
		Rows: batchRows(spec),
	})
	if err != nil {
		return nil, nil, err
	}
	f.note("/api", "", "written with task.batchUpdate, an outcome for each task; a task that is not there is refused")
	return newKeyedSink(to, max(batchRows(spec), 1), nil, "task_id"), f.notes, nil
}

// batchRows is how many records the scheme lets into one call.
func batchRows(spec *qeasy.SinkSpec) int {
	if spec.Batch {
		return spec.Rows
	}
	return 1
}

var errNoContents = errors.New("the request has no contents to set")

// banniuContents are the cells of a request by column id.
func banniuContents(request json.RawMessage) (banniu.Contents, error) {
	cells, ok := member(request, "contents")
	if !ok || wire.First(cells) != '{' {
		return nil, errNoContents
	}
	out := banniu.Contents{}
	for m := range wire.Walk(cells) {
		text, ok := scalar(m.Value)
		if !ok {
			text = string(m.Value) // sub-tables and attachments go as texts that hold JSON
		}
		if wire.First(m.Value) != 'n' {
			out[string(m.Key)] = text
		}
	}
	if len(out) == 0 {
		return nil, errNoContents
	}
	return out, nil
}

// constant is the value of a field that no record may change.
func (f *findings) constant(field *qeasy.Field, text string, fixed bool) string {
	if !fixed && !blank(field) {
		f.badField(field, qeasy.CodeUnsupportedMember, "%s is a constant: one sheet for the whole scheme", field.Name)
	}
	return strings.TrimSpace(text)
}

// unknownParameter refuses a field nothing is known of; what the client puts in itself is left out.
func (f *findings) unknownParameter(field *qeasy.Field, own []string) {
	switch {
	case slices.Contains(own, field.Name):
		f.note(field.Path, field.Name, "left out: the client puts it in")
	case blank(field):
		f.note(field.Path, field.Name, "it has no value and is left out")
	default:
		f.badField(field, qeasy.CodeUnknownMember, "nothing is known of the parameter %s", field.Name)
	}
}
