package platforms

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
	"github.com/duijie-go/duijie/mapping/rows"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/qeasy"
	"github.com/duijie-go/duijie/wdt"
)

// wdtRead is a source half as it was understood.
type wdtRead struct {
	findings
	w      *wdtConnector
	spec   *qeasy.SourceSpec
	method wdt.Method

	wrapped bool     // the filter is the object params
	paging  []string // members beside the filter's own
	size    int
	filter  []qeasy.Field
}

// The members that page a list.
var wdtPaging = []string{"page_no", "page_size"}

// Source reads a query method. The filter is the request, or its object params beside
// an object pager.
func (w *wdtConnector) Source(spec *qeasy.SourceSpec) (duijiesync.Source[json.RawMessage], []qeasy.Note, error) {
	r := &wdtRead{w: w, spec: spec, size: spec.PageSize}
	if script, scene := wdtScene(spec.API); scene {
		return nil, nil, sceneRefused(spec.API, script)
	}
	r.method, _ = wdt.LookupMethod(spec.API)
	if r.method.Enterprise != (w.client.Gateway() == wdt.Enterprise) {
		r.bad("/api", "", qeasy.CodeAPIUnsupported, "%s is of the other edition: the client is on the gateway %s", spec.API, w.client.Gateway())
	}
	r.split()
	if err := r.err(); err != nil {
		return nil, nil, err
	}
	src, err := r.source()
	if err != nil {
		return nil, nil, err
	}
	return src, r.notes, nil
}

// sceneRefused says why a method of the enterprise edition on Qimen is not run. Its
// scene has no wdt_sign and another account, and the public key it is called for is not
// documented.
func sceneRefused(api, script string) error {
	return &qeasy.Problem{
		Path: "/api", Code: qeasy.CodeAPIUnsupported, Offset: -1,
		Message: api + " is of the enterprise edition (企业版) on Qimen, a scene of its own (hu3cgwt0tc) that the client has no gateway for: " +
			"name its script " + script + " instead, with a client on the gateway enterprise; what the platform gives on Qimen alone is not in its answers",
	}
}

// split parts the filter from the paging.
func (r *wdtRead) split() {
	params := qeasy.Find(r.spec.Fields, "params")
	r.wrapped = params != nil && params.Type == "object"
	for i := range r.spec.Fields {
		f := &r.spec.Fields[i]
		switch {
		case f.Name == "pager" && len(f.Children) > 0:
			for j := range f.Children {
				r.page(&f.Children[j])
			}
			r.paging = append(r.paging, f.Name)
		case slices.Contains(wdtPaging, f.Name):
			r.page(f)
			r.paging = append(r.paging, f.Name)
		case r.wrapped && f.Name == "params":
			r.filter = f.Children
		case r.wrapped && !blank(f):
			r.badField(f, qeasy.CodeUnknownMember, "the filter is in params, and %s stands beside it", f.Name)
		case r.wrapped:
			r.note(f.Path, f.Name, "it has no value and is left out")
		default:
			r.filter = append(r.filter, *f)
		}
	}
	for i := range r.spec.Other {
		f := &r.spec.Other[i]
		if blank(f) {
			r.note(f.Path, f.Name, "it has no value and is left out")
			continue
		}
		r.badField(f, qeasy.CodeUnknownMember, "a query of this platform has no second set of parameters")
	}
}

// page reads a field of the pager.
func (r *wdtRead) page(f *qeasy.Field) {
	text, fixed := f.Constant()
	switch f.Name {
	case "page_no":
		if n, err := strconv.Atoi(text); fixed && !blank(f) && (err != nil || n > 1) {
			r.badField(f, qeasy.CodeUnsupportedMember, "all pages are read, so it can not begin at %q", text)
		}
		r.note(f.Path, f.Name, "left out: pages are read from the last to the first, so that rows which move are not lost")
	case "page_size":
		if !fixed || blank(f) {
			return
		}
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			r.badField(f, qeasy.CodeUnsupportedMember, "a page size is a whole number")
		}
		if most := r.method.MaxPageSize; most > 0 && n > most {
			r.note(f.Path, f.Name, "%d rows are asked for at a time, the most the method takes", most)
			n = most
		}
		r.size = n
	default:
		if !blank(f) {
			r.badField(f, qeasy.CodeUnknownMember, "the pager has page_no and page_size")
		}
	}
}

// scan says how rows are told apart.
func (r *wdtRead) scan() wdt.ScanConfig[json.RawMessage] {
	return wdt.ScanConfig[json.RawMessage]{
		Size: r.size,
		Key: func(row json.RawMessage) string {
			if strings.Contains(r.spec.ID, "{") {
				return ""
			}
			text, _ := rows.Text(row, r.spec.ID)
			return text
		},
		Version: func(row json.RawMessage) int64 {
			return max(timeMillis(row, "modified"), timeMillis(row, "modified_date"))
		},
	}
}

// timeMillis is a time of a row in Unix milliseconds, 0 where it is none.
func timeMillis(row json.RawMessage, name string) int64 {
	text := textOf(row, name)
	if n, err := strconv.ParseInt(text, 10, 64); err == nil && len(text) > 11 {
		return n
	}
	t, err := duijie.ParseTime(text)
	if err != nil || t.IsZero() {
		return 0
	}
	return t.Time.UnixMilli()
}

// source chooses how the list is read.
func (r *wdtRead) source() (duijiesync.Source[json.RawMessage], error) {
	if times, ok := r.takenOver(); ok {
		return r.windows(times)
	}
	switch {
	case len(r.spec.Fields) > 0 && r.spec.Window != nil:
		r.note("/request", "", "each pull asks for the times the request has then, cut to what the method takes; the last minutes before now are left to the next pull")
	case len(r.method.Times) == 0 || r.spec.Window == nil:
		r.note("/api", "", "each pull reads the list again; the ledger passes what is new or changed")
	}
	overlap := pullOverlap
	if r.w.client.Gateway() != wdt.Direct {
		overlap += 10 * time.Minute // by which the clocks may differ
	}
	return &pull{spec: r.spec, overlap: overlap, open: r.open, how: "from the last page to the first, and again until no row moved"}, nil
}

// takenOver tells whether the window of the request is one the client makes itself: from
// LAST_SYNC_TIME to CURRENT_TIME by one of the method's pairs of times, beside a
// filter that no run changes.
func (r *wdtRead) takenOver() (wdt.TimeFilter, bool) {
	w := r.spec.Window
	if r.method.Enterprise || !r.spec.Incremental() || w.Start.Form != qeasy.FormText || w.Start.Offset > 0 {
		return wdt.TimeFilter{}, false
	}
	from, to := last(w.Start), ""
	if w.End != nil {
		if to = last(w.End); w.End.Form != qeasy.FormText || w.End.Variable != qeasy.CurrentTime {
			return wdt.TimeFilter{}, false
		}
	}
	for i := range r.filter {
		if f := &r.filter[i]; f.Name != from && f.Name != to && !fixedValue(f) {
			return wdt.TimeFilter{}, false
		}
	}
	return r.times(from, to)
}

// times is the pair of the method that two members of the filter are; to may be
// "". Where the filter does not say which time they mean it is the modification time.
func (r *wdtRead) times(from, to string) (found wdt.TimeFilter, ok bool) {
	for _, t := range r.method.Times {
		if t.From != from || to != "" && t.To != to {
			continue
		}
		f := fieldNamed(r.filter, t.Member)
		switch {
		case t.Member == "":
			return t, true
		case f != nil && !blank(f) && f.Value == strconv.Itoa(t.Value):
			return t, true
		case (f == nil || blank(f)) && !ok && t.Kind == wdt.TimeModified:
			found, ok = t, true
		}
	}
	return found, ok
}

func fieldNamed(fields []qeasy.Field, name string) *qeasy.Field {
	at := slices.IndexFunc(fields, func(f qeasy.Field) bool { return name != "" && f.Name == name })
	if at < 0 {
		return nil
	}
	return &fields[at]
}

// last is the member that holds a bound.
func last(b *qeasy.Bound) string { return b.Names[len(b.Names)-1] }

// windows reads what is modified since the last run.
func (r *wdtRead) windows(t wdt.TimeFilter) (duijiesync.Source[json.RawMessage], error) {
	w := r.spec.Window
	now := qeasy.At{LastSync: r.spec.Since, Now: r.spec.Now(), PageSize: r.size, Page: 1}
	filter, err := r.filterOf(context.Background(), now)
	if err == nil {
		filter, err = without(filter, []string{t.From, t.To})
	}
	if err != nil {
		return nil, err
	}
	cfg := wdt.WindowConfig{Start: r.spec.Since.Add(w.Start.Offset), Times: t.Kind}
	usual := pullOverlap
	if r.w.client.Gateway() != wdt.Direct {
		usual += 10 * time.Minute
	}
	cfg.Overlap = max(r.spec.Lookback(), usual)
	if w.End != nil && w.End.Offset < -time.Minute {
		cfg.SettleDelay = -w.End.Offset
	}
	src, err := wdt.NewWindowSource(r.w.client, r.method.Name, filter, r.scan(), cfg)
	if err != nil {
		return nil, err
	}
	text := fmt.Sprintf("taken over: closed windows of %s times, overlapping by %s", t.Kind, cfg.Overlap)
	if back := r.spec.Lookback(); back > 0 {
		text += fmt.Sprintf(" (the request looks back %s)", back)
	}
	r.note(w.Start.Path, t.From, "%s", text)
	if w.End != nil {
		r.note(w.End.Path, t.To, "taken over: windows end %s before now", max(cfg.SettleDelay, time.Minute))
	}
	if t.Member != "" && (fieldNamed(r.filter, t.Member) == nil || blank(fieldNamed(r.filter, t.Member))) {
		r.note("/request", t.Member, "set to %d, as the request does not say which time it means", t.Value)
	}
	return rawSource[json.RawMessage]{from: src}, nil
}

// filterOf builds the filter of a moment.
func (r *wdtRead) filterOf(ctx context.Context, at qeasy.At) (json.RawMessage, error) {
	request, _, err := r.spec.Build(ctx, at)
	if err != nil {
		return nil, err
	}
	if !r.wrapped {
		return without(request, r.paging)
	}
	if params, ok := member(request, "params"); ok {
		return params, nil
	}
	return json.RawMessage("{}"), nil
}

// open makes the source of one pull.
func (r *wdtRead) open(ctx context.Context, at qeasy.At) (duijiesync.Source[json.RawMessage], error) {
	filter, err := r.filterOf(ctx, at)
	if err != nil {
		return nil, err
	}
	for _, t := range r.method.Times {
		from, ok := chinaTime(textOf(filter, t.From))
		if !ok || t.Member != "" && textOf(filter, t.Member) != strconv.Itoa(t.Value) {
			continue
		}
		to, bounded := chinaTime(textOf(filter, t.To))
		// What is younger may still come; it is in the next pull.
		if settled := r.spec.Now().Add(-2 * time.Minute).Truncate(time.Second); !bounded || to.After(settled) {
			to = settled
		}
		rest, err := without(filter, []string{t.From, t.To})
		if err != nil {
			return nil, err
		}
		if !from.Before(to) {
			return duijiesync.SourceFunc[json.RawMessage](nothing), nil
		}
		src, err := wdt.NewWindowSource(r.w.client, r.method.Name, rest, r.scan(), wdt.WindowConfig{Start: from, Times: t.Kind})
		if err != nil {
			return nil, err
		}
		return rawSource[json.RawMessage]{from: src.Backfill(from, to)}, nil
	}
	return rawSource[json.RawMessage]{from: wdt.NewScanSource(r.w.client, r.method.Name, filter, r.scan())}, nil
}

// chinaTime reads a time as filters have it.
func chinaTime(text string) (time.Time, bool) {
	t, err := time.ParseInLocation(time.DateTime, text, duijie.China)
	return t, err == nil && wire.First([]byte(text)) != 0
}
