package platforms

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/dingtalk"
	"github.com/duijie-go/duijie/internal/spell"
	"github.com/duijie-go/duijie/internal/wire"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/qeasy"
)

// oaLookback is how far pulls of approvals reach back at least.
const oaLookback = 24 * time.Hour

// oaNames are the parameters of both gateways, by what they mean.
type oaNames struct{ code, from, to, users, size, cursor, statuses string }

var (
	oaOld = oaNames{"process_code", "start_time", "end_time", "userid_list", "size", "cursor", "statuses"}
	oaNew = oaNames{"processCode", "startTime", "endTime", "userIds", "maxResults", "nextToken", "statuses"}
)

func (n oaNames) all() []string {
	return []string{n.code, n.from, n.to, n.users, n.size, n.cursor, n.statuses}
}

// approvals reads OA approvals, which are listed and then read one by one.
func (d dingtalkConnector) approvals(spec *qeasy.SourceSpec) (duijiesync.Source[json.RawMessage], []qeasy.Note, error) {
	var f findings
	names, row := oaOld, oaRow
	if dingtalkPath(spec.API) == oaGetNew {
		names, row = oaNew, nil
	}
	q := dingtalk.ApprovalQuery{}
	f.noOther(spec.Other)
	times := false
	for i := range spec.Fields {
		field := &spec.Fields[i]
		text, fixed := field.Constant()
		switch field.Name {
		case names.code:
			q.ProcessCode = f.fixed(field, text, fixed)
		case names.users:
			q.UserIDs = textList(f.fixed(field, text, fixed))
		case names.statuses:
			q.Statuses = textList(f.fixed(field, text, fixed))
		case names.from, names.to:
			times = times || !blank(field)
		case names.size, names.cursor:
			f.note(field.Path, field.Name, "taken over: the client pages, and lists again until two listings agree")
		default:
			f.unknownParameter(field, nil)
			if n := len(f.problems); n > 0 && f.problems[n-1].Path == field.Path {
				f.problems[n-1].Nearest = spell.Nearest(field.Name, names.all())
			}
		}
	}
	if q.ProcessCode == "" {
		f.bad("/request", names.code, qeasy.CodeUnsupportedMember, "approvals are listed by their process: give %s a value", names.code)
	}
	if len(q.UserIDs) > 10 {
		f.bad("/request", names.users, qeasy.CodeUnsupportedMember, "the platform takes 10 users at most")
	}
	if err := f.err(); err != nil {
		return nil, nil, err
	}
	f.note("/api", "", "listed and read with the new gateway, a call for each approval")
	taken := bounds(spec, names.from, names.to)
	if spec.Window == nil && !times || taken {
		cfg := dingtalk.ApprovalSourceConfig{Lookback: max(spec.Lookback(), d.lookback())}
		if taken {
			cfg.Start = spec.Since.Add(spec.Window.Start.Offset)
		}
		f.note("/request", names.from, "taken over: closed windows of the start of approvals, each reaching back %s behind the one before; one that takes longer is not seen to end (DingTalkConfig.ApprovalLookback), and none that started more than 364 days ago is listed", cfg.Lookback)
		src, err := dingtalk.NewApprovalSource(d.client, q, cfg)
		if err != nil {
			return nil, nil, err
		}
		return rawSource[dingtalk.Approval]{from: src, row: row}, f.notes, nil
	}
	f.note("/request", names.from, "each pull lists what the request says then; the ledger passes what is new or changed")
	src := &pull{spec: spec, overlap: d.lookback(), how: "listed until two listings agree", open: func(ctx context.Context, at qeasy.At) (duijiesync.Source[json.RawMessage], error) {
		q := q
		if err := oaSpan(ctx, spec, at, names, &q); err != nil {
			return nil, fmt.Errorf("duijie/sync/qeasy/platforms: %w", err)
		}
		src, err := dingtalk.NewApprovalSource(d.client, q, dingtalk.ApprovalSourceConfig{})
		if err != nil {
			return nil, err
		}
		return rawSource[dingtalk.Approval]{from: src, row: row}, nil
	}}
	return src, f.notes, nil
}

func (d dingtalkConnector) lookback() time.Duration {
	if d.cfg.ApprovalLookback > 0 {
		return d.cfg.ApprovalLookback
	}
	return oaLookback
}

// oaSpan is the span a request asks for at a moment.
func oaSpan(ctx context.Context, spec *qeasy.SourceSpec, at qeasy.At, names oaNames, q *dingtalk.ApprovalQuery) error {
	request, _, err := spec.Build(ctx, at)
	if err != nil {
		return err
	}
	for name, to := range map[string]*time.Time{names.from: &q.From, names.to: &q.To} {
		text := textOf(request, name)
		if text == "" {
			continue
		}
		if *to, err = moment(text, spec.Zone); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	if q.From.IsZero() {
		return fmt.Errorf("%s is missing: %w", names.from, duijie.ErrInvalid)
	}
	return nil
}

// textList are the texts between commas.
func textList(text string) []string {
	return slices.DeleteFunc(strings.FieldsFunc(text, func(r rune) bool { return r == ',' || unicode.IsSpace(r) }), func(s string) bool { return s == "" })
}

// extend is the member of a row that holds what an approval has beside its form.
const extend = "extend"

// oaRow is an approval as documents of the old gateway know it: the values by the
// names of their components, and the rest in extend.
func oaRow(raw json.RawMessage) (json.RawMessage, error) {
	out, rest := json.RawMessage{'{'}, json.RawMessage{'{'}
	taken := map[string]bool{extend: true}
	var err error
	for m := range wire.Walk(raw) {
		if string(m.Key) != "formComponentValues" {
			if rest, err = appendMember(rest, oldName(string(m.Key)), oldTime(string(m.Key), m.Value)); err != nil {
				return nil, err
			}
			continue
		}
		for v := range wire.Elements(m.Value) {
			name := textOf(v, "name")
			if name == "" || taken[name] {
				name = textOf(v, "id")
			}
			if name == "" || taken[name] {
				return nil, fmt.Errorf("two components of the form are called %q and have no id of their own: %w", name, duijie.ErrInvalid)
			}
			taken[name] = true
			value, _ := member(v, "value")
			if out, err = appendMember(out, name, oaValue(value)); err != nil {
				return nil, err
			}
		}
	}
	return appendEnd(out, extend, append(rest, '}'))
}

func appendEnd(out json.RawMessage, name string, value json.RawMessage) (json.RawMessage, error) {
	out, err := appendMember(out, name, value)
	return append(out, '}'), err
}

// oaValue is a value as it came, or the rows of a sub-table, which are a text that holds
// lists of cells, as objects.
func oaValue(value json.RawMessage) json.RawMessage {
	text, ok := scalar(value)
	if !ok || !strings.HasPrefix(text, "[") || !json.Valid([]byte(text)) {
		if value == nil {
			return json.RawMessage(`""`)
		}
		return value
	}
	out := json.RawMessage{'['}
	n := 0
	for row := range wire.Elements(json.RawMessage(text)) {
		object, ok := oaCells(row)
		if !ok {
			return value
		}
		if n++; n > 1 {
			out = append(out, ',')
		}
		out = append(out, object...)
	}
	if n == 0 {
		return value
	}
	return append(out, ']')
}

// oaCells is a row of a sub-table: a list of cells with name and value, or an object whose rowValue is
// a list of cells with label and value. ok is false for anything else.
func oaCells(row json.RawMessage) (object json.RawMessage, ok bool) {
	cells := row
	if wire.First(row) == '{' {
		cells, _ = member(row, "rowValue")
	}
	if wire.First(cells) != '[' {
		return nil, false
	}
	object = json.RawMessage{'{'}
	taken := map[string]bool{}
	for cell := range wire.Elements(cells) {
		name := textOf(cell, "name")
		for _, other := range []string{"label", "key", "id"} {
			if name == "" || taken[name] {
				name = textOf(cell, other)
			}
		}
		value, has := member(cell, "value")
		if name == "" || taken[name] || !has {
			return nil, false
		}
		taken[name] = true
		var err error
		if object, err = appendMember(object, name, value); err != nil {
			return nil, false
		}
	}
	return append(object, '}'), true
}

// oldNames are names of the old gateway that follow no rule.
var oldNames = map[string]string{"originatorUserId": "originator_userid", "approverUserIds": "approver_userids", "ccUserIds": "cc_userids"}

// oldName is a member of an approval as the old gateway calls it: businessId is business_id.
func oldName(name string) string {
	if old := oldNames[name]; old != "" {
		return old
	}
	var b strings.Builder
	for _, r := range name {
		if unicode.IsUpper(r) {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// oldTime is a time as the old gateway writes it: 2024-03-14 16:00:00 in China. The new one
// writes the same clock with T and a false Z.
func oldTime(name string, value json.RawMessage) json.RawMessage {
	text, ok := scalar(value)
	if !ok || !strings.HasSuffix(name, "Time") {
		return value
	}
	for _, layout := range []string{"2006-01-02T15:04Z", "2006-01-02T15:04:05Z"} {
		if t, err := time.Parse(layout, text); err == nil {
			return json.RawMessage(`"` + t.Format(time.DateTime) + `"`)
		}
	}
	return value
}
