package dingtalk

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/duijie-go/duijie/internal/wire"
)

// ByID are the values with component ids in place of aliases, in sub-tables too; aliases
// are those of [Yida.Aliases], by component id. Answers with UseAlias name components by alias
// and their companions (_id, _value) by id: by id the methods of Values find both. Names
// that are no alias stay.
//
// Aliases that are not one to one, or two different values of one component, are
// duijie.ErrInvalid.
func (v Values) ByID(aliases map[string]string) (Values, error) {
	ids, err := idsByAlias(aliases)
	if err != nil {
		return nil, err
	}
	return v.renamed(ids)
}

// ByAlias is the way back of ByID: values as answers with UseAlias have them.
func (v Values) ByAlias(aliases map[string]string) (Values, error) {
	if _, err := idsByAlias(aliases); err != nil {
		return nil, err
	}
	return v.renamed(aliases)
}

func (v Values) renamed(names map[string]string) (Values, error) {
	out := make(Values, len(v))
	for _, name := range slices.Sorted(maps.Keys(v)) {
		value, to := v[name], firstOf(names[name], name)
		if isTable(name, to) && wire.First(value) == '[' {
			var err error
			if value, err = renamedRows(value, names); err != nil {
				return nil, err
			}
		}
		if has, ok := out[to]; ok && !bytes.Equal(has, value) {
			return nil, invalid("alias", to+" is named twice, with two values")
		}
		out[to] = value
	}
	return out, nil
}

func isTable(name, to string) bool {
	a, _ := kindOf(name)
	b, _ := kindOf(to)
	return a == "tableField" || b == "tableField"
}

func renamedRows(rows json.RawMessage, names map[string]string) (json.RawMessage, error) {
	out := []Values{}
	for row := range wire.Elements(rows) {
		cells := Values{}
		for m := range wire.Walk(row) {
			cells[string(m.Key)] = m.Value
		}
		cells, err := cells.renamed(names)
		if err != nil {
			return nil, err
		}
		out = append(out, cells)
	}
	return wire.Marshal(out)
}

// ByAlias are the same values by alias, in sub-tables too, to be written with UseAlias;
// aliases are those of [Yida.Aliases], by component id. Components without an alias keep their
// ids. What [EncodeForm] checks by id is checked first, since an alias tells it nothing.
func (d FormData) ByAlias(aliases map[string]string) (FormData, error) {
	if _, err := idsByAlias(aliases); err != nil {
		return nil, err
	}
	text, err := EncodeForm(d)
	if err != nil {
		return nil, err
	}
	return formDataOf(json.RawMessage(text), aliases)
}

// ByID are the same values by component id, in sub-tables too: what was written by alias,
// in the form that [EncodeForm] checks.
func (d FormData) ByID(aliases map[string]string) (FormData, error) {
	ids, err := idsByAlias(aliases)
	if err != nil {
		return nil, err
	}
	raw, err := wire.Marshal(map[string]any(d))
	if err != nil {
		return nil, fmt.Errorf("dingtalk: form data: %w", err)
	}
	out, err := formDataOf(raw, ids)
	if err != nil {
		return nil, err
	}
	_, err = EncodeForm(out)
	return out, err
}

func formDataOf(object json.RawMessage, names map[string]string) (FormData, error) {
	values := Values{}
	for m := range wire.Walk(object) {
		if string(m.Value) != "null" {
			values[string(m.Key)] = m.Value
		}
	}
	values, err := values.renamed(names)
	if err != nil {
		return nil, err
	}
	out := make(FormData, len(values))
	for name, value := range values {
		out[name] = value
	}
	return out, nil
}

// idsByAlias turns aliases round.
func idsByAlias(aliases map[string]string) (map[string]string, error) {
	out := make(map[string]string, len(aliases))
	for _, id := range slices.Sorted(maps.Keys(aliases)) {
		alias := aliases[id]
		if alias == "" {
			continue
		}
		if other, twice := out[alias]; twice {
			return nil, invalid("alias", fmt.Sprintf("%s is an alias of %s and of %s", alias, other, id))
		}
		if _, isID := aliases[alias]; isID && alias != id {
			return nil, invalid("alias", fmt.Sprintf("%s is an alias of %s and the id of another component", alias, id))
		}
		out[alias] = id
	}
	return out, nil
}
