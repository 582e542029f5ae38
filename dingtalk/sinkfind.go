package dingtalk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
	duijiesync "github.com/duijie-go/duijie/sync"
)

// Find looks records up by their business key, one search a record. Two instances with
// one key make that record a dead letter.
func (t *target[T]) Find(ctx context.Context, records []duijiesync.Record[T]) ([]duijiesync.Found, error) {
	if len(records) == 0 {
		return nil, nil
	}
	if err := t.fits(ctx, t.keyAlone); err != nil {
		return nil, fmt.Errorf("dingtalk: look records up: %w", err)
	}
	out := make([]duijiesync.Found, len(records))
	for i, rec := range records {
		if checkKey(rec.Key) != nil {
			continue // no instance has such a key: Write refuses it
		}
		found, err := t.lookup(ctx, rec.Key)
		switch {
		case errors.Is(err, duijie.ErrNotFound):
		case errors.Is(err, ErrAmbiguous):
			out[i].Err = err
		case err != nil:
			return nil, fmt.Errorf("dingtalk: look records up: %w", stop(err))
		default:
			out[i] = t.found(rec, found)
		}
	}
	return out, nil
}

func (t *target[T]) lookup(ctx context.Context, key string) (*Instance, error) {
	if t.process {
		return t.y.FindProcess(ctx, t.formUUID, t.component, key)
	}
	return t.y.FindForm(ctx, t.formUUID, t.component, key)
}

// found says how an instance differs from what a record would write.
func (t *target[T]) found(rec duijiesync.Record[T], i *Instance) duijiesync.Found {
	out := duijiesync.Found{Match: duijiesync.Exists, TargetID: i.ID}
	if rec.Target.KeyOnly || t.exists {
		return out
	}
	data, err := t.encode(rec)
	if err != nil {
		return out // Write refuses it with the reason
	}
	whole := true
	for m := range wire.Walk(data) {
		id := string(m.Key)
		if t.compare != nil && !slices.Contains(t.compare, id) {
			continue
		}
		was, is, told := compare(id, m.Value, i.Data)
		switch {
		case !told:
			whole = false
		case was != is:
			out.Changes = append(out.Changes, duijiesync.Change{Field: id, Old: was, New: is})
		}
	}
	switch {
	case len(out.Changes) > 0:
		out.Match = duijiesync.Different
	case whole:
		out.Match = duijiesync.Identical
	}
	return out
}

// compare gives the stored and the wanted value of a component as texts that are the
// same where the values are. Files, addresses, sub-tables and aliases are not compared.
func compare(id string, want json.RawMessage, has Values) (was, is string, told bool) {
	kind, _ := kindOf(id)
	switch kind {
	case "textField", "textareaField", "editorField":
		return unquoted(has[id]), unquoted(want), true
	case "radioField", "selectField":
		return has.Option(id), rawText(want), true
	case "numberField", "rateField", "dateField":
		old, err := has.Number(id)
		if err != nil {
			return "", "", false
		}
		return canonical(old), canonicalText(scalar(want)), true
	case "checkboxField", "multiSelectField", "cascadeSelectField", "employeeField", "departmentSelectField", "departmentField":
		var list Texts
		if list.UnmarshalJSON(want) != nil {
			return "", "", false
		}
		return strings.Join(has.IDs(id), ","), strings.Join(list, ","), true
	}
	return "", "", false
}

func canonical(d duijie.Decimal) string {
	if !d.IsSet() {
		return ""
	}
	return d.Canonical()
}

func canonicalText(text string) string {
	d, err := duijie.ParseDecimal(text)
	if err != nil {
		return text
	}
	return canonical(d)
}
