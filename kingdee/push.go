package kingdee

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/duijie-go/duijie"
)

// PushRequest names bills, or lines of bills, and what to make of them.
type PushRequest struct {
	FormID string // form of the source bills, "SAL_SaleOrder"

	// One of these three.
	Numbers  []string // numbers of source bills, all their lines
	IDs      []string // primary keys (内码) of source bills, all their lines
	EntryIDs []string // keys of single lines (FEntryID)

	RuleID       string // conversion rule (转换规则), as the product's list of rules writes it
	TargetFormID string // without RuleID: the form to be made by its default rule, "SAL_OUTSTOCK"

	TargetBillTypeID string // bill type of the target (单据类型), "" = the rule's
	TargetOrgID      int64  // internal id of the target's organisation, 0 = the rule's
	// DraftWhenSaveFails keeps a target that can not be saved as a draft (status Z).
	DraftWhenSaveFails bool
	// CustomParams go to a plug-in of the rule: a *Model, a struct or raw JSON.
	CustomParams any
}

type pushData struct {
	IDs                 string `json:"Ids"`
	Numbers             []string
	EntryIDs            string `json:"EntryIds"`
	RuleID              string `json:"RuleId"`
	TargetBillTypeID    string `json:"TargetBillTypeId"`
	TargetOrgID         int64  `json:"TargetOrgId"`
	TargetFormID        string `json:"TargetFormId"`
	IsEnableDefaultRule bool
	IsDraftWhenSaveFail bool
	CustomParams        json.RawMessage `json:",omitempty"`
}

func (r PushRequest) data() (pushData, error) {
	invalid := func(what string) (pushData, error) {
		return pushData{}, fmt.Errorf("kingdee: Push %s: %s: %w", cut(r.FormID), what, duijie.ErrInvalid)
	}
	given := 0
	for _, list := range [][]string{r.Numbers, r.IDs, r.EntryIDs} {
		given += min(len(list), 1)
	}
	switch {
	case r.FormID == "":
		return invalid("FormID is missing")
	case given != 1:
		return invalid("give one of Numbers, IDs and EntryIDs")
	case slices.Contains(r.Numbers, ""):
		return invalid("a number is empty")
	case !plainIDs(r.IDs) || !plainIDs(r.EntryIDs):
		return invalid("an id is empty or holds a comma")
	case r.RuleID == "" && r.TargetFormID == "":
		return invalid("give RuleID, or TargetFormID for its default rule")
	}
	d := pushData{
		IDs: strings.Join(r.IDs, ","), Numbers: append([]string{}, r.Numbers...), EntryIDs: strings.Join(r.EntryIDs, ","),
		RuleID: r.RuleID, TargetBillTypeID: r.TargetBillTypeID, TargetOrgID: r.TargetOrgID, TargetFormID: r.TargetFormID,
		IsEnableDefaultRule: r.RuleID == "", IsDraftWhenSaveFail: r.DraftWhenSaveFails,
	}
	if r.CustomParams != nil {
		raw, err := modelJSON(r.CustomParams)
		if err != nil {
			return d, err
		}
		d.CustomParams = raw
	}
	return d, nil
}

// PushResult is what was made.
type PushResult struct {
	Created []Entity // target bills
	// Errors are the reasons for what was not converted or not saved, beside what was.
	Errors []RowError
	Code   string          // the platform's MsgCode, when something was refused
	Raw    json.RawMessage // the whole answer
}

// Push makes follow-up bills (下推): an out-stock of a sales order, for example. Only
// it links the bills, so that quantities and states of the source follow.
//
// The answer has two verdicts, the conversion's and that of the save of the
// target. It fails when either refused and no bill was made; when some were, the
// result tells, so look at its Errors. Pushing again makes a second bill: after
// [duijie.ErrOutcomeUnknown] look for target bills first.
//
// Effect: write.
func (c *Client) Push(ctx context.Context, req PushRequest, opts ...duijie.CallOption) (*PushResult, error) {
	data, err := req.data()
	if err != nil {
		return nil, err
	}
	op := operation{service: "Push", effect: duijie.EffectWrite, shape: pushShape}
	r, err := c.form(ctx, op, opts, parameter{"formid", req.FormID}, parameter{"data", data})
	if err != nil {
		return nil, err
	}
	out := &PushResult{Created: entities(r.result.ResponseStatus), Errors: r.reasons(), Raw: r.body}
	for _, st := range []*status{r.result.ConvertResponseStatus, r.result.ResponseStatus} {
		if st != nil && !bool(st.IsSuccess) {
			out.Code = string(st.MsgCode)
		}
	}
	return out, nil
}

// entities are the records a status names as done.
func entities(st *status) []Entity {
	var out []Entity
	for _, e := range st.succeeded() {
		out = append(out, Entity{ID: string(e.ID), Number: string(e.Number)})
	}
	return out
}
