package platforms

import (
	"context"
	"encoding/json"
	"errors"
	"iter"
	"slices"
	"strings"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
	"github.com/duijie-go/duijie/kingdee"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/qeasy"
)

// viewed has the records read by View.
func (r *kingdeeRead) viewed(f *qeasy.Field) {
	r.views = true
	r.note(f.Path, f.Name, "without field keys the primary keys are listed, and each record is read whole by View (单据 view), a call each: it has the entity's names "+
		"(Number, DocumentStatus, CreateOrgId_Id). Texts in several languages come as the text of one (中文 where there is one), and of a reference X also X_Number and X_Name")
}

// viewColumns are the columns of the list behind the views: the primary key, and the
// scheme's id and number where they are field keys. FId is the primary key in
// every scheme.
func (r *kingdeeRead) viewColumns() {
	add := func(key, alias string) {
		at := slices.Index(r.query.Fields, key)
		if at < 0 {
			at = len(r.query.Fields)
			r.query.Fields, r.names = append(r.query.Fields, key), append(r.names, nil)
		}
		if !slices.Contains(r.names[at], alias) {
			r.names[at] = append(r.names[at], alias)
		}
	}
	add(r.query.Key, r.query.Key)
	for _, path := range []string{r.spec.ID, r.spec.Number} {
		form := r.k.forms[strings.ToLower(r.query.FormID)]
		switch {
		case strings.EqualFold(path, r.query.Key):
			add(r.query.Key, path)
		case strings.EqualFold(path, "FId"):
			add(r.query.Key, path)
			r.note("/id", path, "the primary key %s", r.query.Key)
		case form.Number != "" && strings.EqualFold(path, form.Number):
			add(form.Number, path)
		}
	}
}

// kingdeeViews reads each row's record by View. One that is gone between the list and
// its view is left out: it is not in the source any more.
type kingdeeViews struct {
	rows rawSource[duijie.Record]
	r    *kingdeeRead
}

func (s *kingdeeViews) Paging() string {
	return pagingOf(s.rows) + "; each record by View"
}

// Read yields the views of the rows.
func (s *kingdeeViews) Read(ctx context.Context, after duijiesync.Checkpoint) iter.Seq2[duijiesync.Batch[json.RawMessage], error] {
	return func(yield func(duijiesync.Batch[json.RawMessage], error) bool) {
		for b, err := range s.rows.Read(ctx, after) {
			var records []duijiesync.Record[json.RawMessage]
			for i := 0; err == nil && i < len(b.Records); i++ {
				var there bool
				if there, err = s.view(ctx, &b.Records[i]); there {
					records = append(records, b.Records[i])
				}
			}
			if err != nil {
				yield(duijiesync.Batch[json.RawMessage]{}, err)
				return
			}
			b.Records = records
			if !yield(b, nil) {
				return
			}
		}
	}
}

// view puts the record in the place of its row. A record whose view alone is refused is
// a dead letter alone.
func (s *kingdeeViews) view(ctx context.Context, rec *duijiesync.Record[json.RawMessage]) (there bool, err error) {
	if rec.Err != nil {
		return true, nil //nolint:nilerr // the record carries it
	}
	row := rec.Value
	res, err := s.r.k.client.View(ctx, s.r.query.FormID, kingdee.RecordKey{ID: textOf(row, s.r.query.Key)})
	switch {
	case errors.Is(err, duijie.ErrNotFound):
		return false, nil
	case errors.Is(err, duijie.ErrRefused) || errors.Is(err, duijie.ErrInvalid):
		rec.Err = err
		return true, nil
	case err != nil:
		return false, err
	}
	if rec.Value, rec.Err = s.record(row, res.Raw); rec.Err == nil {
		rec.Raw = rec.Value
		if rec.Version == 0 {
			rec.Version = wallMillis(textOf(res.Raw, kingdeeModified), s.r.spec.Zone)
		}
	}
	return true, nil
}

// record is a view with the columns of its row.
func (s *kingdeeViews) record(row, view json.RawMessage) (json.RawMessage, error) {
	out, err := plainView(view)
	if err != nil {
		return nil, err
	}
	listed, err := s.r.row(row)
	if err != nil {
		return nil, err
	}
	out = out[:len(out)-1]
	for m := range wire.Walk(listed) {
		if _, has := member(view, string(m.Key)); has {
			continue
		}
		if out, err = appendMember(out, string(m.Key), m.Value); err != nil {
			return nil, err
		}
	}
	return append(out, '}'), nil
}

// plainView is an object of a view, and of its lines, with one text for each text in
// several languages, and the number and name of each reference beside it.
func plainView(object json.RawMessage) (json.RawMessage, error) {
	out := json.RawMessage{'{'}
	var err error
	add := func(name string, value json.RawMessage) {
		if err == nil {
			out, err = appendMember(out, name, value)
		}
	}
	for m := range wire.Walk(object) {
		name := string(m.Key)
		switch wire.First(m.Value) {
		case '[':
			value, wrong := plainList(m.Value)
			if wrong != nil {
				return nil, wrong
			}
			add(name, value)
		case '{':
			add(name, m.Value)
			for _, part := range []string{"Number", "Name"} {
				value, has := member(m.Value, part)
				if _, own := member(object, name+"_"+part); !has || own {
					continue
				}
				if text, several := languageText(value); several {
					value = text
				}
				if first := wire.First(value); first != '{' && first != '[' {
					add(name+"_"+part, value)
				}
			}
		default:
			add(name, m.Value)
		}
		if err != nil {
			return nil, err
		}
	}
	return append(out, '}'), nil
}

// plainList is a list of lines, or one text of several languages.
func plainList(list json.RawMessage) (json.RawMessage, error) {
	if text, several := languageText(list); several {
		return text, nil
	}
	out := json.RawMessage{'['}
	for item := range wire.Elements(list) {
		if wire.First(item) == '{' {
			plain, err := plainView(item)
			if err != nil {
				return nil, err
			}
			item = plain
		}
		if len(out) > 1 {
			out = append(out, ',')
		}
		out = append(out, item...)
	}
	return append(out, ']'), nil
}

// languageText is the Chinese text of a list of {Key, Value}, or its first.
func languageText(list json.RawMessage) (text json.RawMessage, several bool) {
	if wire.First(list) != '[' {
		return nil, false
	}
	for item := range wire.Elements(list) {
		if wire.First(item) != '{' {
			return nil, false
		}
		key, hasKey := member(item, "Key")
		value, hasValue := member(item, "Value")
		if first := wire.First(value); !hasKey || !hasValue || first == '{' || first == '[' {
			return nil, false
		}
		if language, _ := scalar(key); text == nil || language == "2052" {
			text = value
		}
	}
	return text, text != nil
}
