package platforms

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
	"github.com/duijie-go/duijie/okki"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/qeasy"
)

// okkiOverlap is how far windows overlap at least: nobody knows how late rows show.
const okkiOverlap = 10 * time.Minute

// okkiPaging are the parameters that page.
var okkiPaging = []string{"start_index", "count"}

// Source reads a list; the request is its parameters.
func (o *okkiConnector) Source(spec *qeasy.SourceSpec) (duijiesync.Source[json.RawMessage], []qeasy.Note, error) {
	if err := o.refused(qeasy.SideSource, spec.API); err != nil {
		return nil, nil, err
	}
	var f findings
	f.noOther(spec.Other)
	path := spec.API
	info, detailed := o.infos[spec.API]
	kind := info.kind
	if detailed {
		path = kind.Path + "/list"
		f.note("/api", "", "the list %s is read and each record by its id, a call for each", path)
	}
	op, _ := o.list(path)
	taken := op.Window && bounds(spec, "start_time", "end_time")
	size, steady := 0, true
	for i := range spec.Fields {
		field := &spec.Fields[i]
		text, fixed := field.Constant()
		switch {
		case slices.Contains(okkiPaging, field.Name):
			f.note(field.Path, field.Name, "taken over: the client pages, and reads again what moved")
			if n, err := strconv.Atoi(text); fixed && field.Name == "count" && err == nil && n > 0 {
				size = min(n, 100)
			}
		case blank(field):
			f.note(field.Path, field.Name, "it has no value and is left out")
		case (field.Name == "start_time" || field.Name == "end_time") && !op.Window:
			f.badField(field, qeasy.CodeUnsupportedMember, "the list has no window of times, and would answer as if it were not there")
		case field.Name == "start_time" || field.Name == "end_time":
		case field.Name == "time_type" && !op.TimeType:
			f.badField(field, qeasy.CodeUnsupportedMember, "the list's window is on the update time only")
		case field.Name == "time_type":
			taken = taken && fixed && text == "1"
		case (field.Name == "removed" || field.Name == "is_delete") && field.Name != op.Removed:
			f.badField(field, qeasy.CodeUnsupportedMember, "the list does not show deleted rows by %s, and would answer live ones", field.Name)
		case detailed && (field.Name == kind.ID || field.Name == kind.Number):
			f.badField(field, qeasy.CodeUnsupportedMember, "records are read as they are listed: leave %s out", field.Name)
		case len(field.Children) > 0:
			f.badField(field, qeasy.CodeUnsupportedMember, "a parameter of a list is a scalar or a list of scalars")
		case !fixed:
			steady = false
		}
	}
	if err := f.err(); err != nil {
		return nil, nil, err
	}
	open := func(ctx context.Context, at qeasy.At, cfg okki.SourceConfig[json.RawMessage]) (duijiesync.Source[json.RawMessage], error) {
		q, err := okkiQuery(ctx, spec, at, op, !cfg.Full, size)
		if err != nil {
			return nil, err
		}
		src, err := okki.NewSource(o.client, http.MethodGet+" "+path, q, cfg)
		if err != nil {
			return nil, err
		}
		rows := rawSource[json.RawMessage]{from: src}
		if detailed {
			return okkiDetails{info: info, rows: rows}, nil
		}
		return rows, nil
	}
	cfg := okki.SourceConfig[json.RawMessage]{}
	if !detailed { // else the id may be a member of the whole record only
		cfg.Key = rowKey(spec)
	}
	if taken && steady {
		cfg.Start, cfg.Overlap = spec.Since.Add(spec.Window.Start.Offset), max(spec.Lookback(), okkiOverlap)
		f.note(spec.Window.Start.Path, "start_time", "taken over: closed windows of update time, overlapping by %s", cfg.Overlap)
		if spec.Window.End != nil {
			f.note(spec.Window.End.Path, "end_time", "taken over: windows end a minute before now")
		}
		src, err := open(context.Background(), qeasy.At{LastSync: spec.Since, Now: spec.Now(), Page: 1}, cfg)
		return src, f.notes, err
	}
	cfg.Full = true
	f.note("/request", "", "each pull asks for what the request says then, and reads it again until two passes agree; the ledger passes what is new or changed")
	src := &pull{spec: spec, overlap: okkiOverlap, how: "read again until two passes agree", open: func(ctx context.Context, at qeasy.At) (duijiesync.Source[json.RawMessage], error) {
		return open(ctx, at, cfg)
	}}
	return src, f.notes, nil
}

// okkiQuery is the request of a moment as the client asks it.
func okkiQuery(ctx context.Context, spec *qeasy.SourceSpec, at qeasy.At, op okki.Operation, windowed bool, size int) (okki.Query, error) {
	q := okki.Query{Params: okki.Params{}, PageSize: size}
	request, _, err := spec.Build(ctx, at)
	if err != nil {
		return q, err
	}
	for m := range wire.Walk(request) {
		name := string(m.Key)
		text, isScalar := scalar(m.Value)
		switch {
		case slices.Contains(okkiPaging, name):
		case name == "start_time" || name == "end_time":
			if windowed {
				continue
			}
			t, err := duijie.ParseTimeIn(text, spec.Zone)
			if err != nil {
				return q, fmt.Errorf("duijie/sync/qeasy/platforms: %s: %w", name, err)
			}
			if name == "start_time" {
				q.From = t.Time
			} else {
				q.To = t.Time
			}
		case name == "time_type" && op.TimeType && isScalar:
			n, err := strconv.ParseUint(text, 10, 8)
			if err != nil {
				return q, fmt.Errorf("duijie/sync/qeasy/platforms: time_type %q is 1 or 2: %w", text, duijie.ErrInvalid)
			}
			q.TimeType = okki.TimeType(n)
		case wire.First(m.Value) == '[':
			var list []string
			for item := range wire.Elements(m.Value) {
				text, _ := scalar(item)
				list = append(list, text)
			}
			q.Params[name] = strings.Join(list, ",")
		case isScalar:
			q.Params[name] = text
		}
	}
	return q, nil
}

// okkiDetails reads the records behind the rows of a list.
type okkiDetails struct {
	info okkiInfo
	rows duijiesync.Source[json.RawMessage]
}

// Read implements duijiesync.Source.
func (s okkiDetails) Read(ctx context.Context, after duijiesync.Checkpoint) iter.Seq2[duijiesync.Batch[json.RawMessage], error] {
	return func(yield func(duijiesync.Batch[json.RawMessage], error) bool) {
		for b, err := range s.rows.Read(ctx, after) {
			if err == nil {
				b.Records, err = s.records(ctx, b.Records)
			}
			if err != nil {
				yield(duijiesync.Batch[json.RawMessage]{}, err)
				return
			}
			if !yield(b, nil) {
				return
			}
		}
	}
}

// records reads the records of a page in its order, several at the same time. Those that
// are gone by then are left out.
func (s okkiDetails) records(ctx context.Context, rows []duijiesync.Record[json.RawMessage]) ([]duijiesync.Record[json.RawMessage], error) {
	found, failed := make([]json.RawMessage, len(rows)), make([]error, len(rows))
	slots := make(chan struct{}, okki.DefaultParallel)
	var wg sync.WaitGroup
	for i := range rows {
		if rows[i].Err != nil {
			continue
		}
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			found[i], failed[i] = s.record(ctx, rows[i].Raw)
		})
	}
	wg.Wait()
	out := make([]duijiesync.Record[json.RawMessage], 0, len(rows))
	for i, rec := range rows {
		switch err := failed[i]; {
		case errors.Is(err, duijie.ErrNotFound):
			continue
		case err != nil && (ctx.Err() != nil || !ofDetail(err)):
			return nil, err
		case err != nil:
			rec.Err = err
		case found[i] != nil:
			rec.Raw, rec.Value = found[i], found[i]
		}
		out = append(out, rec)
	}
	return out, nil
}

// ofDetail tells errors that speak of one record: an answer that holds none, or another.
func ofDetail(err error) bool {
	e, ok := errors.AsType[*duijie.APIError](err)
	return !ok || errors.Is(e, duijie.ErrMalformedAnswer)
}

func (s okkiDetails) record(ctx context.Context, row json.RawMessage) (json.RawMessage, error) {
	text := textOf(row, s.info.kind.ID)
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil || id == 0 {
		return nil, fmt.Errorf("the row has no %s to read its record by: %w", s.info.kind.ID, duijie.ErrInvalid)
	}
	return s.info.get(ctx, id)
}

// Paging says how it stays right.
func (s okkiDetails) Paging() string {
	return pagingOf(s.rows) + "; each record by its id, " + strconv.Itoa(okki.DefaultParallel) + " at a time"
}
