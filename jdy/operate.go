package jdy

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/duijie-go/duijie"
)

// OperateType is an operation of common_operate.
type OperateType string

// The operations of common_operate (通用操作).
const (
	OperateAudit   OperateType = "audit"           // 审核
	OperateUnaudit OperateType = "unaudit"         // 反审核
	OperateDelete  OperateType = "delete"          // 删除
	OperateClose   OperateType = "close_donothing" // 关闭 an order
	OperateDisable OperateType = "invalid"         // 禁用
	OperateEnable  OperateType = "valid"           // 启用
)

const (
	operatePath = "/jdy/v2/sys/common_operate"
	pushPath    = "/jdy/v2/sys/bill_push"
)

// OperateRequest says what to do with which records.
type OperateRequest struct {
	Entity     string      `json:"entity_number"`         // "sal_bill_order"; the kinds of record know theirs
	Type       OperateType `json:"operate_type"`          // what to do
	IDs        []string    `json:"ids,omitempty"`         // of the records
	Numbers    []string    `json:"numbers,omitempty"`     // instead of ids, or beside them
	IgnoreWarn bool        `json:"ignore_warn,omitempty"` // in spite of warnings
}

// Operate audits, un-audits, deletes, closes, disables or enables records
// (通用操作, POST /jdy/v2/sys/common_operate).
//
// What became of records the answer leaves out nobody knows: they are named in a
// [PartialError] that comes with duijie.ErrOutcomeUnknown. Effect: write, because a repeat is refused where the record is
// already so. Limit: 500 records a call.
func (c *Client) Operate(ctx context.Context, r OperateRequest, opts ...duijie.CallOption) (Saved, error) {
	switch n := len(r.IDs) + len(r.Numbers); {
	case r.Entity == "" || r.Type == "":
		return Saved{}, invalid(operatePath, "Entity and Type are needed")
	case n == 0:
		return Saved{}, invalid(operatePath, "no record is named: give IDs or Numbers")
	case n > MaxBatchRows:
		return Saved{}, invalid(operatePath, fmt.Sprintf("%d records, the platform takes %d", n, MaxBatchRows))
	}
	var a Answer
	if err := c.Call(ctx, "POST "+operatePath, nil, r, &a, opts...); err != nil {
		return Saved{}, err
	}
	done := readSaved(a.Data)
	if p := leftOut(r, done); p != nil {
		return done, &duijie.APIError{
			Platform: platform, Op: operatePath, Class: duijie.ClassRefused, Message: p.message(), Err: p, OutcomeUnknown: true,
			Hint: "the platform says success and does not name these records: read their state before repeating",
		}
	}
	return done, nil
}

// leftOut finds records the answer does not name. One that names only ids can
// not be compared with numbers.
func leftOut(r OperateRequest, done Saved) *PartialError {
	p := &PartialError{Saved: done, Named: true}
	for i, id := range r.IDs {
		if !slices.Contains(done.IDs, id) {
			p.Rows = append(p.Rows, RowError{Index: i, ID: id, Message: string(r.Type) + " is not confirmed for id " + id})
		}
	}
	if len(r.Numbers) > 0 && len(done.IDs) < len(r.IDs)+len(r.Numbers) && len(p.Rows) == 0 {
		named := map[string]bool{}
		for _, number := range done.Numbers {
			named[number] = true
		}
		for i, number := range r.Numbers {
			if !named[number] {
				p.Rows = append(p.Rows, RowError{Index: len(r.IDs) + i, Number: number, Message: string(r.Type) + " is not confirmed"})
			}
		}
	}
	if len(p.Rows) == 0 {
		return nil
	}
	return p
}

// PushRequest makes the next bill of a chain.
type PushRequest struct {
	ID     string `json:"id"`          // of the source bill
	Source string `json:"source_bill"` // its entity, "sal_bill_order"
	Target string `json:"target_bill"` // the entity to make, "sal_bill_outbound"
	Merge  bool   `json:"merge_push"`  // sales order to sales out-bound only
}

// Push makes a bill from a source bill and saves it at once (单据下推, POST
// /jdy/v2/sys/bill_push).
//
// Effect: write: a repeat makes another bill. After duijie.ErrOutcomeUnknown look
// for bills with this source before sending again.
func (c *Client) Push(ctx context.Context, r PushRequest, opts ...duijie.CallOption) (Saved, error) {
	if r.ID == "" || r.Source == "" || r.Target == "" {
		return Saved{}, invalid(pushPath, "ID, Source and Target are needed")
	}
	var a Answer
	if err := c.Call(ctx, "POST "+pushPath, nil, r, &a, opts...); err != nil {
		return Saved{}, err
	}
	return savedOne(pushPath, a.Data)
}

// notFound tells the platform's answer to a record that is not there, and
// nothing that only looks like it, such as a path that does not exist.
func notFound(err error) bool {
	e, ok := errors.AsType[*duijie.APIError](err)
	return ok && e.Class == duijie.ClassNotFound && strings.HasPrefix(e.Code, "10300")
}
