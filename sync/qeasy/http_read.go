package qeasy

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"strconv"
	"strings"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
	"github.com/duijie-go/duijie/mapping/rows"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/paging"
)

// Source implements [Connector].
func (h *HTTP) Source(spec *SourceSpec) (duijiesync.Source[json.RawMessage], []Note, error) {
	if spec.PageSize == 0 {
		spec.PageSize = h.cfg.Read.PageSize
	}
	if spec.PageSize == 0 {
		spec.PageSize = 100
		if s, ok := Find(spec.Fields, strings.Split(h.cfg.Read.Size, ".")...).Constant(); ok {
			if n, err := strconv.Atoi(s); err == nil && n > 0 {
				spec.PageSize = n
			}
		}
	}
	src, notes := spec.Reading(h.cfg.Window, func(at At, closed bool) duijiesync.Source[json.RawMessage] {
		return h.list(spec, at, closed)
	})
	return src, notes, nil
}

// list reads one request.
func (h *HTTP) list(spec *SourceSpec, at At, closed bool) duijiesync.Source[json.RawMessage] {
	read := h.cfg.Read
	if read.Page == "" && read.Offset == "" {
		return &chain{h: h, spec: spec, at: at}
	}
	l := paging.List[json.RawMessage]{
		Name: spec.API, Size: spec.PageSize, ShortIsLast: read.ShortIsLast,
		Fetch: func(ctx context.Context, p paging.At) (paging.Page[json.RawMessage], error) {
			now := at
			now.Row, now.Page = p.Offset, int64(p.Page)+read.First
			set := map[string]json.RawMessage{}
			if read.Page != "" {
				set[read.Page] = strconv.AppendInt(nil, now.Page, 10)
			} else {
				set[read.Offset] = strconv.AppendInt(nil, p.Offset, 10)
			}
			page, _, err := h.page(ctx, spec, now, set)
			return page, err
		},
		Decode: func(raw json.RawMessage) (json.RawMessage, error) { return raw, nil },
	}
	if closed {
		return l.ClosedWindow()
	}
	return l.DoublePass()
}

// page asks for one page.
func (h *HTTP) page(ctx context.Context, spec *SourceSpec, at At, set map[string]json.RawMessage) (p paging.Page[json.RawMessage], cursor json.RawMessage, err error) {
	read := h.cfg.Read
	request, other, err := spec.Build(ctx, at)
	if err != nil {
		return p, nil, err
	}
	if read.Size != "" {
		set[read.Size] = strconv.AppendInt(nil, int64(spec.PageSize), 10)
	}
	for path, value := range set {
		if request, err = setMember(request, strings.Split(path, "."), value); err != nil {
			return p, nil, err
		}
	}
	if len(spec.Other) == 0 {
		other = nil
	}
	body, err := h.call(ctx, spec.API, spec.Method, request, other, duijie.EffectRead)
	if err != nil {
		return p, nil, err
	}
	list, found := find(body, read.Rows)
	if !found || wire.First(list) != '[' {
		return p, nil, &duijie.APIError{Platform: h.cfg.Name, Op: spec.API, Class: duijie.ClassUnavailable, Err: duijie.ErrMalformedAnswer,
			Message: fmt.Sprintf("the answer has no list at %q", read.Rows)}
	}
	p.Total = -1
	if total, ok := find(body, read.Total); ok && read.Total != "" {
		if n, err := strconv.ParseInt(strings.Trim(string(total), `"`), 10, 64); err == nil {
			p.Total = n
		}
	}
	if more, ok := find(body, read.More); ok && read.More != "" {
		p.More = paging.MoreNo
		if s := string(more); s == "true" || s == "1" || s == `"true"` || s == `"1"` {
			p.More = paging.MoreYes
		}
	}
	for row := range wire.Elements(list) {
		rec := duijiesync.Record[json.RawMessage]{Value: row}
		if wire.First(row) != '{' {
			rec.Err, rec.Raw = fmt.Errorf("a row is an object: %w", duijie.ErrMalformedAnswer), row
		} else if key, ok := rows.Text(row, spec.ID); ok {
			rec.Key = key
		}
		p.Records = append(p.Records, rec)
	}
	if read.NextCursor != "" {
		cursor, _ = find(body, read.NextCursor)
	}
	return p, cursor, nil
}

// find follows a dotted path through objects; "" is the value itself.
func find(v json.RawMessage, path string) (json.RawMessage, bool) {
	if path == "" {
		return v, true
	}
	for name := range strings.SplitSeq(path, ".") {
		if wire.First(v) != '{' {
			return nil, false
		}
		found := false
		for m := range wire.Walk(v) {
			if string(m.Key) == name {
				v, found = m.Value, true
			}
		}
		if !found {
			return nil, false
		}
	}
	return v, true
}

// setMember puts a value into a member of an object, as a text where a text stands there.
func setMember(object json.RawMessage, path []string, value json.RawMessage) (json.RawMessage, error) {
	return changeMember(object, path, func(old json.RawMessage) (json.RawMessage, error) {
		if wire.First(old) == '"' && wire.First(value) != '"' {
			return wire.AppendText(nil, string(value))
		}
		return value, nil
	})
}

// putMember puts a value into a member of an object.
func putMember(object json.RawMessage, path []string, value json.RawMessage) (json.RawMessage, error) {
	return changeMember(object, path, func(json.RawMessage) (json.RawMessage, error) { return value, nil })
}

// changeMember gives a member of an object, made where there is none, another value.
func changeMember(object json.RawMessage, path []string, change func(old json.RawMessage) (json.RawMessage, error)) (json.RawMessage, error) {
	out := []byte{'{'}
	done := false
	add := func(name string, v json.RawMessage) (err error) {
		if len(out) > 1 {
			out = append(out, ',')
		}
		if out, err = wire.AppendText(out, name); err == nil {
			out = append(append(out, ':'), v...)
		}
		return err
	}
	deeper := func(old json.RawMessage) (json.RawMessage, error) {
		if len(path) == 1 {
			return change(old)
		}
		if wire.First(old) != '{' {
			old = emptyObject
		}
		return changeMember(old, path[1:], change)
	}
	for m, err := range wire.Members(object) {
		if err != nil {
			return nil, err
		}
		v := m.Value
		if string(m.Key) == path[0] {
			done = true
			if v, err = deeper(v); err != nil {
				return nil, err
			}
		}
		if err := add(string(m.Key), v); err != nil {
			return nil, err
		}
	}
	if !done {
		v, err := deeper(nil)
		if err == nil {
			err = add(path[0], v)
		}
		if err != nil {
			return nil, err
		}
	}
	return append(out, '}'), nil
}

// chain reads one answer, or answers of which each names the next.
type chain struct {
	h    *HTTP
	spec *SourceSpec
	at   At
}

// Paging implements duijiesync.Pager.
func (c *chain) Paging() string {
	if c.h.cfg.Read.Cursor == "" {
		return "one answer"
	}
	return "by the platform's cursor, which must stay right while rows move"
}

// Read implements duijiesync.Source.
func (c *chain) Read(ctx context.Context, _ duijiesync.Checkpoint) iter.Seq2[duijiesync.Batch[json.RawMessage], error] {
	return func(yield func(duijiesync.Batch[json.RawMessage], error) bool) {
		set, seen := map[string]json.RawMessage{}, map[string]bool{}
		for {
			page, next, err := c.h.page(ctx, c.spec, c.at, set)
			if !yield(duijiesync.Batch[json.RawMessage]{Records: page.Records}, err) || err != nil {
				return
			}
			read := c.h.cfg.Read
			if read.Cursor == "" || ended(next) || page.More == paging.MoreNo {
				return
			}
			if seen[string(next)] {
				yield(duijiesync.Batch[json.RawMessage]{}, fmt.Errorf("%s: %s: the cursor repeats: %w", c.h.cfg.Name, c.spec.API, duijie.ErrNoProgress))
				return
			}
			seen[string(next)] = true
			set[read.Cursor] = next
		}
	}
}

// ended tells that an answer names no further one: its cursor is absent, null, "" or false.
func ended(cursor json.RawMessage) bool {
	return len(cursor) == 0 || string(cursor) == "null" || string(cursor) == `""` || string(cursor) == "false"
}
