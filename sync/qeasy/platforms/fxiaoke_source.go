package platforms

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"time"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/fxiaoke"
	"github.com/duijie-go/duijie/internal/wire"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/qeasy"
)

// metadata is the request of a moment, and the user it is made for.
func (x *fxiaokeConnector) metadata(ctx context.Context, spec *qeasy.SourceSpec, at qeasy.At) (fxiaoke.Metadata, error) {
	whole, err := wholeRequest(ctx, spec, at)
	if err != nil {
		return fxiaoke.Metadata{}, err
	}
	m, err := fxiaoke.ParseMetadata(whole)
	m.Query.Simple = spec.API == fxSimple
	return m, err
}

// wholeRequest is request and otherRequest of a moment as one object.
func wholeRequest(ctx context.Context, spec *qeasy.SourceSpec, at qeasy.At) (json.RawMessage, error) {
	request, other, err := spec.Build(ctx, at)
	if err != nil {
		return nil, err
	}
	whole := []byte{'{'}
	for _, part := range []json.RawMessage{request, other} {
		for m := range wire.Walk(part) {
			if whole, err = appendMember(whole, string(m.Key), m.Value); err != nil {
				return nil, err
			}
		}
	}
	return append(whole, '}'), nil
}

const fxiaokeModified = "last_modified_time"

// query reads the records of an object that match the filters.
func (x *fxiaokeConnector) query(spec *qeasy.SourceSpec) (duijiesync.Source[json.RawMessage], []qeasy.Note, error) {
	var f findings
	known := []string{
		"search_query_info", "dataObjectApiName", "currentOpenUserId", "data", "fieldProjection", "field_projection", "search_template_id",
		"includeNull", "find_explicit_total_num", "returnTotalNum", "need_return_count_num",
	}
	f.known(slices.Concat(spec.Fields, spec.Other), known...)
	if err := f.err(); err != nil {
		return nil, nil, err
	}
	at := probe(spec)
	now, err := x.metadata(context.Background(), spec, at)
	if err != nil {
		f.bad("/request", "", qeasy.CodeUnsupportedMember, "%v", err)
		return nil, nil, f.err()
	}
	if custom := fxiaoke.IsCustom(now.Query.Object); spec.API != fxSimple && custom != (spec.API == fxQueryCustom) {
		f.note("/api", "", "%s is sent to the path of its kind, and not to this one: the platform refuses it here", now.Query.Object)
	}
	client, err := x.as(now.OpenUserID)
	if err != nil {
		return nil, nil, err
	}
	cfg := fxiaoke.SourceConfig[json.RawMessage]{Key: rowKey(spec)}
	q, start, window := x.window(now.Query, at)
	if window {
		later := qeasy.At{LastSync: at.LastSync.Add(36 * time.Hour), Now: at.Now.Add(41 * time.Hour), Page: 1}
		next, err := x.metadata(context.Background(), spec, later)
		if err != nil {
			return nil, nil, err
		}
		rest, _, also := x.window(next.Query, later)
		window = also && reflect.DeepEqual(rest, q)
	}
	f.note("/request/search_query_info", "offset, limit", "taken over: pages go by _id, beyond 10,000 rows too")
	switch {
	case window:
		cfg.Start, cfg.Overlap = start, max(at.LastSync.Sub(start), 5*time.Minute)
		f.note("/request/search_query_info", fxiaokeModified, "taken over: closed windows of modification time, overlapping by %s", cfg.Overlap)
	case spec.Window == nil:
		cfg.Full = true
		f.note("/request", "", "each pull reads all that match; the ledger passes what is new or changed")
	default:
		f.note("/request", "", "each pull reads what the request asks for then; the ledger passes what is new or changed")
		cfg.Full = true
		return &pull{spec: spec, overlap: pullOverlap, how: "by _id", open: func(ctx context.Context, at qeasy.At) (duijiesync.Source[json.RawMessage], error) {
			m, err := x.metadata(ctx, spec, at)
			if err != nil {
				return nil, err
			}
			src, err := fxiaoke.NewSource(client, unpaged(m.Query), cfg)
			return rawSource[json.RawMessage]{from: src}, err
		}}, f.notes, nil
	}
	src, err := fxiaoke.NewSource(client, unpaged(q), cfg)
	if err != nil {
		return nil, nil, err
	}
	return rawSource[json.RawMessage]{from: src}, f.notes, nil
}

// unpaged is a query without what its source does itself.
func unpaged(q fxiaoke.Query) fxiaoke.Query {
	q.Orders, q.Offset, q.PageSize = nil, 0, min(q.PageSize, fxiaoke.MaxPageSize)
	return q
}

// window takes the bounds of modification time out of a query, where they are those of
// the moment it was built for: from the last pull, or before it, until now.
func (x *fxiaokeConnector) window(q fxiaoke.Query, at qeasy.At) (rest fxiaoke.Query, start time.Time, ok bool) {
	rest = q
	rest.Filters = nil
	for _, filter := range q.Filters {
		millis, single := int64(0), len(filter.Values) == 1
		if single {
			d, err := duijie.ParseDecimal(fmt.Sprint(filter.Values[0]))
			n, whole := d.Int64()
			millis, single = n, err == nil && whole
		}
		switch {
		case filter.Field != fxiaokeModified || !single:
			rest.Filters = append(rest.Filters, filter)
		case (filter.Op == fxiaoke.OpAtLeast || filter.Op == fxiaoke.OpGreater) && !time.UnixMilli(millis).After(at.LastSync) && at.LastSync.Sub(time.UnixMilli(millis)) < 24*30*time.Hour:
			start, ok = time.UnixMilli(millis), true
		case (filter.Op == fxiaoke.OpAtMost || filter.Op == fxiaoke.OpLess) && time.UnixMilli(millis).Equal(at.Now):
		default:
			rest.Filters = append(rest.Filters, filter)
		}
	}
	return rest, start, ok
}

// known refuses fields whose names are none of some, and notes those that put nothing
// into the request.
func (f *findings) known(fields []qeasy.Field, names ...string) {
	for i := range fields {
		switch field := &fields[i]; {
		case !slices.Contains(names, field.Name):
			f.unknownParameter(field, fxiaokeOwn)
		case blank(field):
			f.note(field.Path, field.Name, "it has no value and is left out")
		}
	}
}
