package kingdee

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/duijie-go/duijie"
)

// StatusRequest names the records of a status operation: by Numbers or by IDs.
type StatusRequest struct {
	FormID      string   // business object (业务对象), "BD_Customer"; copy the case exactly
	Numbers     []string // numbers (编码, 单据编号)
	IDs         []string // primary keys (内码)
	CreateOrgID int64    // creating organisation (创建组织), for Numbers that exist in several; 0 = any
	UseOrgID    int64    // using organisation (使用组织); 0 leaves it out
	NetworkCtrl bool     // lock the records while working (网络控制)
	// InteractionFlags answer the server's questions, see [SaveOptions].
	InteractionFlags  []string
	StopAtInteraction bool  // IgnoreInterationFlag = false
	SelectedPostID    int64 // Submit: the post of the user
	// Lines names lines of bills (PkEntryIds) instead of records, for [Client.Operate]
	// only: operations like MRPClose then work on these lines alone.
	Lines []BillLines
}

// BillLines names lines of one bill.
type BillLines struct {
	ID       string   // primary key (内码) of the bill
	EntryIDs []string // keys of its lines (FEntryID)
}

type lineData struct {
	ID       string `json:"Id"`
	EntryIDs string `json:"EntryIds"`
}

type statusData struct {
	CreateOrgID          int64 `json:"CreateOrgId"`
	Numbers              []string
	IDs                  string     `json:"Ids"`
	UseOrgID             int64      `json:"UseOrgId,omitempty"`
	SelectedPostID       int64      `json:"SelectedPostId,omitempty"`
	PkEntryIDs           []lineData `json:"PkEntryIds,omitempty"`
	NetworkCtrl          bool
	InterationFlags      string `json:",omitempty"`
	IgnoreInterationFlag bool
}

func (r StatusRequest) check(op string) error {
	invalid := func(what string) error {
		return fmt.Errorf("kingdee: %s %s: %s: %w", op, cut(r.FormID), what, duijie.ErrInvalid)
	}
	switch {
	case r.FormID == "":
		return invalid("FormID is missing")
	case len(r.Lines) > 0 && op != operateOp:
		return invalid("Lines are for Operate only: this operation would take the whole bills")
	case len(r.Lines) > 0 && len(r.Numbers)+len(r.IDs) > 0:
		return invalid("give Lines alone: Numbers and IDs name whole bills")
	case len(r.Lines) == 0 && (len(r.Numbers) == 0) == (len(r.IDs) == 0):
		return invalid("give either Numbers or IDs")
	case slices.Contains(r.Numbers, ""):
		return invalid("a number is empty")
	}
	if !plainIDs(r.IDs) {
		return invalid("an id is empty or holds a comma")
	}
	for _, l := range r.Lines {
		if !plainIDs([]string{l.ID}) || len(l.EntryIDs) == 0 || !plainIDs(l.EntryIDs) {
			return invalid("an element of Lines lacks its ID or EntryIDs, or one of them holds a comma")
		}
	}
	return nil
}

// plainIDs: each can stand in a comma list.
func plainIDs(ids []string) bool {
	return !slices.ContainsFunc(ids, func(id string) bool { return id == "" || strings.ContainsAny(id, ", ") })
}

func (r StatusRequest) data() statusData {
	var lines []lineData
	for _, l := range r.Lines {
		lines = append(lines, lineData{l.ID, strings.Join(l.EntryIDs, ",")})
	}
	return statusData{
		PkEntryIDs:  lines,
		CreateOrgID: r.CreateOrgID, Numbers: append([]string{}, r.Numbers...), IDs: strings.Join(r.IDs, ","),
		UseOrgID: r.UseOrgID, SelectedPostID: r.SelectedPostID, NetworkCtrl: r.NetworkCtrl,
		InterationFlags: strings.Join(r.InteractionFlags, ";"), IgnoreInterationFlag: !r.StopAtInteraction,
	}
}

// Entity is a record the platform names in an answer.
type Entity struct {
	ID     string
	Number string
}

// StatusResult is what became of the records of a status operation.
type StatusResult struct {
	Succeeded []Entity
	Errors    []RowError // why others were refused; RowError.Is(ErrAlreadyAudited) is harmless
	// Missing are the asked numbers or ids that the answer does not mention: the
	// platform passes over records it can not find.
	Missing []string
	Code    string          // the platform's MsgCode, when some were refused
	Raw     json.RawMessage // the whole answer
}

// Submit hands records in for approval (提交): status A or D becomes B.
//
// It fails when no record was taken; when only some were, the result tells.
// Effect: write.
func (c *Client) Submit(ctx context.Context, req StatusRequest, opts ...duijie.CallOption) (*StatusResult, error) {
	return c.changeStatus(ctx, "Submit", req, opts)
}

// Audit approves records (审核): status B becomes C. Auditing twice is refused
// with an error that matches [ErrAlreadyAudited], and harmless.
//
// It fails when no record was taken; when only some were, the result tells.
// Effect: write.
func (c *Client) Audit(ctx context.Context, req StatusRequest, opts ...duijie.CallOption) (*StatusResult, error) {
	return c.changeStatus(ctx, "Audit", req, opts)
}

// UnAudit takes an approval back (反审核): status C becomes D, and the record
// can be saved again.
//
// It fails when no record was taken; when only some were, the result tells.
// Effect: write.
func (c *Client) UnAudit(ctx context.Context, req StatusRequest, opts ...duijie.CallOption) (*StatusResult, error) {
	return c.changeStatus(ctx, "UnAudit", req, opts)
}

// Delete removes records (删除); only in status Z, A or D.
//
// It fails when no record was taken; when only some were, the result tells.
// Effect: write.
func (c *Client) Delete(ctx context.Context, req StatusRequest, opts ...duijie.CallOption) (*StatusResult, error) {
	return c.changeStatus(ctx, "Delete", req, opts)
}

// CancelAssign takes a Submit back (撤销): status B becomes A.
//
// It fails when no record was taken; when only some were, the result tells.
// Effect: write.
func (c *Client) CancelAssign(ctx context.Context, req StatusRequest, opts ...duijie.CallOption) (*StatusResult, error) {
	return c.changeStatus(ctx, "CancelAssign", req, opts)
}

// operateOp is Operate in messages.
const operateOp = "ExcuteOperation"

// Operate runs another operation of a form (状态转换 ExcuteOperation): Forbid,
// Enable, Cancel, BillClose, ...; copy the case of opNumber from the form. What a
// form has is in the Operations of [Client.QueryBusinessInfo]. For operations on lines
// give Lines of the request.
//
// It fails when no record was taken; when only some were, the result tells.
// Official sources disagree about the spelling of the service: ExecuteOperation
// is tried where the server does not know ExcuteOperation.
//
// Effect: write.
func (c *Client) Operate(ctx context.Context, opNumber string, req StatusRequest, opts ...duijie.CallOption) (*StatusResult, error) {
	if !validName(opNumber) {
		return nil, fmt.Errorf("kingdee: operation number %q: %w", cut(opNumber), duijie.ErrInvalid)
	}
	if err := req.check(operateOp); err != nil {
		return nil, err
	}
	var res *StatusResult
	err := c.operate.call([]string{operateOp, "ExecuteOperation"}, func(name string) (err error) {
		res, err = c.sendStatus(ctx, name, req, opts, parameter{"opNumber", opNumber})
		return err
	})
	return res, err
}

func (c *Client) changeStatus(ctx context.Context, service string, req StatusRequest, opts []duijie.CallOption) (*StatusResult, error) {
	if err := req.check(service); err != nil {
		return nil, err
	}
	return c.sendStatus(ctx, service, req, opts)
}

func (c *Client) sendStatus(ctx context.Context, service string, req StatusRequest, opts []duijie.CallOption, between ...parameter) (*StatusResult, error) {
	op := operation{service: service, effect: duijie.EffectWrite, shape: mixedShape}
	params := append([]parameter{{"formid", req.FormID}}, between...)
	r, err := c.form(ctx, op, opts, append(params, parameter{"data", req.data()})...)
	if err != nil {
		return nil, err
	}
	return statusResult(r, req), nil
}

func statusResult(r *reading, req StatusRequest) *StatusResult {
	st := r.result.ResponseStatus
	out := &StatusResult{Errors: st.rowErrors(), Raw: r.body}
	if !st.IsSuccess {
		out.Code = string(st.MsgCode)
	}
	for _, e := range st.succeeded() {
		out.Succeeded = append(out.Succeeded, Entity{ID: string(e.ID), Number: string(e.Number)})
	}
	if st.SuccessEntitys == nil { // the oldest servers name nobody
		return out
	}
	asked := append(slices.Clone(req.Numbers), req.IDs...)
	for i, name := range asked {
		if !out.mentions(i, name) {
			out.Missing = append(out.Missing, name)
		}
	}
	return out
}

func (s *StatusResult) mentions(i int, name string) bool {
	for _, e := range s.Succeeded {
		if e.ID == name || strings.EqualFold(e.Number, name) {
			return true
		}
	}
	for _, e := range s.Errors {
		if containsName(e.Message, name) || e.Index == i && len(s.Succeeded) == 0 {
			return true
		}
	}
	return false
}

// containsName finds a number or id in a text, but not as a part of a longer one.
func containsName(text, name string) bool {
	part := func(c byte) bool {
		return c == '-' || c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
	}
	for from := 0; ; {
		at := strings.Index(text[from:], name)
		if at < 0 || name == "" {
			return false
		}
		at += from
		end := at + len(name)
		if (at == 0 || !part(text[at-1])) && (end == len(text) || !part(text[end])) {
			return true
		}
		from = at + 1
	}
}
