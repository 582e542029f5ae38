package platforms

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/duijie-go/duijie/internal/wire"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/qeasy"
)

// findings are what a connector has to say about a half.
type findings struct {
	problems []*qeasy.Problem
	notes    []qeasy.Note
}

// bad notes a mistake at a place of the document.
func (f *findings) bad(path, field, code, format string, args ...any) {
	f.problems = append(f.problems, &qeasy.Problem{Path: path, Field: field, Code: code, Offset: -1, Message: fmt.Sprintf(format, args...)})
}

// badField notes a mistake in a field.
func (f *findings) badField(field *qeasy.Field, code, format string, args ...any) {
	f.bad(field.Path, field.Name, code, format, args...)
}

// note tells how something runs.
func (f *findings) note(path, member, format string, args ...any) {
	f.notes = append(f.notes, qeasy.Note{Path: path, Member: member, Text: fmt.Sprintf(format, args...)})
}

// err is nil where nothing is wrong.
func (f *findings) err() error {
	if len(f.problems) == 0 {
		return nil
	}
	return &qeasy.Errors{Problems: f.problems}
}

// blank tells that a field puts nothing into the request.
func blank(f *qeasy.Field) bool {
	return (!f.HasValue || f.Value == "") && len(f.Children) == 0 && len(f.Default) == 0
}

// member is a member of a valid JSON object by its exact name.
func member(object json.RawMessage, name string) (json.RawMessage, bool) {
	for m := range wire.Walk(object) {
		if string(m.Key) == name {
			return m.Value, true
		}
	}
	return nil, false
}

// scalar is a JSON scalar as text: numbers and bools as they are written. ok is false
// for null, objects and lists.
func scalar(v json.RawMessage) (text string, ok bool) {
	switch wire.First(v) {
	case 0, 'n', '{', '[':
		return "", false
	case '"':
		var s string
		if wire.Unmarshal(v, &s) != nil {
			return "", false
		}
		return s, true
	}
	return strings.TrimSpace(string(v)), true
}

// textOf is a member of an object as text, "" where there is none.
func textOf(object json.RawMessage, name string) string {
	v, _ := member(object, name)
	text, _ := scalar(v)
	return text
}

// without is an object without some of its members.
func without(object json.RawMessage, names []string) (json.RawMessage, error) {
	if len(names) == 0 {
		return object, nil
	}
	out := []byte{'{'}
	for m := range wire.Walk(object) {
		if slices.Contains(names, string(m.Key)) {
			continue
		}
		var err error
		if out, err = appendMember(out, string(m.Key), m.Value); err != nil {
			return nil, err
		}
	}
	return append(out, '}'), nil
}

// appendMember appends a member to an object that begins at the beginning of b.
func appendMember(b []byte, name string, value json.RawMessage) ([]byte, error) {
	if len(b) > 1 {
		b = append(b, ',')
	}
	b, err := wire.AppendText(b, name)
	if err != nil {
		return nil, err
	}
	return append(append(b, ':'), value...), nil
}

var errNoObject = errors.New("the row is no JSON object")

// rawSource hands on the rows of a client's source as they came, with their names
// changed by row where it is set.
type rawSource[T any] struct {
	from duijiesync.Source[T]
	row  func(json.RawMessage) (json.RawMessage, error)
}

func (s rawSource[T]) Read(ctx context.Context, after duijiesync.Checkpoint) iter.Seq2[duijiesync.Batch[json.RawMessage], error] {
	return func(yield func(duijiesync.Batch[json.RawMessage], error) bool) {
		for b, err := range s.from.Read(ctx, after) {
			if err != nil {
				yield(duijiesync.Batch[json.RawMessage]{}, err)
				return
			}
			out := duijiesync.Batch[json.RawMessage]{Checkpoint: b.Checkpoint, Settled: b.Settled}
			for i := range b.Records {
				out.Records = append(out.Records, s.record(&b.Records[i]))
			}
			if !yield(out, nil) {
				return
			}
		}
	}
}

func (s rawSource[T]) record(in *duijiesync.Record[T]) duijiesync.Record[json.RawMessage] {
	out := duijiesync.Record[json.RawMessage]{Key: in.Key, Version: in.Version, Raw: in.Raw, Err: in.Err, Value: in.Raw}
	if out.Err != nil {
		return out
	}
	if wire.First(in.Raw) != '{' {
		out.Err = errNoObject
		return out
	}
	if s.row != nil {
		out.Value, out.Err = s.row(in.Raw)
	}
	return out
}

func (s rawSource[T]) Paging() string { return pagingOf(s.from) }

func pagingOf(src any) string {
	if p, ok := src.(duijiesync.Pager); ok {
		return p.Paging()
	}
	return ""
}

// nothing is a source of no rows.
func nothing(context.Context, duijiesync.Checkpoint) iter.Seq2[duijiesync.Batch[json.RawMessage], error] {
	return func(func(duijiesync.Batch[json.RawMessage], error) bool) {}
}
