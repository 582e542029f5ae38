package platforms

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
	"github.com/duijie-go/duijie/okki"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/qeasy"
)

// okkiOverlap is how far windows overlap at least: nobody knows how late rows show.
const okkiOverlap = 10 * time.Minute

// OKKI joins 小满 OKKI to schemes, by the paths of the platform's documentation: every
// list as a source, and as targets the pushes of the kinds of records that are found by
// a number, without which a lost answer could not be settled.
func OKKI(c *okki.Client) qeasy.Connector {
	o := &okkiConnector{client: c, pushes: map[string]okki.RecordKind{}}
	for _, k := range []okki.RecordKind{
		c.Products.Kind(), c.Companies.Kind(), c.Leads.Kind(), c.Opportunities.Kind(), c.Orders.Kind(), c.Quotations.Kind(), c.PurchaseOrders.Kind(),
		c.Outbounds.Kind(), c.Inbounds.Kind(), c.PurchaseReturns.Kind(), c.Receipts.Kind(), c.ReceiptRegistrations.Kind(),
	} {
		if k.Number == "" {
			continue
		}
		path := k.PushPath
		if path == "" {
			path = k.Path + "/push"
		}
		o.pushes[path] = k
	}
	return o
}

type okkiConnector struct {
	client *okki.Client
	pushes map[string]okki.RecordKind
}

// APIs lists the paths it reads and, behind them, those it pushes to.
func (o *okkiConnector) APIs() (out []string) {
	for _, op := range okki.Operations() {
		if op.Kind == okki.KindList {
			out = append(out, op.Path)
		}
	}
	for _, op := range okki.Operations() {
		if _, known := o.pushes[op.Path]; known {
			out = append(out, op.Path)
		}
	}
	return out
}

// Match compares paths exactly.
func (o *okkiConnector) Match(side qeasy.Side, api string) bool {
	if side == qeasy.SideTarget {
		_, known := o.pushes[api]
		return known
	}
	op, known := okki.LookupOperation(http.MethodGet, api)
	return known && op.Kind == okki.KindList
}

// okkiPaging are the parameters that page.
var okkiPaging = []string{"start_index", "count"}

// Source reads a list; the request is its parameters.
func (o *okkiConnector) Source(spec *qeasy.SourceSpec) (duijiesync.Source[json.RawMessage], []qeasy.Note, error) {
	var f findings
	f.noOther(spec.Other)
	op, _ := okki.LookupOperation(http.MethodGet, spec.API)
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
		case field.Name == "start_time" || field.Name == "end_time":
		case len(field.Children) > 0:
			f.badField(field, qeasy.CodeUnsupportedMember, "a parameter of a list is a scalar or a list of scalars")
		case !blank(field) && !fixed:
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
		src, err := okki.NewSource(o.client, http.MethodGet+" "+spec.API, q, cfg)
		if err != nil {
			return nil, err
		}
		return rawSource[json.RawMessage]{from: src}, nil
	}
	cfg := okki.SourceConfig[json.RawMessage]{Key: rowKey(spec)}
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

// Sink pushes records of a kind; the request is one record.
func (o *okkiConnector) Sink(spec *qeasy.SinkSpec) (duijiesync.Sink[qeasy.Write], []qeasy.Note, error) {
	var f findings
	f.noOther(spec.Other)
	kind := o.pushes[spec.API]
	numbered := false
	for i := range spec.Fields {
		field := &spec.Fields[i]
		switch {
		case blank(field):
		case field.Name == kind.Number:
			numbered = true
			f.note(field.Path, field.Name, "records are looked up by it before they are pushed: one that is there is edited and never created twice")
		case field.Name == kind.ID || field.Name == kind.PushID:
			f.badField(field, qeasy.CodeUnsupportedMember, "the id is found by %s, and put into edits", kind.Number)
		}
	}
	if !numbered {
		f.bad("/request", kind.Number, qeasy.CodeUnsupportedMember, "records can not be found again without %s: give it a value", kind.Number)
	}
	if spec.AutoCheck != nil {
		f.bad("/autoCheck", "", qeasy.CodeUnsupportedMember, "the platform audits nothing by interface")
	}
	if err := f.err(); err != nil {
		return nil, nil, err
	}
	to, err := okki.NewSink(o.client, kind, okki.SinkConfig[json.RawMessage]{})
	if err != nil {
		return nil, nil, err
	}
	return newKeyedSink(to, spec.Rows, nil, kind.Number), f.notes, nil
}
