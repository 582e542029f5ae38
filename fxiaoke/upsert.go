package fxiaoke

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/duijie-go/duijie"
)

// UpsertRequest writes one record by a business key.
type UpsertRequest struct {
	// Create is what a new record is made of. Its Data must hold KeyField; for an update
	// owner and record_type are left out of it, and so are its Details.
	Create CreateRequest
	// KeyField is the field records are told apart by: name, or better a custom field
	// that is set to be unique (erp_no__c), so that the platform itself refuses a second one.
	KeyField string
}

// Upserted is what became of an [UpsertRequest].
type Upserted struct {
	ID      string // _id
	Created bool   // it was not there before
}

// Upsert looks a record up by its business key, then updates or creates it. Two records
// with the key are duijie.ErrConflict, and nothing is written. When the answer to the create
// is lost it looks the key up once more: found is done, else the error matches
// duijie.ErrOutcomeUnknown. Two callers at the same time may both create: only a
// unique field keeps that out. A key that might not be found again as it was written (white space
// around it, control characters) is duijie.ErrInvalid.
//
// Effect: write. Limit: two calls, three after a lost answer.
func (c *Client) Upsert(ctx context.Context, req UpsertRequest, opts ...duijie.CallOption) (Upserted, error) {
	data, err := modelOf(req.Create.Data)
	if err != nil {
		return Upserted{}, err
	}
	key := scalar(data[req.KeyField])
	switch {
	case req.KeyField == "" || key == "":
		return Upserted{}, invalid("upsert "+req.Create.Object, "KeyField is missing, or Data has no value in it")
	case req.KeyField == "_id":
		return Upserted{}, invalid("upsert "+req.Create.Object, "KeyField is _id, which the platform chooses itself: use Update")
	}
	if err := checkKey(key); err != nil {
		return Upserted{}, err
	}
	create, err := req.Create.request()
	if err != nil {
		return Upserted{}, err
	}
	lookup := func() (string, error) { return c.lookupOne(ctx, req.Create.Object, req.KeyField, key) }
	id, err := lookup()
	if err != nil {
		return Upserted{}, err
	}
	if id != "" {
		if data, err = changesOf(req.Create.Data); err != nil {
			return Upserted{}, err
		}
		delete(data, "owner")
		delete(data, "record_type")
		return Upserted{ID: id}, c.Update(ctx, UpdateRequest{
			Object: req.Create.Object, ID: id, Data: data,
			TriggerWorkFlow: req.Create.TriggerWorkFlow, TriggerApprovalFlow: req.Create.TriggerApprovalFlow,
		}, opts...)
	}
	made, err := c.create(ctx, create, opts)
	if errors.Is(err, duijie.ErrOutcomeUnknown) {
		if id, lookErr := lookup(); lookErr == nil && id != "" {
			return Upserted{ID: id, Created: true}, nil
		}
	}
	return Upserted{ID: made.ID, Created: err == nil}, err
}

func (c *Client) lookupOne(ctx context.Context, object, field, key string) (string, error) {
	found, err := c.lookup(ctx, object, field, []string{key}, false)
	if err != nil {
		return "", err
	}
	switch rows := found[key]; len(rows) {
	case 0:
		return "", nil
	case 1:
		return scalar(memberOf(rows[0], "_id")), nil
	default:
		return "", &duijie.APIError{
			Platform: platform, Op: dataPath(object, "query"), Class: duijie.ClassConflict, StatusCode: 200, Attempts: 1,
			Message: fmt.Sprintf("%d records of %s have %s %q", len(rows), object, field, key),
		}
	}
}

// lookup reads the records whose field has one of the values, by value. Invalidated and
// deleted ones count as gone. whole reads all their fields. A row without the field is an error: to
// call its value absent would be a guess.
func (c *Client) lookup(ctx context.Context, object, field string, values []string, whole bool) (map[string][]json.RawMessage, error) {
	op := OpIn
	if len(values) == 1 {
		op = OpEqual
	}
	q := Query{Object: object, Filters: []Filter{Where(field, op, values)}}
	if !whole {
		if q.Fields = []string{idField, "life_status", "is_deleted"}; field != idField {
			q.Fields = append(q.Fields, field)
		}
	}
	out := map[string][]json.RawMessage{}
	for page, err := range QueryPages[json.RawMessage](ctx, c, q) {
		if isTooLarge(err) && len(values) > 1 { // too many values for one call
			return c.lookupHalves(ctx, object, field, values, whole)
		}
		if err != nil {
			return nil, err
		}
		for _, row := range page.Items {
			value := scalar(memberOf(row, field))
			if value == "" { // the platform says it has one of the values
				return nil, &duijie.APIError{
					Platform: platform, Op: q.path(), Class: duijie.ClassPermission, StatusCode: 200, Attempts: 1,
					Message: "a row found by " + field + " came without it, so nothing tells whose it is",
					Hint:    "check the name of the field, and that the acting employee may see it",
				}
			}
			if slices.Contains(values, value) && !removedRow(row) && scalar(memberOf(row, "_id")) != "" {
				out[value] = append(out[value], row)
			}
		}
	}
	return out, nil
}

func (c *Client) lookupHalves(ctx context.Context, object, field string, values []string, whole bool) (map[string][]json.RawMessage, error) {
	half := len(values) / 2
	out, err := c.lookup(ctx, object, field, values[:half], whole)
	if err != nil {
		return nil, err
	}
	rest, err := c.lookup(ctx, object, field, values[half:], whole)
	if err != nil {
		return nil, err
	}
	maps.Copy(out, rest)
	return out, nil
}

// isTooLarge tells a proxy's refusal of a body for its size.
func isTooLarge(err error) bool {
	e, ok := errors.AsType[*duijie.APIError](err)
	return ok && e.StatusCode == http.StatusRequestEntityTooLarge
}

// checkKey refuses keys that a lookup might not find as they were written.
func checkKey(key string) error {
	const longest = 200
	bad := func(what string) error {
		return fmt.Errorf("fxiaoke: key %.60q %s, so it could not be looked up again: %w", key, what, duijie.ErrInvalid)
	}
	switch {
	case key == "":
		return bad("is empty")
	case strings.TrimSpace(key) != key:
		return bad("begins or ends with white space")
	case !validText(key):
		return bad("is not UTF-8 or holds a control character")
	case len([]rune(key)) > longest:
		return bad(fmt.Sprintf("has more than %d characters", longest))
	}
	return nil
}

func validText(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r >= 0x7f && r < 0xa0 || r == '\uFFFD' })
}
