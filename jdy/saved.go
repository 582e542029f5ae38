package jdy

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
)

// Saved is what a save or operation answers.
type Saved struct {
	IDs     []string          // of the records, in the platform's order
	Numbers map[string]string // number by id, where the platform tells
}

// ID is the id of the first record, "" where the platform named none.
func (s Saved) ID() string {
	if len(s.IDs) == 0 {
		return ""
	}
	return s.IDs[0]
}

// Number is the number of the first record, "" where the platform named none.
func (s Saved) Number() string { return s.Numbers[s.ID()] }

// readSaved reads ids and numbers of an answer in any of the forms saves use.
func readSaved(data json.RawMessage) Saved {
	s := Saved{}
	m := members(data)
	s.add(m)
	for row := range wire.Elements(m["rows"]) {
		if _, bad := failedRow(row, 0); !bad {
			s.add(members(row))
		}
	}
	return s
}

func (s *Saved) add(m map[string]json.RawMessage) {
	for id := range wire.Elements(m["ids"]) {
		s.note(scalar(id), "")
	}
	for pair := range wire.Walk(m["id_number_map"]) {
		s.note(string(pair.Key), scalar(pair.Value))
	}
	if id := firstOf(scalar(m["id"]), scalar(m["bill_id"])); id != "" {
		s.note(id, firstOf(scalar(m["number"]), scalar(m["bill_no"])))
	}
}

func (s *Saved) note(id, number string) {
	if id == "" {
		return
	}
	known := false
	for _, have := range s.IDs {
		known = known || have == id
	}
	if !known {
		s.IDs = append(s.IDs, id)
	}
	if number != "" {
		if s.Numbers == nil {
			s.Numbers = map[string]string{}
		}
		s.Numbers[id] = number
	}
}

// savedOne is the answer to a save of one record. Without an id nobody knows
// whether it was saved.
func savedOne(path string, data json.RawMessage) (Saved, error) {
	s := readSaved(data)
	if s.ID() == "" {
		return s, &duijie.APIError{
			Platform: platform, Op: path, Class: duijie.ClassUnavailable, OutcomeUnknown: true, Err: duijie.ErrMalformedAnswer,
			Message: "the answer says success and names no record",
		}
	}
	return s, nil
}

// withMembers is an object with members set, those it has of the same name
// replaced.
func withMembers(object json.RawMessage, set map[string]any) (json.RawMessage, error) {
	if wire.First(object) != '{' || !json.Valid(object) {
		return nil, fmt.Errorf("a record must encode as a JSON object, found %s", wire.Excerpt(object))
	}
	out := json.RawMessage{'{'}
	put := func(key string, value []byte) error {
		if len(out) > 1 {
			out = append(out, ',')
		}
		var err error
		if out, err = wire.AppendText(out, key); err != nil {
			return err
		}
		out = append(append(out, ':'), value...)
		return nil
	}
	for m := range wire.Walk(object) {
		if _, replaced := set[string(m.Key)]; replaced {
			continue
		}
		if err := put(string(m.Key), m.Value); err != nil {
			return nil, err
		}
	}
	for _, key := range slices.Sorted(maps.Keys(set)) {
		value, err := marshal(set[key])
		if err != nil {
			return nil, err
		}
		if err := put(key, value); err != nil {
			return nil, err
		}
	}
	return append(out, '}'), nil
}
