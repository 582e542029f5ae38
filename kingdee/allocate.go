package kingdee

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/duijie-go/duijie"
)

// AllocateRequest names base data and the organisations that use it.
type AllocateRequest struct {
	FormID string   // "BD_Customer"; copy the case exactly
	IDs    []string // primary keys (内码) of the records
	OrgIDs []int64  // internal ids of the organisations (FOrgID), not their numbers
	// SubmitAndAudit submits and audits the records of the organisations
	// (IsAutoSubmitAndAudit); until then they can not be used there.
	SubmitAndAudit bool
}

type allocateData struct {
	PkIDs                string `json:"PkIds"`
	TOrgIDs              string `json:"TOrgIds"`
	IsAutoSubmitAndAudit string
}

func (r AllocateRequest) data(op string) (allocateData, error) {
	orgs := make([]string, len(r.OrgIDs))
	for i, id := range r.OrgIDs {
		orgs[i] = strconv.FormatInt(id, 10)
	}
	what := ""
	switch {
	case r.FormID == "":
		what = "FormID is missing"
	case len(r.IDs) == 0 || !plainIDs(r.IDs):
		what = "IDs is empty, or one of them is empty or holds a comma"
	case len(r.OrgIDs) == 0 || slices.Min(r.OrgIDs) <= 0:
		what = "OrgIDs is empty or holds what is no id"
	}
	if what != "" {
		return allocateData{}, fmt.Errorf("kingdee: %s %s: %s: %w", op, cut(r.FormID), what, duijie.ErrInvalid)
	}
	return allocateData{strings.Join(r.IDs, ","), strings.Join(orgs, ","), strconv.FormatBool(r.SubmitAndAudit)}, nil
}

// Allocate gives other organisations the use of base data (分配). Customers,
// materials and suppliers belong to the organisation that created them and can
// not be used elsewhere without.
//
// It fails when no record was taken; when only some were, the result tells. The
// result's Missing stays empty: an allocated record may have a key of its own.
//
// Effect: write.
func (c *Client) Allocate(ctx context.Context, req AllocateRequest, opts ...duijie.CallOption) (*StatusResult, error) {
	return c.allocate(ctx, "Allocate", req, opts)
}

// CancelAllocate takes an allocation back (取消分配); the server refuses where the
// record is in use.
//
// It fails when no record was taken; when only some were, the result tells.
// Effect: write.
func (c *Client) CancelAllocate(ctx context.Context, req AllocateRequest, opts ...duijie.CallOption) (*StatusResult, error) {
	return c.allocate(ctx, "CancelAllocate", req, opts)
}

func (c *Client) allocate(ctx context.Context, service string, req AllocateRequest, opts []duijie.CallOption) (*StatusResult, error) {
	data, err := req.data(service)
	if err != nil {
		return nil, err
	}
	op := operation{service: service, effect: duijie.EffectWrite, shape: mixedShape}
	r, err := c.form(ctx, op, opts, parameter{"formid", req.FormID}, parameter{"data", data})
	if err != nil {
		return nil, err
	}
	return plainResult(r), nil
}

// plainResult is the result of a service that need not name what it was asked for.
func plainResult(r *reading) *StatusResult {
	st := r.result.ResponseStatus
	out := &StatusResult{Succeeded: entities(st), Errors: st.rowErrors(), Raw: r.body}
	if !st.IsSuccess {
		out.Code = string(st.MsgCode)
	}
	return out
}
