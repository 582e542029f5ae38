package platforms

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/kingdee"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/qeasy"
	"github.com/duijie-go/duijie/sync/workflow"
)

// readOrgs reads distributionOrg: internal ids of organisations, parted by commas.
func (s *kingdeeSave) readOrgs() {
	if s.spec.OrgIDs == "" {
		return
	}
	bad := func(format string, args ...any) {
		s.bad("/distributionOrg", "", qeasy.CodeUnsupportedMember, format, args...)
	}
	for part := range strings.SplitSeq(s.spec.OrgIDs, ",") {
		id, err := strconv.ParseInt(strings.TrimSpace(part), 10, 64)
		switch {
		case err != nil || id <= 0:
			bad("%q is no internal id of an organisation (内码): a code is not taken for one", strings.TrimSpace(part))
			return
		case !slices.Contains(s.orgs, id):
			s.orgs = append(s.orgs, id)
		}
	}
	switch {
	case s.form.ID == "":
	case isBill(s.form):
		bad("%s are bills: base data alone is allocated", s.form.ID)
	case s.k.cfg.Org == "" && !slices.ContainsFunc(s.spec.Fields, func(f qeasy.Field) bool { return strings.EqualFold(f.Name, s.form.Org) && !blank(&f) }):
		bad("an allocated number stands in several organisations: give %s a value, so that the record is told from theirs", s.form.Org)
	case s.number == nil:
		bad("which records an organisation has is found out by their numbers: give %s a value", s.form.Number)
	default:
		s.note("/distributionOrg", "", "base data is allocated (分配) behind its save, to those of the organisations that do not have it yet; an allocation whose answer was "+
			"lost is looked up, and leaves no doubt about the save")
		if !s.audit {
			s.note("/distributionOrg", "", "the half audits nothing (IsAutoSubmitAndAudit): the platform may refuse to allocate records that are not audited, "+
				"which are dead letters then though they are saved")
		}
	}
}

// The statuses between a save and its allocation.
const (
	kingdeeKept      = "kept"      // by the organisation that created it alone, or by some of those wanted
	kingdeeAllocated = "allocated" // all organisations have it
)

// kingdeeAllocation allocates base data to organisations.
type kingdeeAllocation struct {
	client *kingdee.Client
	form   kingdee.Form
	orgs   []int64
	audit  bool // submit and audit the records of the organisations
}

// allocated makes the allocation a step behind the save.
func (s *kingdeeSave) allocated(save targetSink) (targetSink, error) {
	a := &kingdeeAllocation{client: s.k.client, form: s.form, orgs: s.orgs, audit: s.audit}
	return workflow.New(workflow.Config[json.RawMessage]{
		Save: save, Status: a.status, StatusRows: max(min(100, allocationRows/len(s.orgs)), 1),
		Steps:    []workflow.Step{{Name: "allocate", From: []string{kingdeeKept}, To: kingdeeAllocated, Do: a.allocate, Rows: kingdee.BatchRows}},
		Editable: []string{kingdeeKept, kingdeeAllocated}, Final: kingdeeAllocated, Settle: s.k.settle,
	})
}

// allocationRows is how many rows a lookup of allocations may have.
const allocationRows = 2000

// allocation is where a record stands.
type allocation struct {
	missing []int64  // organisations that do not have it
	open    []string // primary keys of those of organisations that are not audited, where they should be
}

func (a *allocation) whole() bool { return len(a.missing)+len(a.open) == 0 }

func (a *kingdeeAllocation) status(ctx context.Context, ids []string) (map[string]string, error) {
	read, err := a.read(ctx, ids)
	if err != nil {
		return nil, err
	}
	out := make(map[string]string, len(read))
	for id, at := range read {
		out[id] = kingdeeKept
		if at.whole() {
			out[id] = kingdeeAllocated
		}
	}
	return out, nil
}

// read tells which organisations have the records. That of an organisation has a primary
// key of its own, the number and the creating organisation of the record: one that the
// organisation created itself under the number is another.
func (a *kingdeeAllocation) read(ctx context.Context, ids []string) (map[string]*allocation, error) {
	const created, used, status = "FCreateOrgId", "FUseOrgId", "FDocumentStatus"
	type origin struct{ number, org string }
	of, err := a.query(ctx, kingdee.In(a.form.Key, kingdeeKeys(ids)...), a.form.Key, a.form.Number, created)
	if err != nil {
		return nil, err
	}
	out, origins, numbers := map[string]*allocation{}, map[string]origin{}, []string{}
	for _, row := range of {
		id, number := row[0].Text(), strings.TrimRight(row[1].Text(), " ")
		out[id], origins[id] = &allocation{}, origin{strings.ToLower(number), row[2].Text()}
		numbers = append(numbers, number)
	}
	if len(numbers) == 0 {
		return out, nil
	}
	rows, err := a.query(ctx, kingdee.And(kingdee.In(a.form.Number, numbers...), kingdee.In(used, a.orgs...)), a.form.Key, a.form.Number, created, used, status)
	if err != nil {
		return nil, err
	}
	for id, at := range out {
		for _, org := range a.orgs {
			i := slices.IndexFunc(rows, func(row []kingdee.Cell) bool {
				same := origin{strings.ToLower(strings.TrimRight(row[1].Text(), " ")), row[2].Text()} == origins[id]
				return same && row[3].Text() == strconv.FormatInt(org, 10)
			})
			switch {
			case i < 0:
				at.missing = append(at.missing, org)
			case a.audit && rows[i][0].Text() != id && rows[i][4].Text() != kingdee.StatusAudited:
				at.open = append(at.open, rows[i][0].Text())
			}
		}
	}
	return out, nil
}

func (a *kingdeeAllocation) query(ctx context.Context, where kingdee.Filter, fields ...string) ([][]kingdee.Cell, error) {
	filter, err := where.Text()
	if err != nil {
		return nil, err
	}
	rows, err := a.client.Query(ctx, kingdee.Query{FormID: a.form.ID, Fields: fields, Filter: filter, Order: a.form.Key + " ASC", Limit: allocationRows + 1})
	if err == nil && len(rows) > allocationRows {
		err = fmt.Errorf("duijie/sync/qeasy/platforms: more than %d records of %s in the organisations: %w", allocationRows, a.form.ID, duijie.ErrMalformedAnswer)
	}
	return rows, err
}

// allocate is the step. Organisations that have a record already are not asked again.
// What an answer does not tell is read back.
func (a *kingdeeAllocation) allocate(ctx context.Context, ids []string) ([]duijiesync.Outcome, error) {
	before, err := a.read(ctx, ids)
	if err != nil {
		return nil, err
	}
	said := map[string]string{} // by id, the platform's words
	did := false
	for _, part := range alike(ids, before) {
		err := a.part(ctx, part, before[part[0]], said)
		switch {
		case errors.Is(err, duijie.ErrOutcomeUnknown):
			return a.unsure(ids), nil // the workflow reads the statuses, once they had time
		case err != nil && !did:
			return nil, err
		case err != nil:
			return a.unsure(ids), nil //nolint:nilerr // some are done: the workflow reads the statuses and meets the reason again
		}
		did = true
	}
	after, err := a.read(ctx, ids)
	if err != nil {
		return a.unsure(ids), nil //nolint:nilerr // what was done is read again by the workflow
	}
	out := make([]duijiesync.Outcome, len(ids))
	for i, id := range ids {
		switch at := after[id]; {
		case at == nil:
			out[i] = duijiesync.Outcome{Kind: duijiesync.OutcomeRefused, TargetID: id, Code: "allocate", Message: "the record is not there any more"}
		case at.whole():
			out[i] = duijiesync.Outcome{Kind: duijiesync.OutcomeUpdated, TargetID: id}
		case said[id] != "":
			out[i] = duijiesync.Outcome{Kind: duijiesync.OutcomeRefused, TargetID: id, Code: "allocate", Field: "distributionOrg", Message: said[id]}
		}
	}
	return out, nil
}

// unsure leaves the outcomes open.
func (a *kingdeeAllocation) unsure(ids []string) []duijiesync.Outcome {
	return make([]duijiesync.Outcome, len(ids))
}

// alike parts records by what is left to do for them.
func alike(ids []string, at map[string]*allocation) [][]string {
	var out [][]string
	for _, id := range ids {
		if at[id] == nil || at[id].whole() {
			continue
		}
		same := slices.IndexFunc(out, func(part []string) bool { return slices.Equal(at[part[0]].missing, at[id].missing) })
		if same < 0 || len(at[id].open)+len(at[out[same][0]].open) > 0 {
			out = append(out, []string{id})
			continue
		}
		out[same] = append(out[same], id)
	}
	return out
}

// part allocates records that lack the same organisations, and audits what is open.
func (a *kingdeeAllocation) part(ctx context.Context, ids []string, at *allocation, said map[string]string) error {
	if len(at.missing) > 0 {
		res, err := a.client.Allocate(ctx, kingdee.AllocateRequest{FormID: a.form.ID, IDs: ids, OrgIDs: at.missing, SubmitAndAudit: a.audit})
		if err = a.heard(ids, res, err, said); err != nil {
			return err
		}
	}
	if len(at.open) == 0 {
		return nil
	}
	for _, step := range []func(context.Context, kingdee.StatusRequest, ...duijie.CallOption) (*kingdee.StatusResult, error){a.client.Submit, a.client.Audit} {
		res, err := step(ctx, kingdee.StatusRequest{FormID: a.form.ID, IDs: at.open})
		if err = a.heard(ids, res, err, said); err != nil {
			return err
		}
	}
	return nil
}

// heard keeps what a call says about records; an error that is not about them is returned.
func (a *kingdeeAllocation) heard(ids []string, res *kingdee.StatusResult, err error, said map[string]string) error {
	if err != nil {
		refused := errors.Is(err, duijie.ErrRefused) || errors.Is(err, duijie.ErrInvalid) || errors.Is(err, duijie.ErrConflict) || errors.Is(err, duijie.ErrNotFound)
		if !refused || errors.Is(err, duijie.ErrOutcomeUnknown) {
			return err
		}
		for _, id := range ids {
			said[id] = err.Error()
		}
		return nil
	}
	var all []string
	for _, e := range res.Errors {
		all = append(all, e.Message)
	}
	for i, id := range ids {
		own := all
		for _, e := range res.Errors {
			if e.Index == i && len(ids) > 1 {
				own = []string{e.Message}
			}
		}
		if len(own) > 0 {
			said[id] = strings.Join(own, "; ")
		}
	}
	return nil
}
