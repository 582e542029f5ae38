package kingdee

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
)

// RecordKey names one record to read: by Number or by ID. Inside a model other
// records are named by a [Reference].
type RecordKey struct {
	Number string
	ID     string // primary key (内码)
	// CreateOrgID is the internal id of the creating organisation, for numbers
	// that exist in several; 0 = the user's own.
	CreateOrgID int64
}

func (k RecordKey) check(op, form string) error {
	switch {
	case form == "":
		return fmt.Errorf("kingdee: %s: FormID is missing: %w", op, duijie.ErrInvalid)
	case (k.Number == "") == (k.ID == ""):
		return fmt.Errorf("kingdee: %s %s: give either Number or ID: %w", op, cut(form), duijie.ErrInvalid)
	}
	return nil
}

// ViewResult is one record with all its lines and references. Its property
// names are those of the entity, mostly without the leading F.
type ViewResult struct {
	Raw json.RawMessage
}

// Decode decodes the record into out, a pointer to a struct with json tags.
func (v *ViewResult) Decode(out any) error {
	if err := wire.Unmarshal(v.Raw, out); err != nil {
		return fmt.Errorf("kingdee: View: the record does not fit %T: %w: %w", out, err, duijie.ErrMalformedAnswer)
	}
	return nil
}

// Record is the record as a dynamic object, numbers exact.
func (v *ViewResult) Record() (duijie.Record, error) {
	var r duijie.Record
	return r, v.Decode(&r)
}

// View reads one record (查看).
//
// Effect: read.
func (c *Client) View(ctx context.Context, formID string, key RecordKey, opts ...duijie.CallOption) (*ViewResult, error) {
	if err := key.check("View", formID); err != nil {
		return nil, err
	}
	op := known["View"]
	op.service = "View"
	r, err := c.form(ctx, op, opts, parameter{"formid", formID}, parameter{"data", struct {
		CreateOrgID int64 `json:"CreateOrgId"`
		Number      string
		ID          string `json:"Id"`
		IsSortBySeq string
	}{key.CreateOrgID, key.Number, key.ID, "false"}})
	if err != nil {
		return nil, err
	}
	return &ViewResult{Raw: r.result.Result}, nil
}

// ViewAs is View into a struct with json tags.
//
// Effect: read.
func ViewAs[T any](ctx context.Context, c *Client, formID string, key RecordKey, opts ...duijie.CallOption) (*T, error) {
	v, err := c.View(ctx, formID, key, opts...)
	if err != nil {
		return nil, err
	}
	out := new(T)
	if err := v.Decode(out); err != nil {
		return nil, err
	}
	return out, nil
}
