package okki

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
)

// customMember is where some records keep their custom fields: as an object by id in
// some answers, as a list of {id, value, name, field_type} in others. A field of type
// duijie.Record reads both, and is written back in the form it came in.
const customMember = "external_field_data"

var recordType = reflect.TypeFor[duijie.Record]()

// customObject is a list of custom fields as an object of their values by id. What is
// no list comes back as it is.
func customObject(raw json.RawMessage) (json.RawMessage, error) {
	if wire.First(raw) != '[' {
		return raw, nil
	}
	values := map[string]json.RawMessage{}
	for item := range wire.Elements(raw) {
		if id := memberText(item, "id"); id != "" {
			values[id] = orNull(member(item, "value"))
		}
	}
	return wire.Marshal(values)
}

// customList writes values into the list they came in: an item whose value stayed is
// left as it is, one whose id is gone is left out, and new ids come at the end.
func customList(values duijie.Record, was json.RawMessage) (json.RawMessage, error) {
	left, out := maps.Clone(values), []json.RawMessage{}
	for item := range wire.Elements(was) {
		id := memberText(item, "id")
		value, there := values[id]
		if id == "" {
			out = append(out, item)
		}
		if id == "" || !there {
			continue
		}
		delete(left, id)
		var old duijie.Record
		if err := decode(item, &old); err != nil {
			return nil, err
		}
		if !reflect.DeepEqual(old["value"], value) {
			var err error
			if item, err = withMembers(item, map[string]any{"value": value}); err != nil {
				return nil, err
			}
		}
		out = append(out, item)
	}
	for _, id := range slices.Sorted(maps.Keys(left)) {
		item, err := wire.Marshal(map[string]any{"id": id, "value": left[id]})
		if err != nil {
			return nil, err
		}
		out = append(out, item)
	}
	return wire.Marshal(out)
}
