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

// FxiaokeConfig says what documents leave open. Zero means the default.
type FxiaokeConfig struct {
	// KeyField is the field that holds the business key of records a target writes, by
	// which they are found again: a custom text field that is set to be unique, or name.
	// Required for targets.
	KeyField string
}

// Fxiaoke joins 纷享销客 to schemes. As a source the two queries of objects, whose filters
// may be an object with labels; as targets the creations of objects, which update
// a record that [FxiaokeConfig].KeyField finds.
func Fxiaoke(c *fxiaoke.Client, cfg FxiaokeConfig) qeasy.Connector { return fxiaokeConnector{c, cfg} }

type fxiaokeConnector struct {
	client *fxiaoke.Client
	cfg    FxiaokeConfig
}

var (
	fxiaokeQueries = []string{"/cgi/crm/v2/data/query", "/cgi/crm/custom/v2/data/query"}
	fxiaokeCreates = []string{"/cgi/crm/v2/data/create", "/cgi/crm/custom/v2/data/create"}
)

// APIs lists the paths of queries and of creations.
func (x fxiaokeConnector) APIs() []string { return slices.Concat(fxiaokeQueries, fxiaokeCreates) }

// Match compares paths exactly.
func (x fxiaokeConnector) Match(side qeasy.Side, api string) bool {
	if side == qeasy.SideTarget {
		return slices.Contains(fxiaokeCreates, api)
	}
	return slices.Contains(fxiaokeQueries, api)
}

// query is the request of a moment, and the user it is made for.
func (x fxiaokeConnector) query(ctx context.Context, spec *qeasy.SourceSpec, at qeasy.At) (fxiaoke.Metadata, error) {
	request, other, err := spec.Build(ctx, at)
	if err != nil {
		return fxiaoke.Metadata{}, err
	}
	whole := []byte{'{'}
	for _, part := range []json.RawMessage{request, other} {
		for m := range wire.Walk(part) {
			if whole, err = appendMember(whole, string(m.Key), m.Value); err != nil {
				return fxiaoke.Metadata{}, err
			}
		}
	}
	return fxiaoke.ParseMetadata(append(whole, '}'))
}

const fxiaokeModified = "last_modified_time"

// Source reads the records of an object that match the filters.
func (x fxiaokeConnector) Source(spec *qeasy.SourceSpec) (duijiesync.Source[json.RawMessage], []qeasy.Note, error) {
	var f findings
	f.known(spec.Fields, "search_query_info", "dataObjectApiName", "currentOpenUserId", "data", "fieldProjection", "field_projection")
	f.known(spec.Other, "currentOpenUserId", "dataObjectApiName")
	if err := f.err(); err != nil {
		return nil, nil, err
	}
	at := qeasy.At{LastSync: spec.Since, Now: spec.Now().Truncate(time.Second), Page: 1}
	ctx := context.Background()
	now, err := x.query(ctx, spec, at)
	if err != nil {
		return nil, nil, err
	}
	client := x.client
	if now.OpenUserID != "" {
		if client, err = client.As(now.OpenUserID); err != nil {
			return nil, nil, err
		}
	}
	cfg := fxiaoke.SourceConfig[json.RawMessage]{Key: rowKey(spec)}
	q, start, window := x.window(now.Query, at)
	if window {
		later := qeasy.At{LastSync: at.LastSync.Add(36 * time.Hour), Now: at.Now.Add(41 * time.Hour), Page: 1}
		next, err := x.query(ctx, spec, later)
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
			m, err := x.query(ctx, spec, at)
			if err != nil {
				return nil, err
			}
			src, err := fxiaoke.NewSource(client, m.Query, cfg)
			return rawSource[json.RawMessage]{from: src}, err
		}}, f.notes, nil
	}
	q.Orders, q.Offset, q.PageSize = nil, 0, min(q.PageSize, 100)
	src, err := fxiaoke.NewSource(client, q, cfg)
	if err != nil {
		return nil, nil, err
	}
	return rawSource[json.RawMessage]{from: src}, f.notes, nil
}

// window takes the bounds of modification time out of a query, where they are those of
// the moment it was built for: from the last pull, or before it, until now.
func (x fxiaokeConnector) window(q fxiaoke.Query, at qeasy.At) (rest fxiaoke.Query, start time.Time, ok bool) {
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

// Sink creates records of an object and updates those that are there.
func (x fxiaokeConnector) Sink(spec *qeasy.SinkSpec) (duijiesync.Sink[qeasy.Write], []qeasy.Note, error) {
	var f findings
	object, user, cfg := "", "", fxiaoke.SinkConfig[json.RawMessage]{KeyField: x.cfg.KeyField}
	keyed := false
	for _, list := range [][]qeasy.Field{spec.Fields, spec.Other} {
		for i := range list {
			field := &list[i]
			text, fixed := field.Constant()
			switch field.Name {
			case "data":
				for k := range field.Children {
					switch child := &field.Children[k]; child.Name {
					case "dataObjectApiName":
						t, fixed := child.Constant()
						object = f.constant(child, t, fixed)
					case x.cfg.KeyField:
						keyed = !blank(child)
					}
				}
			case "dataObjectApiName":
				object = f.constant(field, text, fixed)
			case "triggerWorkFlow":
				cfg.TriggerWorkFlow = text == "true" || text == "1"
			case "triggerApprovalFlow":
				cfg.TriggerApprovalFlow = text == "true" || text == "1"
			case "currentOpenUserId":
				user = f.constant(field, text, fixed)
			default:
				f.unknownParameter(field, []string{"corpAccessToken", "corpId"})
			}
		}
	}
	switch {
	case object == "":
		f.bad("/request", "dataObjectApiName", qeasy.CodeUnsupportedMember, "the object is missing")
	case x.cfg.KeyField == "":
		f.bad("/api", "", qeasy.CodeUnsupportedMember, "nothing says which field of %s holds the key, so a lost answer could not be settled: set FxiaokeConfig.KeyField", object)
	case !keyed:
		f.bad("/request/data", x.cfg.KeyField, qeasy.CodeUnsupportedMember, "data gives no value to %s, by which records are found again", x.cfg.KeyField)
	}
	if err := f.err(); err != nil {
		return nil, nil, err
	}
	cfg.Object = object
	if user != "" {
		as, err := x.client.As(user)
		if err != nil {
			return nil, nil, err
		}
		x.client = as
	}
	to, err := fxiaoke.NewSink(x.client, cfg)
	if err != nil {
		return nil, nil, err
	}
	f.note("/api", "", "records are looked up by %s: one that is there is updated and never created twice", cfg.KeyField)
	sink := newKeyedSink(to, max(spec.Rows, 1), nil, cfg.KeyField)
	sink.body = func(w qeasy.Write) (json.RawMessage, error) {
		data, _ := member(w.Request, "data")
		if wire.First(data) != '{' {
			return nil, fmt.Errorf("the request has no data: %w", duijie.ErrInvalid)
		}
		return without(data, []string{"dataObjectApiName"})
	}
	return sink, f.notes, nil
}

// known refuses fields whose names are none of some.
func (f *findings) known(fields []qeasy.Field, names ...string) {
	for i := range fields {
		if field := &fields[i]; !slices.Contains(names, field.Name) {
			f.unknownParameter(field, []string{"corpAccessToken", "corpId", "appId", "appSecret", "permanentCode"})
		}
	}
}
