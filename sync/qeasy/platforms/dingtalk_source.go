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
	"github.com/duijie-go/duijie/dingtalk"
	"github.com/duijie-go/duijie/internal/spell"
	"github.com/duijie-go/duijie/internal/wire"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/qeasy"
)

// yidaOverlap is how far windows overlap at least: searches read an index that lags.
const yidaOverlap = 10 * time.Minute

// The parameters of the lists of instances.
var (
	yidaPaging = []string{"currentPage", "pageNumber"}
	yidaOrders = []string{"dynamicOrder", "orderConfigJson"}
	yidaTimes  = []string{"modifiedFromTimeGMT", "modifiedToTimeGMT", "createFromTimeGMT", "createToTimeGMT"}
	yidaKnown  = slices.Concat(yidaPaging, yidaOrders, yidaTimes, []string{
		"appType", "systemToken", "userId", "language", "formUuid", "pageSize", "searchFieldJson", "searchCondition", "originatorId",
		"instanceStatus", "approvedResult", "useAlias",
	})
)

// yidaRead is a source half of instances as it was understood.
type yidaRead struct {
	findings
	d     dingtalkConnector
	spec  *qeasy.SourceSpec
	path  string
	query dingtalk.FormQuery // what no run changes
	times bool               // the request asks for times
	moves bool               // something else than its times differs between runs
}

// instances reads a list of Yida.
func (d dingtalkConnector) instances(spec *qeasy.SourceSpec) (duijiesync.Source[json.RawMessage], []qeasy.Note, error) {
	r := &yidaRead{d: d, spec: spec, path: dingtalkPath(spec.API)}
	r.query.NoTables = slices.Contains(yidaHeads, r.path)
	for _, list := range [][]qeasy.Field{spec.Fields, spec.Other} {
		for i := range list {
			if !d.setting(&r.findings, &list[i]) {
				r.field(&list[i])
			}
		}
	}
	if r.query.FormUUID == "" && d.cfg.App.FormUUID == "" {
		r.note("/request", "formUuid", "the form is that of the client's settings")
	}
	if err := r.err(); err != nil {
		return nil, nil, err
	}
	src, err := r.source()
	return src, r.notes, err
}

func (r *yidaRead) process() bool { return slices.Contains(yidaProcesses, r.path) }

func (r *yidaRead) field(f *qeasy.Field) {
	text, fixed := f.Constant()
	steady := fixed || blank(f) || fixedValue(f)
	switch {
	case !slices.Contains(yidaKnown, f.Name):
		if f.Name == "logicOperator" && (blank(f) || text == "and") {
			return
		}
		r.unknownYida(f)
	case slices.Contains(yidaPaging, f.Name):
		r.note(f.Path, f.Name, "taken over: the client pages")
	case slices.Contains(yidaOrders, f.Name):
		r.note(f.Path, f.Name, "taken over: windows are read in the order of modification")
	case slices.Contains(yidaTimes, f.Name):
		r.times = r.times || !blank(f)
	case f.Name == "pageSize":
		if n, err := strconv.Atoi(text); fixed && (err != nil || n < 1) {
			r.badField(f, qeasy.CodeUnsupportedMember, "a page size is a whole number")
		} else if fixed {
			r.query.PageSize = min(n, dingtalk.MaxPageSize)
		}
	case f.Name == "formUuid":
		r.query.FormUUID = r.fixed(f, text, fixed)
	case f.Name == "useAlias":
		switch text = strings.ToLower(r.fixed(f, text, fixed)); text {
		case "", "false", "0":
		case "true", "1":
			r.query.UseAlias = true
		default:
			r.badField(f, qeasy.CodeUnsupportedMember, "useAlias is true or false")
		}
	case (f.Name == "instanceStatus" || f.Name == "approvedResult") && !r.process() && !blank(f):
		r.badField(f, qeasy.CodeUnknownMember, "plain forms have no %s", f.Name)
	case strings.HasPrefix(f.Name, "search") && fixed && !blank(f):
		if _, err := yidaConditions(json.RawMessage(text)); err != nil {
			r.badField(f, qeasy.CodeUnsupportedMember, "%s", err)
		}
	default:
		r.moves = r.moves || !steady
	}
}

// unknownYida refuses a parameter nothing is known of, and names the nearest.
func (r *yidaRead) unknownYida(f *qeasy.Field) {
	before := len(r.problems)
	r.unknownParameter(f, nil)
	if len(r.problems) > before {
		r.problems[before].Nearest = spell.Nearest(f.Name, yidaKnown)
	}
}

// source takes the reading over where the request asks for what was modified, or for all.
func (r *yidaRead) source() (duijiesync.Source[json.RawMessage], error) {
	taken := bounds(r.spec, yidaTimes[0], yidaTimes[1])
	if !r.moves && !r.times && r.spec.Window == nil || taken && !r.moves && !r.created() {
		cfg := dingtalk.SourceConfig[dingtalk.Instance]{Overlap: yidaOverlap}
		if taken {
			cfg.Start, cfg.Overlap = r.spec.Since.Add(r.spec.Window.Start.Offset), max(r.spec.Lookback(), yidaOverlap)
			r.note(r.spec.Window.Start.Path, yidaTimes[0], "taken over: closed windows of modification time to the millisecond, overlapping by %s", cfg.Overlap)
			if r.spec.Window.End != nil {
				r.note(r.spec.Window.End.Path, yidaTimes[1], "taken over: windows end a minute before now")
			}
		} else {
			r.note("/request", "", "the first pull reads all, later ones what was modified since, in closed windows: a list longer than %d rows can not be paged through", dingtalk.MaxWindowRows)
		}
		r.versions()
		return r.open(context.Background(), qeasy.At{LastSync: r.spec.Since, Now: r.spec.Now(), Page: 1}, cfg)
	}
	r.versions()
	r.note("/request", "", "each pull asks for what the request says then, %d rows at most, and reads it again until two passes agree; the ledger passes what is new or changed", dingtalk.MaxWindowRows)
	return &pull{spec: r.spec, overlap: yidaOverlap, how: "read again until two passes agree", open: func(ctx context.Context, at qeasy.At) (duijiesync.Source[json.RawMessage], error) {
		return r.open(ctx, at, dingtalk.SourceConfig[dingtalk.Instance]{Full: true})
	}}, nil
}

// created tells that the request asks for times of creation too.
func (r *yidaRead) created() bool {
	return slices.ContainsFunc(r.spec.Fields, func(f qeasy.Field) bool { return slices.Contains(yidaTimes[2:], f.Name) && !blank(&f) })
}

func (r *yidaRead) versions() {
	r.note("/api", "", "version and application are those of the client's settings; sub-tables that lists cut are completed")
}

// open makes the source of one moment.
func (r *yidaRead) open(ctx context.Context, at qeasy.At, cfg dingtalk.SourceConfig[dingtalk.Instance]) (duijiesync.Source[json.RawMessage], error) {
	q, err := r.filter(ctx, at, cfg.Full)
	if err != nil {
		return nil, fmt.Errorf("duijie/sync/qeasy/platforms: %w", err)
	}
	cfg.Process, cfg.Search = r.process(), slices.Contains(yidaSearches, r.path)
	src, err := dingtalk.NewSource(r.d.client.Yida(), q, cfg)
	if err != nil {
		return nil, err
	}
	return rawSource[dingtalk.Instance]{from: src, row: func(raw json.RawMessage) (json.RawMessage, error) {
		return without(raw, []string{"wholeTables"}) // the client's own note of what it completed
	}}, nil
}

// filter is the request of a moment as the client asks it.
func (r *yidaRead) filter(ctx context.Context, at qeasy.At, times bool) (dingtalk.FormQuery, error) {
	q := r.query
	request, other, err := r.spec.Build(ctx, at)
	if err != nil {
		return q, err
	}
	for _, list := range []json.RawMessage{request, other} {
		for m := range wire.Walk(list) {
			if err := r.member(&q, string(m.Key), m.Value, times); err != nil {
				return q, err
			}
		}
	}
	return q, nil
}

func (r *yidaRead) member(q *dingtalk.FormQuery, name string, value json.RawMessage, times bool) error {
	text, isScalar := scalar(value)
	if isScalar && text == "" || wire.First(value) == 'n' {
		return nil
	}
	switch name {
	case "searchFieldJson", "searchCondition":
		where, err := yidaConditions(value)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		q.Where = append(q.Where, where...)
	case "originatorId":
		q.Originator = text
	case "instanceStatus":
		q.Where = append(q.Where, dingtalk.StatusIn(strings.Split(text, ",")...))
	case "approvedResult":
		q.Where = append(q.Where, dingtalk.ResultIn(strings.Split(text, ",")...))
	case yidaTimes[0], yidaTimes[1], yidaTimes[2], yidaTimes[3]:
		if !times {
			return nil
		}
		t, err := moment(text, r.spec.Zone)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		*[]*time.Time{&q.ModifiedFrom, &q.ModifiedTo, &q.CreatedFrom, &q.CreatedTo}[slices.Index(yidaTimes, name)] = t
	}
	return nil
}

// moment reads a time as requests hold it: text in a zone, or Unix seconds or milliseconds.
func moment(text string, zone *time.Location) (time.Time, error) {
	text = strings.TrimSpace(text)
	if n, err := strconv.ParseInt(text, 10, 64); err == nil && len(text) >= 9 {
		if len(text) > 11 {
			return time.UnixMilli(n), nil
		}
		return time.Unix(n, 0), nil
	}
	t, err := duijie.ParseTimeIn(text, zone)
	return t.Time, err
}

// yidaConditions reads the conditions of a search, as text or as JSON: a list of
// conditions, or an object of values by component.
func yidaConditions(raw json.RawMessage) ([]dingtalk.Condition, error) {
	if text, ok := scalar(raw); ok {
		raw = json.RawMessage(strings.TrimSpace(text))
	}
	if !json.Valid(raw) {
		return nil, fmt.Errorf("the conditions are no JSON: %w", duijie.ErrInvalid)
	}
	var out []dingtalk.Condition
	switch wire.First(raw) {
	case '[':
		for item := range wire.Elements(raw) {
			c, err := yidaCondition(item)
			if err != nil {
				return nil, err
			}
			out = append(out, c)
		}
		return out, nil
	case '{':
		for m := range wire.Walk(raw) {
			c, err := yidaValue(string(m.Key), m.Value)
			if err != nil {
				return nil, err
			}
			out = append(out, c)
		}
		return out, nil
	}
	return nil, fmt.Errorf("conditions are a list of them, or an object of values by component: %w", duijie.ErrInvalid)
}

// yidaCondition reads one of a list, whose value stays as it is written.
func yidaCondition(raw json.RawMessage) (dingtalk.Condition, error) {
	var c dingtalk.Condition
	if wire.First(raw) != '{' {
		return c, fmt.Errorf("a condition is an object: %w", duijie.ErrInvalid)
	}
	for m := range wire.Walk(raw) {
		text, _ := scalar(m.Value)
		switch string(m.Key) {
		case "key":
			c.Key = text
		case "value":
			c.Value = m.Value
		case "type":
			c.Type = text
		case "operator":
			c.Operator = text
		case "componentName":
			c.ComponentName = text
		case "parentId":
			c.ParentID = text
		default:
			return c, fmt.Errorf("a condition has no member %s: %w", m.Key, duijie.ErrInvalid)
		}
	}
	if c.Key == "" || c.Value == nil || c.ComponentName == "" || c.Type == "" {
		return c, fmt.Errorf("a condition needs key, value, type and componentName: %w", duijie.ErrInvalid)
	}
	return c, nil
}

// yidaValue is the condition a value by component stands for, by the kind in the component's id.
func yidaValue(id string, value json.RawMessage) (dingtalk.Condition, error) {
	var list []string
	for item := range wire.Elements(value) {
		text, _ := scalar(item)
		list = append(list, text)
	}
	text, isScalar := scalar(value)
	kind, _, _ := strings.Cut(id, "_")
	switch {
	case (kind == "textField" || kind == "textareaField") && isScalar:
		return dingtalk.TextLike(id, text), nil // a part of the text, in this form
	case (kind == "radioField" || kind == "selectField") && isScalar:
		return dingtalk.OptionIs(id, text), nil
	case (kind == "checkboxField" || kind == "multiSelectField") && len(list) > 0:
		return dingtalk.OptionIn(id, list...), nil
	case kind == "dateField" && len(list) == 2:
		from, err1 := moment(list[0], duijie.China)
		to, err2 := moment(list[1], duijie.China)
		if err1 == nil && err2 == nil {
			return dingtalk.DateBetween(id, from, to), nil
		}
	case kind == "numberField" && len(list) == 2:
		low, err1 := duijie.ParseDecimal(list[0])
		high, err2 := duijie.ParseDecimal(list[1])
		if err1 == nil && err2 == nil {
			return dingtalk.NumberBetween(id, low, high), nil
		}
	}
	return dingtalk.Condition{}, fmt.Errorf("the search of %s can not be told from its value alone: write a list of conditions with key, value, type, operator and componentName: %w", id, duijie.ErrInvalid)
}
