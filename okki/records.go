package okki

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"strconv"
	"time"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/pager"
	"github.com/duijie-go/duijie/internal/wire"
)

// RecordKind is what one kind of record is called on the wire. Those the package
// types are at hand as Kind of their service.
type RecordKind struct {
	Name string // for people: "product"
	Path string // "/v1/product"; list, info, push and remove are below it
	ID   string // member of the id, "product_id"
	// Number is the member of the number records are looked up by, "product_no"; "" =
	// the platform finds none by number.
	Number string

	PushPath   string // where it is not Path + "/push"
	PushID     string // member of the id in a push, where it is not ID
	RemovePath string // where it is not Path + "/remove"
	// Lines say how the lines of a record are told apart, so that an update changes
	// them instead of adding them anew.
	Lines []LineKind

	claims string // member of contacts whose e-mail, where a record has it, turns a push without an id into an edit of that one
}

// LineKind is a list of lines within a record.
type LineKind struct {
	Member string // "product_list"
	ID     string // member of a line's id, "unique_id"
	// Match are the members two lines are the same by, tried in turn; the lines of
	// each are paired in their order.
	Match [][]string
	// Remove tells that a line is deleted by sending its id with remove = 1. Else lines
	// that are left out stay, and a sink refuses an update that leaves some out.
	Remove bool
	// Loose: lines that are left out are no difference, and stay.
	Loose bool
	// Keep are members of a stored line that the platform sets to 0 where an update leaves
	// them out: they are sent again as they are.
	Keep []string
	// Whole are members a line that is deleted needs beside its id.
	Whole []string
}

func (k RecordKind) operation(method, below, other string) *Operation {
	path := other
	if path == "" {
		path = k.Path + "/" + below
	}
	return operationOf(method, path)
}

func (k RecordKind) list() *Operation { return k.operation(http.MethodGet, "list", "") }
func (k RecordKind) info() *Operation { return k.operation(http.MethodGet, "info", "") }
func (k RecordKind) push() *Operation { return k.operation(http.MethodPost, "push", k.PushPath) }
func (k RecordKind) pushID() string   { return firstOf(k.PushID, k.ID) }

// remove is a POST everywhere but for products.
func (k RecordKind) remove() *Operation {
	if o := k.operation(http.MethodGet, "remove", k.RemovePath); o.Title != "" {
		return o
	}
	return k.operation(http.MethodPost, "remove", k.RemovePath)
}

// Lister reads the rows of one list.
type Lister[Row any] struct {
	client *Client
	kind   RecordKind
}

// Reader reads one kind of record: the rows of its list and whole records.
type Reader[Row, Detail any] struct {
	Lister[Row] // the list
}

// Records reads and pushes one kind of record: rows of its list, whole records, and
// pushes, which create without an id and edit with one.
type Records[Row, Detail, Model any] struct {
	Reader[Row, Detail] // the list and whole records
}

// NewRecords makes the service of a kind with types of yours.
func NewRecords[Row, Detail, Model any](c *Client, kind RecordKind) *Records[Row, Detail, Model] {
	return &Records[Row, Detail, Model]{*newReader[Row, Detail](c, kind)}
}

func newReader[Row, Detail any](c *Client, kind RecordKind) *Reader[Row, Detail] {
	return &Reader[Row, Detail]{*newLister[Row](c, kind)}
}

func newLister[Row any](c *Client, kind RecordKind) *Lister[Row] {
	return &Lister[Row]{client: c, kind: kind}
}

// Kind is what the records are called on the wire.
func (r *Lister[Row]) Kind() RecordKind { return r.kind }

func (r *Lister[Row]) lister(q Query, opts []duijie.CallOption) lister {
	return lister{client: r.client, op: r.kind.list(), id: r.kind.ID, query: q, opts: opts}
}

// List reads one page (列表). Next of the page leads on; see [Lister.Pages] about
// rows that move. Effect: read. Limit: Config.MaxPageSize rows.
func (r *Lister[Row]) List(ctx context.Context, q Query, opts ...duijie.CallOption) (*duijie.Page[Row], error) {
	return listPage[Row](ctx, r.lister(q, opts))
}

// Pages reads the whole list page by page, again while rows move, and yields each
// row once; see [QueryPages]. Effect: read.
func (r *Lister[Row]) Pages(ctx context.Context, q Query, opts ...duijie.CallOption) duijie.Pages[Row] {
	return walkPages[Row](ctx, r.lister(q, opts))
}

// All reads the whole list row by row, with the guarantee of [QueryPages].
// Effect: read.
func (r *Lister[Row]) All(ctx context.Context, q Query, opts ...duijie.CallOption) iter.Seq2[Row, error] {
	return pager.All(r.Pages(ctx, q, opts...))
}

// Get reads a whole record by its id (详情). duijie.ErrNotFound: there is none.
// Effect: read.
func (r *Reader[Row, Detail]) Get(ctx context.Context, id int64, opts ...duijie.CallOption) (Detail, error) {
	return r.get(ctx, r.kind.ID, strconv.FormatInt(id, 10), opts)
}

// GetByNumber reads a whole record by its number (编号). duijie.ErrNotFound: there
// is none; duijie.ErrInvalid: the platform finds none of this kind by number.
// Effect: read.
func (r *Reader[Row, Detail]) GetByNumber(ctx context.Context, number string, opts ...duijie.CallOption) (Detail, error) {
	if r.kind.Number == "" {
		var zero Detail
		return zero, invalid(r.kind.info().Path, "the platform finds no "+r.kind.Name+" by number")
	}
	return r.get(ctx, r.kind.Number, number, opts)
}

func (r *Reader[Row, Detail]) get(ctx context.Context, by, value string, opts []duijie.CallOption) (Detail, error) {
	var out Detail
	raw, err := r.kind.fetch(ctx, r.client, by, value, opts)
	if err != nil {
		return out, err
	}
	if err := r.client.decode(raw, &out); err != nil {
		return out, fmt.Errorf("okki: %s: the record does not fit %T: %w", r.kind.info().Path, out, err)
	}
	return out, nil
}

// errNoRecord: a success without the record that was asked for. It is no word about
// the record: the platform says so when one is not there.
var errNoRecord = fmt.Errorf("the answer holds no record: %w", duijie.ErrMalformedAnswer)

// fetch reads a record. Only the platform's own words are ErrNotFound. An answer about
// another record must never be taken for this one.
func (k RecordKind) fetch(ctx context.Context, c *Client, by, value string, opts []duijie.CallOption) (json.RawMessage, error) {
	op := k.info()
	if value == "" || value == "0" && by == k.ID {
		return nil, invalid(op.Path, by+" is empty")
	}
	req, err := c.newRequest("GET "+op.Path, Params{by: value}, nil)
	if err != nil {
		return nil, err
	}
	if op.Path == quotationInfoPath && c.cfg.QuotationInfoBody {
		if req.body, err = wire.Marshal(map[string]string{by: value}); err != nil {
			return nil, err
		}
		req.contentType = "application/json"
	}
	e, err := c.send(ctx, req, duijie.NewCallOptions(opts...))
	if err != nil {
		return nil, err
	}
	if wire.First(e.data) != '{' || len(members(e.data)) == 0 {
		return nil, &duijie.APIError{Platform: platform, Op: op.Path, Class: duijie.ClassUnavailable, Code: e.code, Err: errNoRecord}
	}
	if id := idText(member(e.data, k.ID)); by == k.ID && id != "" && id != value {
		return nil, ambiguous{fmt.Sprintf("okki: asked for %s %s, the platform answers record %s", by, value, id)}
	}
	return e.data, nil
}

// GetMany reads whole records by their ids, several at the same time, and yields
// them in the order of ids. Records that are gone are left out; any other error ends
// it. parallel: 0 = 5. Effect: read, one call a record.
func (r *Reader[Row, Detail]) GetMany(ctx context.Context, ids []int64, parallel int, opts ...duijie.CallOption) iter.Seq2[Detail, error] {
	return func(yield func(Detail, error) bool) {
		for got := range inOrder(ctx, ids, parallel, func(ctx context.Context, id int64) (Detail, error) { return r.Get(ctx, id, opts...) }) {
			if isAbsent(got.err) {
				continue
			}
			if !yield(got.value, got.err) || got.err != nil {
				return
			}
		}
	}
}

// isAbsent tells the answer that means that a record is not there. Nothing else
// does: 404 is the platform's code for any failure.
func isAbsent(err error) bool {
	e, ok := errors.AsType[*duijie.APIError](err)
	return ok && e.Class == duijie.ClassNotFound
}

// Pushed is the answer to a push.
type Pushed struct {
	ID     int64  // of the record
	Number string // its number, where the answer tells
	// Settled tells that the answer was lost and the record was found by its number.
	Settled bool
	Raw     json.RawMessage // the data of the answer, or the record that was found
}

// Decode reads further members of the answer, such as sku_items, into out.
func (p Pushed) Decode(out any) error { return decode(p.Raw, out) }

// Push sends a record (新增/编辑): without an id it creates, with one it edits. In
// some kinds a number that is taken edits that record too: [Records.Create] looks
// first.
//
// The platform drops lines of documents without a word. Where the answer does not show
// all that were sent (those of orders and outbounds do), the document is read back, and
// what is missing is a [LostLinesError]: the document exists then, and Pushed names it.
//
// Effect: write, and a read for the documents whose answers show no lines. After
// duijie.ErrOutcomeUnknown look the record up by its number before sending it again:
// see [Reader.Settle].
func (r *Records[Row, Detail, Model]) Push(ctx context.Context, m Model, opts ...duijie.CallOption) (Pushed, error) {
	model, err := marshalModel(m)
	if err != nil {
		return Pushed{}, err
	}
	return r.kind.pushModel(ctx, r.client, model, opts)
}

// pushModel pushes what is encoded already.
func (k RecordKind) pushModel(ctx context.Context, c *Client, model json.RawMessage, opts []duijie.CallOption) (Pushed, error) {
	op := k.push()
	e, err := c.send(ctx, &request{op: op, body: model, contentType: "application/json"}, duijie.NewCallOptions(opts...))
	if err != nil {
		return Pushed{}, err
	}
	p, err := k.pushed(op, e.data, idText(member(model, k.pushID())))
	if err != nil {
		return p, err
	}
	return p, k.checkLines(ctx, c, model, p)
}

// pushed reads the answer to a push. One without an id does not say what became of
// the record, unless it was named.
func (k RecordKind) pushed(op *Operation, data json.RawMessage, named string) (Pushed, error) {
	p := Pushed{Raw: data}
	id := firstOf(idText(member(data, k.ID)), idText(member(data, k.pushID())), named)
	if k.Number != "" {
		p.Number = memberText(data, k.Number)
	}
	if id == "" {
		return p, &duijie.APIError{
			Platform: platform, Op: op.Path, Class: duijie.ClassUnavailable, OutcomeUnknown: true, Err: duijie.ErrMalformedAnswer,
			Message: "the answer does not say which record was pushed",
		}
	}
	p.ID, _ = strconv.ParseInt(id, 10, 64)
	if named != "" && named != id {
		return p, k.otherRecord("the push was to edit %s %s, and the platform says that it edited %s", k.Name, named, id)
	}
	return p, nil
}

// Create pushes a new record under a number that must be free: duijie.ErrConflict
// where it is taken. Should the answer be lost, the record is looked up by its
// number after settle (0 = a minute), and Pushed.Settled tells that it was found. If
// it is not there then, the error stays duijie.ErrOutcomeUnknown.
//
// A lead is only pushed where no lead has an e-mail of its contacts, archived and
// converted ones included: the platform would edit that one, and say success.
// duijie.ErrConflict tells whose the e-mail is, or, where the platform edited another
// lead all the same, which one. Leads of one e-mail are created one after the other; one
// that another client creates between the look and the push is not told from the new one. [LostLinesError] is as of Push, and Pushed names the
// document.
//
// Effect: write, and one read before; of a lead three lists for each e-mail before, and
// one read behind.
func (r *Records[Row, Detail, Model]) Create(ctx context.Context, m Model, settle time.Duration, opts ...duijie.CallOption) (Pushed, error) {
	model, err := marshalModel(m)
	if err != nil {
		return Pushed{}, err
	}
	op, number := r.kind.push(), memberText(model, r.kind.Number)
	switch {
	case r.kind.Number == "":
		return Pushed{}, invalid(op.Path, "the platform finds no "+r.kind.Name+" by number: use Push")
	case number == "":
		return Pushed{}, invalid(op.Path, r.kind.Number+" is missing: without it a lost answer can not be settled")
	case idText(member(model, r.kind.pushID())) != "":
		return Pushed{}, invalid(op.Path, "Create takes no id: use Push")
	}
	switch found, err := r.Settle(ctx, number); {
	case err == nil:
		return found, &duijie.APIError{
			Platform: platform, Op: op.Path, Class: duijie.ClassConflict,
			Message: fmt.Sprintf("%s %s is taken by record %d", r.kind.Number, number, found.ID),
		}
	case !isAbsent(err):
		return Pushed{}, err
	}
	pushed, since, err := r.kind.create(ctx, r.client, model, opts)
	if !errors.Is(err, duijie.ErrOutcomeUnknown) {
		return pushed, err
	}
	if settle <= 0 {
		settle = settleDelay
	}
	timer := time.NewTimer(settle)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
		return Pushed{}, errors.Join(err, ctx.Err())
	}
	found, lookup := r.Settle(ctx, number)
	if lookup != nil {
		return pushed, err
	}
	if err := r.kind.newer(r.client, found.Raw, since); err != nil {
		return found, err
	}
	return found, r.kind.lost(model, found, found.Raw, false)
}

// Settle looks up what became of a push whose answer was lost: the record with the
// number, or duijie.ErrNotFound. Give the platform a minute first. Effect: read.
func (r *Reader[Row, Detail]) Settle(ctx context.Context, number string) (Pushed, error) {
	if r.kind.Number == "" {
		return Pushed{}, invalid(r.kind.info().Path, "the platform finds no "+r.kind.Name+" by number")
	}
	raw, err := r.kind.byNumber(ctx, r.client, number)
	if err != nil {
		return Pushed{}, err
	}
	id, _ := whole(scalar(member(raw, r.kind.ID)))
	return Pushed{ID: id, Number: number, Settled: true, Raw: raw}, nil
}

// byNumber reads the record with a number. The answer must have it: a platform that
// ignored the parameter would answer another.
func (k RecordKind) byNumber(ctx context.Context, c *Client, number string) (json.RawMessage, error) {
	raw, err := k.fetch(ctx, c, k.Number, number, nil)
	if err != nil {
		return nil, err
	}
	if has := memberText(raw, k.Number); has != number || idText(member(raw, k.ID)) == "" {
		return nil, ambiguous{fmt.Sprintf("okki: asked for %s %q, the platform answers a record with %q", k.Number, number, has)}
	}
	return raw, nil
}

// ambiguous: the platform does not tell for sure which record has a number.
type ambiguous struct{ text string }

func (e ambiguous) Error() string { return e.text }

// Remove deletes a record by its id (删除). Effect: write. Errors:
// duijie.ErrNotFound, duijie.ErrRefused where documents follow or it is locked.
func (r *Records[Row, Detail, Model]) Remove(ctx context.Context, id int64, opts ...duijie.CallOption) error {
	return r.client.removeBy(ctx, r.kind.remove(), r.kind.ID, id, opts)
}

// removeBy deletes by id, in the query or body as the operation wants it.
func (c *Client) removeBy(ctx context.Context, op *Operation, name string, id int64, opts []duijie.CallOption) error {
	if op.Title == "" {
		return invalid(op.Path, "the platform documents no removal of these records")
	}
	if op.Body == BodyNone {
		return c.call(ctx, op.Method, op.Path, Params{name: id}, nil, nil, opts)
	}
	return c.call(ctx, op.Method, op.Path, nil, map[string]int64{name: id}, nil, opts)
}
