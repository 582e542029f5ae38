package kingdee

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/duijie-go/duijie"
)

// FormService reads and writes the records of one form. R is a record as lists
// give it, a struct with kingdee tags; M is a record to be saved, written in the
// platform's order of keys. The services in [Client] are of this type; one for
// another form, or with types of your own, comes from [NewFormService].
//
// Nothing here is an upsert: a model without its primary key is a new record.
type FormService[R, M any] struct {
	FormReader[R]

	check bool
}

// Validator is a model that can tell before it is sent that the server would
// refuse it. The models of this package are.
type Validator interface {
	// Validate returns one error, matching duijie.ErrInvalid, that names all that
	// is missing or wrong; nil when nothing is.
	Validate() error
}

// NewFormService makes a service of any form, custom ones too. Where M is a
// [Validator], Save and BatchSave ask it.
func NewFormService[R, M any](c *Client, form Form) *FormService[R, M] {
	return &FormService[R, M]{FormReader: FormReader[R]{RowReader[R]{client: c, form: form}}, check: true}
}

// Unchecked is the same service without the check of models before they are
// sent, for installations whose required fields (必录) differ: the server
// judges alone.
func (s *FormService[R, M]) Unchecked() *FormService[R, M] { return s.checking(false) }

// Checked is the same service with the check of models before they are sent. It
// is on already, except for the forms of which [Client] says otherwise.
func (s *FormService[R, M]) Checked() *FormService[R, M] { return s.checking(true) }

func (s *FormService[R, M]) checking(on bool) *FormService[R, M] {
	other := *s
	other.check = on
	return &other
}

// Save stores a record (保存): new without its primary key, an update with it.
// Members that are not set keep their stored value. A model that fails its
// check is refused before anything is sent, see [FormService.Unchecked].
//
// Effect: write. See [Client.Save].
func (s *FormService[R, M]) Save(ctx context.Context, model M, o SaveOptions, opts ...duijie.CallOption) (*SaveResult, error) {
	if err := s.validate(model); err != nil {
		return nil, err
	}
	return s.client.Save(ctx, SaveRequest{FormID: s.form.ID, Model: model, SaveOptions: o}, opts...)
}

// Draft stores a record without full checks (暂存), neither of this package nor
// of the server; its status is Z and it may have no number.
//
// Effect: write.
func (s *FormService[R, M]) Draft(ctx context.Context, model M, o SaveOptions, opts ...duijie.CallOption) (*SaveResult, error) {
	return s.client.Draft(ctx, SaveRequest{FormID: s.form.ID, Model: model, SaveOptions: o}, opts...)
}

// BatchSave stores several records in one call (批量保存), each for itself; see
// [Client.BatchSave]. When a model fails its check nothing is sent, and the
// error names every such model by its place.
//
// Effect: write. Limit: [BatchRows] rows are advised.
func (s *FormService[R, M]) BatchSave(ctx context.Context, list []M, o SaveOptions, opts ...duijie.CallOption) (*BatchResult, error) {
	models := make([]any, len(list))
	var errs []error
	for i, model := range list {
		models[i] = model
		if err := s.validate(model); err != nil {
			errs = append(errs, fmt.Errorf("row %d: %w", i, err))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return s.client.BatchSave(ctx, BatchSaveRequest{FormID: s.form.ID, Models: models, SaveOptions: o}, opts...)
}

func (s *FormService[R, M]) validate(model M) error {
	v, ok := any(model).(Validator)
	if !ok || !s.check {
		return nil
	}
	return v.Validate()
}

// ByNumber names records by their numbers for a status operation of a
// [FormService].
func ByNumber(numbers ...string) StatusRequest { return StatusRequest{Numbers: numbers} }

// ByID names records by their primary keys (内码) for a status operation of a
// [FormService].
func ByID(ids ...string) StatusRequest { return StatusRequest{IDs: ids} }

// Submit hands records in for approval (提交), see [Client.Submit]. FormID may
// stay empty, here and below.
//
// Effect: write.
func (s *FormService[R, M]) Submit(ctx context.Context, req StatusRequest, opts ...duijie.CallOption) (*StatusResult, error) {
	return s.status(ctx, req, opts, s.client.Submit)
}

// Audit approves records (审核), see [Client.Audit].
//
// Effect: write.
func (s *FormService[R, M]) Audit(ctx context.Context, req StatusRequest, opts ...duijie.CallOption) (*StatusResult, error) {
	return s.status(ctx, req, opts, s.client.Audit)
}

// UnAudit takes an approval back (反审核), see [Client.UnAudit].
//
// Effect: write.
func (s *FormService[R, M]) UnAudit(ctx context.Context, req StatusRequest, opts ...duijie.CallOption) (*StatusResult, error) {
	return s.status(ctx, req, opts, s.client.UnAudit)
}

// Delete removes records (删除) that are not audited, see [Client.Delete].
//
// Effect: write.
func (s *FormService[R, M]) Delete(ctx context.Context, req StatusRequest, opts ...duijie.CallOption) (*StatusResult, error) {
	return s.status(ctx, req, opts, s.client.Delete)
}

// CancelAssign takes a Submit back (撤销), see [Client.CancelAssign].
//
// Effect: write.
func (s *FormService[R, M]) CancelAssign(ctx context.Context, req StatusRequest, opts ...duijie.CallOption) (*StatusResult, error) {
	return s.status(ctx, req, opts, s.client.CancelAssign)
}

// Operate runs another operation of the form (状态转换), "Forbid" or "BillClose"
// for example, see [Client.Operate].
//
// Effect: write.
func (s *FormService[R, M]) Operate(ctx context.Context, opNumber string, req StatusRequest, opts ...duijie.CallOption) (*StatusResult, error) {
	return s.status(ctx, req, opts, func(ctx context.Context, req StatusRequest, opts ...duijie.CallOption) (*StatusResult, error) {
		return s.client.Operate(ctx, opNumber, req, opts...)
	})
}

type statusCall func(context.Context, StatusRequest, ...duijie.CallOption) (*StatusResult, error)

func (s *FormService[R, M]) status(ctx context.Context, req StatusRequest, opts []duijie.CallOption, call statusCall) (*StatusResult, error) {
	if req.FormID != "" && !strings.EqualFold(req.FormID, s.form.ID) {
		return nil, fmt.Errorf("kingdee: the request is for %s, the service for %s: %w", cut(req.FormID), s.form.ID, duijie.ErrInvalid)
	}
	req.FormID = s.form.ID
	return call(ctx, req, opts...)
}

// BillService is a FormService of a bill (单据): R is its head, L one of its
// lines.
type BillService[R, L, M any] struct {
	FormService[R, M]

	// Lines reads line by line; see [RowReader.Of] for those of one bill.
	Lines *RowReader[L]
}

// Unchecked is [FormService.Unchecked] of a bill.
func (s *BillService[R, L, M]) Unchecked() *BillService[R, L, M] { return s.checking(false) }

// Checked is [FormService.Checked] of a bill.
func (s *BillService[R, L, M]) Checked() *BillService[R, L, M] { return s.checking(true) }

func (s *BillService[R, L, M]) checking(on bool) *BillService[R, L, M] {
	return &BillService[R, L, M]{FormService: *s.FormService.checking(on), Lines: s.Lines}
}

// NewBillService makes a service of any bill, with types of your own.
func NewBillService[R, L, M any](c *Client, form Form) *BillService[R, L, M] {
	return &BillService[R, L, M]{FormService: *NewFormService[R, M](c, form), Lines: NewRowReader[L](c, form)}
}
