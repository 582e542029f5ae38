package kingdee

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/kingdee/kingdeetest"
)

func TestUpsertCreatesThenUpdates(t *testing.T) {
	t.Parallel()
	c, s := newPair(t, SignHeaders)
	for i, want := range []bool{true, false, false} {
		name := fmt.Sprintf("第%d版", i)
		var model any = newCustomer("C-1", name)
		if i == 2 {
			model = NewModel().Set("FCreateOrgId", Number("100")).Set("FUseOrgId", Number("100")).Set("FNumber", "C-1").Set("FName", name)
		}
		res, err := c.Upsert(t.Context(), FormCustomer, model, UpsertOptions{})
		require.NoError(t, err)
		require.Equal(t, want, res.Created)
		rec, _ := s.Record(customers, "C-1")
		require.Equal(t, fmt.Sprint(rec.ID), res.ID)
		require.JSONEq(t, `"`+name+`"`, string(rec.Fields["FName"]))
	}
	require.Len(t, s.Records(customers), 1)

	s.Inject(kingdeetest.Fault{Op: "Save", Kind: kingdeetest.CutAfter}) // the answer of a create is lost
	_, err := c.Upsert(t.Context(), FormCustomer, newCustomer("C-2", "甲"), UpsertOptions{})
	require.ErrorIs(t, err, duijie.ErrOutcomeUnknown)
	res, err := c.Upsert(t.Context(), FormCustomer, newCustomer("C-2", "甲"), UpsertOptions{})
	require.NoError(t, err)
	require.False(t, res.Created)
	require.Len(t, s.Records(customers), 2)
}

// A number taken between the look and the save is looked up once more.
func TestUpsertMeetsATakenNumber(t *testing.T) {
	t.Parallel()
	taken := refusedBody("11", "违反字段唯一性要求：编码唯一。[C-1]在当前系统中已经被使用。")
	for name, c := range map[string]struct {
		answers []string
		kind    error
		ops     string
	}{
		"found then":      {[]string{`[]`, taken, `[[7,"C-1"]]`, okStatus}, nil, "ExecuteBillQuery Save ExecuteBillQuery Save"},
		"not to be seen":  {[]string{`[]`, taken, `[]`}, duijie.ErrConflict, "ExecuteBillQuery Save ExecuteBillQuery"},
		"taken again":     {[]string{`[]`, taken, `[[7,"C-1"]]`, taken}, duijie.ErrConflict, "ExecuteBillQuery Save ExecuteBillQuery Save"},
		"update refused":  {[]string{`[[7,"C-1"]]`, taken}, duijie.ErrConflict, "ExecuteBillQuery Save"},
		"lost":            {[]string{`[]`, "cut"}, duijie.ErrOutcomeUnknown, "ExecuteBillQuery Save"},
		"ambiguous":       {[]string{`[[7,"C-1"],[8,"C-1"]]`}, duijie.ErrInvalid, "ExecuteBillQuery"},
		"other case":      {[]string{`[[7,"c-1"]]`, okStatus}, nil, "ExecuteBillQuery Save"},
		"lookup refused":  {[]string{refusedBody("2", "x")}, duijie.ErrPermission, "ExecuteBillQuery"},
		"another refusal": {[]string{`[]`, refusedBody("11", "必填")}, duijie.ErrRefused, "ExecuteBillQuery Save"},
	} {
		client, s := script(t, c.answers...)
		res, err := client.Upsert(t.Context(), FormCustomer, newCustomer("C-1", "甲"), UpsertOptions{Org: "101"})
		require.ErrorIs(t, err, c.kind, name)
		var ops []string
		for _, call := range s.calls {
			ops = append(ops, call.Op)
		}
		require.Equal(t, c.ops, strings.Join(ops, " "), name)
		require.Contains(t, s.calls[0].Body, `FNumber='C-1' and FUseOrgId.FNumber='101'`, name)
		if err == nil {
			require.False(t, res.Created)
			require.Equal(t, "7", member(t, s.last().Body, "data", "Model", "FCUSTID"), name)
		}
	}
}

func TestUpsertChecksItsInput(t *testing.T) {
	t.Parallel()
	c, s := script(t, okStatus)
	for name, f := range map[string]func() error{
		"form": func() error {
			_, err := c.Upsert(t.Context(), Form{ID: "X"}, newCustomer("A", "甲"), UpsertOptions{})
			return err
		},
		"org": func() error {
			_, err := c.Upsert(t.Context(), FormSaleOrder, newCustomer("A", "甲"), UpsertOptions{Org: "1"})
			return err
		},
		"no number": func() error {
			_, err := c.Upsert(t.Context(), FormCustomer, newCustomer("", "甲"), UpsertOptions{})
			return err
		},
		"blank": func() error {
			_, err := c.Upsert(t.Context(), FormCustomer, newCustomer(" A", "甲"), UpsertOptions{})
			return err
		},
		"key": func() error {
			_, err := c.Upsert(t.Context(), FormCustomer, Customer{ID: 7, Number: "A"}, UpsertOptions{})
			return err
		},
		"map": func() error {
			_, err := c.Upsert(t.Context(), FormCustomer, map[string]any{"FNumber": "A", "FName": "x"}, UpsertOptions{})
			return err
		},
		"raw": func() error {
			_, err := c.Upsert(t.Context(), FormCustomer, json.RawMessage(`{"FNumber":`), UpsertOptions{})
			return err
		},
	} {
		t.Log(name)
		notSent(t, s, f())
	}
}

// Lines of a bill that exists are refused, replaced or added, as was said; those
// with their keys need no choice.
func TestUpsertLines(t *testing.T) {
	t.Parallel()
	c, s := orderServer(t)
	o := UpsertOptions{SaveOptions: SaveOptions{AllowUnknownReferences: true}}
	_, err := c.Upsert(t.Context(), FormSaleOrder, orderModel("XS1", 5, 7), o)
	require.NoError(t, err)
	_, err = c.Upsert(t.Context(), FormSaleOrder, orderModel("XS1", 5, 8), o)
	require.ErrorIs(t, err, duijie.ErrInvalid)
	require.Equal(t, []string{"5", "7"}, quantities(t, s, "XS1"))
	o.Lines = ReplaceLines
	_, err = c.Upsert(t.Context(), FormSaleOrder, orderModel("XS1", 5, 8), o)
	require.NoError(t, err)
	require.Equal(t, []string{"5", "8"}, quantities(t, s, "XS1"))
	o.Lines = AddLines
	_, err = c.Upsert(t.Context(), FormSaleOrder, orderModel("XS1", 9), o)
	require.NoError(t, err)
	require.Equal(t, []string{"5", "8", "9"}, quantities(t, s, "XS1"))

	for model, want := range map[string]string{
		`{"FEntity":[{"FEntryID":7,"FQty":1}],"FName":"x"}`:        "",
		`{"FEntity":[{"fentryid":"7"},{"FEntryID":0}]}`:            "FEntity",
		`{"FA":[1,2],"FB":[{"FQty":1}]}`:                           "FB",
		`{"FSub":{"FX":[{"FQty":1}]}}`:                             "",
		`{"FEntity":[]}`:                                           "",
		`{"FEntity":[{"FEntryID":null,"FQty":1}]}`:                 "FEntity",
		`{"FEntity":[{"FQty":"{\"FEntryID\":1}"}],"FOther":[{}]} `: "FEntity,FOther",
	} {
		require.Equal(t, want, strings.Join(unnamedLines(json.RawMessage(model), nil), ","), model)
	}
	require.Empty(t, unnamedLines(json.RawMessage(`{"FB":[{"FQty":1}]}`), []string{"FName"}), "lines that are not written")
	require.Equal(t, []string{"FB"}, unnamedLines(json.RawMessage(`{"FB":[{"FQty":1}]}`), []string{"FName", "fb"}))
}

// Callers at the same time make one record.
func TestUpsertRaces(t *testing.T) {
	t.Parallel()
	c, s := newPair(t, SignHeaders)
	var wait sync.WaitGroup
	for i := range 8 {
		wait.Go(func() {
			if _, err := c.Upsert(t.Context(), FormCustomer, newCustomer("C-1", fmt.Sprint(i)), UpsertOptions{}); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	require.Len(t, s.Records(customers), 1)
}
