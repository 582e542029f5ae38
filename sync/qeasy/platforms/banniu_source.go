package platforms

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"time"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/banniu"
	"github.com/duijie-go/duijie/internal/wire"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/qeasy"
)

// tasks reads the tasks of a sheet by the time they were made: the platform has no filter
// on modification time.
func (b *banniuConnector) tasks(spec *qeasy.SourceSpec) (duijiesync.Source[json.RawMessage], []qeasy.Note, error) {
	var f findings
	project, app := "", ""
	bounded, filtered := false, false
	var cfg banniu.SourceConfig[banniu.Row]
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
				if blank(field) {
					f.note(field.Path, field.Name, "it has no value and is left out")
				}
				bounded = bounded || !blank(field)
			case "status", "task_status":
				cfg.Query.Status = banniu.TaskStatus(f.constant(field, text, fixed))
			case "condition_column":
				filtered = true
			default:
				f.unknownParameter(field, banniuCommon)
			}
		}
	}
	if err := f.err(); err != nil {
		return nil, nil, err
	}
	if filtered {
		var err error
		if cfg.Query.Conditions, err = banniuConditions(spec); err != nil {
			f.bad("/request", "condition_column", qeasy.CodeUnsupportedMember, "%v", err)
			return nil, nil, f.err()
		}
	}
	sheet := b.client.Project(project, app)
	switch {
	case bounds(spec, "star_created", "end_created"):
		cfg.Start, cfg.Overlap = spec.Since.Add(spec.Window.Start.Offset), max(spec.Lookback(), time.Second)
		f.note(spec.Window.Start.Path, "star_created", "taken over: closed days of creation times, overlapping by %s; a task that changes later is not read again", cfg.Overlap)
	case bounded:
		src, err := b.days(sheet, spec, cfg.Query)
		f.note("/request", "", "each pull reads the days the request names; the ledger passes what is new or changed")
		return src, f.notes, err
	default:
		cfg.Full = true
		f.note("/request", "", "each pull reads the whole sheet; the ledger passes what is new or changed")
	}
	src, err := banniu.NewSource(sheet, cfg)
	if err != nil {
		return nil, nil, err
	}
	return rawSource[banniu.Row]{from: src}, f.notes, nil
}

// days reads the tasks made in the stretch of time the request of each moment names.
func (b *banniuConnector) days(sheet *banniu.Project, spec *qeasy.SourceSpec, narrow banniu.TaskQuery) (duijiesync.Source[json.RawMessage], error) {
	query := func(ctx context.Context, at qeasy.At) (banniu.TaskQuery, error) {
		q := narrow
		request, other, err := spec.Build(ctx, at)
		if err != nil {
			return q, err
		}
		for name, to := range map[string]*time.Time{"star_created": &q.CreatedFrom, "end_created": &q.CreatedTo} {
			text := textOf(request, name)
			if text == "" {
				text = textOf(other, name)
			}
			if text == "" {
				continue
			}
			t, err := duijie.ParseTimeIn(text, spec.Zone)
			if err != nil {
				return q, fmt.Errorf("duijie/sync/qeasy/platforms: task.list: %s: %w", name, err)
			}
			*to = t.Time
		}
		if q.CreatedFrom.IsZero() {
			return q, fmt.Errorf("duijie/sync/qeasy/platforms: task.list: star_created is missing: %w", duijie.ErrInvalid)
		}
		return q, nil
	}
	// What the document has wrong is told when it is compiled, not by the first pull.
	if _, err := query(context.Background(), probe(spec)); err != nil {
		return nil, err
	}
	return &pull{spec: spec, overlap: pullOverlap, how: "days of creation times are read until two readings agree", open: func(ctx context.Context, at qeasy.At) (duijiesync.Source[json.RawMessage], error) {
		q, err := query(ctx, at)
		if err != nil {
			return nil, err
		}
		return seqSource(taskRows(sheet.All(ctx, q))), nil
	}}, nil
}

// probe is the moment a document is tried for when it is compiled.
func probe(spec *qeasy.SourceSpec) qeasy.At {
	return qeasy.At{LastSync: spec.Since, Now: spec.Now().Truncate(time.Second), Page: 1}
}

// banniuConditions reads condition_column, the platform's own JSON or a text of it.
func banniuConditions(spec *qeasy.SourceSpec) ([]banniu.Condition, error) {
	var texts [2]json.RawMessage
	at := probe(spec)
	for i := range texts {
		request, other, err := spec.Build(context.Background(), at)
		if err != nil {
			return nil, err
		}
		v, ok := member(request, "condition_column")
		if !ok {
			v, _ = member(other, "condition_column")
		}
		texts[i] = bytes.Clone(v)
		at.LastSync, at.Now = at.LastSync.Add(36*time.Hour), at.Now.Add(41*time.Hour)
	}
	if !bytes.Equal(texts[0], texts[1]) {
		return nil, fmt.Errorf("condition_column is a constant: its filters do not move with the time")
	}
	list := texts[0]
	if text, ok := scalar(list); ok {
		if text == "" {
			return nil, nil
		}
		list = json.RawMessage(text)
	}
	if len(list) == 0 {
		return nil, nil
	}
	if !json.Valid(list) || wire.First(list) != '[' {
		return nil, fmt.Errorf("condition_column is a list of conditions, not %s", wire.Excerpt(list))
	}
	var out []banniu.Condition
	for one := range wire.Elements(list) {
		c, err := banniuCondition(one)
		if err != nil {
			return nil, fmt.Errorf("condition_column, %d: %w", len(out)+1, err)
		}
		out = append(out, c)
	}
	return out, nil
}

func banniuCondition(raw json.RawMessage) (c banniu.Condition, err error) {
	if wire.First(raw) != '{' {
		return c, fmt.Errorf("a condition is an object, not %s", wire.Excerpt(raw))
	}
	for m := range wire.Walk(raw) {
		text, _ := scalar(m.Value)
		switch name := string(m.Key); name {
		case "id":
			c.Column = text
		case "behaviorType":
			d, err := duijie.ParseDecimal(text)
			n, whole := d.Int64()
			if err != nil || !whole {
				return c, fmt.Errorf("behaviorType is a number, not %s", wire.Excerpt(m.Value))
			}
			c.Behavior = banniu.Behavior(n)
		case "searchType":
			c.Search = banniu.Search(text)
		case "value":
			c.Value = json.RawMessage(bytes.Clone(m.Value))
		default:
			return c, fmt.Errorf("nothing is known of %s", name)
		}
	}
	if c.Column == "" || c.Value == nil {
		return c, fmt.Errorf("id or value is missing")
	}
	_, err = wire.Marshal(c)
	return c, err
}

// taskRows are tasks as records, by their ids, with their modification times as versions.
func taskRows(tasks iter.Seq2[banniu.Row, error]) iter.Seq2[duijiesync.Record[json.RawMessage], error] {
	return func(yield func(duijiesync.Record[json.RawMessage], error) bool) {
		for row, err := range tasks {
			rec := duijiesync.Record[json.RawMessage]{}
			if err == nil {
				rec.Key = row.ID()
				if at := row.Modified(); !at.IsZero() {
					rec.Version = at.Time.UnixMilli()
				}
				rec.Raw, err = wire.Marshal(row)
			}
			if !yield(rec, err) || err != nil {
				return
			}
		}
	}
}

// seqSource is a source of the records of a sequence that is complete, whatever moves
// meanwhile. Their values are their raw rows.
func seqSource(records iter.Seq2[duijiesync.Record[json.RawMessage], error]) duijiesync.Source[json.RawMessage] {
	const most = 100 // records of one batch
	return duijiesync.SourceFunc[json.RawMessage](func(context.Context, duijiesync.Checkpoint) iter.Seq2[duijiesync.Batch[json.RawMessage], error] {
		return func(yield func(duijiesync.Batch[json.RawMessage], error) bool) {
			var batch duijiesync.Batch[json.RawMessage]
			for rec, err := range records {
				if err != nil {
					yield(duijiesync.Batch[json.RawMessage]{}, err)
					return
				}
				if rec.Value = rec.Raw; wire.First(rec.Raw) != '{' {
					rec.Err = errNoObject
				}
				if batch.Records = append(batch.Records, rec); len(batch.Records) < most {
					continue
				}
				if !yield(batch, nil) {
					return
				}
				batch = duijiesync.Batch[json.RawMessage]{}
			}
			if len(batch.Records) > 0 {
				yield(batch, nil)
			}
		}
	})
}
