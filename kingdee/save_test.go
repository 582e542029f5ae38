package kingdee

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/kingdee/kingdeetest"
)

func newCustomer(number, name string) Customer {
	return Customer{CreateOrg: Number("100"), UseOrg: Number("100"), Number: number, Name: name}
}

func TestSaveAndUpdate(t *testing.T) {
	t.Parallel()
	c, s := newPair(t, SignHeaders)
	customer := newCustomer("C-1", "甲 & <乙>")
	customer.Extra = []Field{{"F_XYZ_Grade", "A"}}
	saved, err := c.Customers.Save(t.Context(), customer, SaveOptions{ReturnFields: []string{"FName"}, AutoSubmitAndAudit: true})
	require.NoError(t, err)
	require.Equal(t, "C-1", saved.Number)
	require.JSONEq(t, `{"FName":"甲 & <乙>"}`, string(saved.Returned))
	rec, _ := s.Record("BD_Customer", "C-1")
	require.Equal(t, "C", rec.Status)
	require.Equal(t, fmt.Sprint(rec.ID), saved.ID)
	require.JSONEq(t, `"A"`, string(rec.Fields["F_XYZ_Grade"]))

	_, err = c.Customers.Save(t.Context(), newCustomer("C-1", "again"), SaveOptions{})
	require.ErrorIs(t, err, duijie.ErrConflict)
	update := newCustomer("", "乙")
	update.ID = rec.ID
	_, err = c.Customers.Save(t.Context(), update, SaveOptions{})
	require.ErrorIs(t, err, duijie.ErrRefused, "audited")
	ask := StatusRequest{FormID: "BD_Customer", Numbers: []string{"C-1"}}
	_, err = c.Audit(t.Context(), ask)
	require.ErrorIs(t, err, ErrAlreadyAudited)
	res, err := c.UnAudit(t.Context(), ask)
	require.NoError(t, err)
	require.Equal(t, []Entity{{saved.ID, "C-1"}}, res.Succeeded)
	_, err = c.Customers.Save(t.Context(), update, SaveOptions{}, duijie.WithEffect(duijie.EffectIdempotent))
	require.NoError(t, err)
	for _, step := range []func() error{
		func() error { _, err := c.Submit(t.Context(), ask); return err },
		func() error { _, err := c.CancelAssign(t.Context(), ask); return err },
		func() error { _, err := c.Operate(t.Context(), "Forbid", ask); return err },
		func() error { _, err := c.Delete(t.Context(), ask); return err },
	} {
		require.NoError(t, step())
	}
	_, ok := s.Record("BD_Customer", "C-1")
	require.False(t, ok)
	_, err = c.Audit(t.Context(), ask)
	require.ErrorIs(t, err, duijie.ErrNotFound)

	unknown := newCustomer("C-2", "丙")
	unknown.Currency = Number("NO-SUCH")
	_, err = c.Customers.Save(t.Context(), unknown, SaveOptions{})
	require.ErrorIs(t, err, duijie.ErrRefused, "unknown references are refused by default")
	draft, err := c.Draft(t.Context(), SaveRequest{FormID: "BD_Customer", Model: NewModel().Set("FNumber", "D-1")})
	require.NoError(t, err)
	require.NotEmpty(t, draft.ID)
}

func TestStatusNamesTheMissing(t *testing.T) {
	t.Parallel()
	c, s := newPair(t, SignHeaders)
	seedCustomers(s, 3)
	s.Seed("BD_Customer", map[string]any{"FNumber": "OPEN", "FName": "x", "FDocumentStatus": "A"})
	res, err := c.UnAudit(t.Context(), StatusRequest{FormID: "BD_Customer", Numbers: []string{"C-0001", "GONE", "OPEN", "C-0002"}})
	require.NoError(t, err)
	require.Len(t, res.Succeeded, 2)
	require.Len(t, res.Errors, 1)
	require.Equal(t, []string{"GONE"}, res.Missing)
	require.Equal(t, "11", res.Code)
	for _, bad := range []StatusRequest{{}, {FormID: "X"}, {FormID: "X", IDs: []string{"1,2"}}, {FormID: "X", Numbers: []string{""}}} {
		_, err := c.UnAudit(t.Context(), bad)
		require.ErrorIs(t, err, duijie.ErrInvalid)
	}
}

func TestOperateFallsBackToTheOtherSpelling(t *testing.T) {
	t.Parallel()
	var paths []string
	c := mocked(t, SignHeaders, func(r *http.Request) (*http.Response, error) {
		op := opName(r.URL.Path[:len(r.URL.Path)-len(serviceSuffix)])
		paths = append(paths, op)
		if op == "ExcuteOperation" {
			return answerText(404, "Service not found")(r)
		}
		return answerText(200, okStatus)(r)
	})
	for range 2 {
		_, err := c.Operate(t.Context(), "Forbid", StatusRequest{FormID: "BD_Customer", Numbers: []string{"A"}})
		require.NoError(t, err)
	}
	require.Equal(t, []string{"ExcuteOperation", "ExecuteOperation", "ExecuteOperation"}, paths)
}

func TestBatchSaveTellsRowByRow(t *testing.T) {
	t.Parallel()
	for _, old := range []bool{false, true} {
		t.Run(fmt.Sprint("old ", old), func(t *testing.T) {
			t.Parallel()
			var opts []kingdeetest.Option
			if old {
				opts = append(opts, kingdeetest.WithoutMsgCode())
			}
			c, s := newPair(t, SignHeaders, opts...)
			seedCustomers(s, 1)
			s.Refuse("BD_Customer", "BAD", "FName", "名称不合规")
			res, err := c.Customers.BatchSave(t.Context(), []Customer{newCustomer("N-1", "一"), newCustomer("BAD", "二"), newCustomer("C-0001", "三"), newCustomer("N-2", "四")}, SaveOptions{})
			require.NoError(t, err, "a mixed result is no error of the call")
			var got []RowStatus
			for i, r := range res.Rows {
				require.Equal(t, i, r.Index)
				got = append(got, r.Status)
			}
			if old {
				require.Equal(t, []RowStatus{RowSaved, RowUnknown, RowUnknown, RowSaved}, got)
				require.Len(t, res.Errors, 2)
			} else {
				require.Equal(t, []RowStatus{RowSaved, RowRefused, RowDuplicate, RowSaved}, got)
				require.Equal(t, []RowError{{Index: 1, Field: "FName", Message: "名称不合规"}}, res.Rows[1].Errors)
				require.ErrorIs(t, res.Err(), duijie.ErrConflict)
				require.ErrorIs(t, res.Err(), duijie.ErrRefused)
				require.Equal(t, "11", res.Rows[1].Code)
			}
			require.Equal(t, "N-2", res.Rows[3].Number)

			res, err = c.Customers.BatchSave(t.Context(), []Customer{newCustomer("BAD", "二")}, SaveOptions{})
			require.NoError(t, err)
			require.Equal(t, RowRefused, res.Rows[0].Status, "one row is named without an index")
			s.RefuseUnnamed("BD_Customer", "POISON")
			_, err = c.Customers.BatchSave(t.Context(), []Customer{newCustomer("N-3", "一"), newCustomer("POISON", "二")}, SaveOptions{})
			require.ErrorIs(t, err, duijie.ErrRefused)
			require.NotErrorIs(t, err, duijie.ErrOutcomeUnknown)
		})
	}
}

func TestBatchVerdicts(t *testing.T) {
	t.Parallel()
	batch := func(body string) (*BatchResult, error) {
		c := mocked(t, SignHeaders, answerText(200, body))
		return c.BatchSave(t.Context(), BatchSaveRequest{FormID: "BD_Customer", Models: []any{NewModel(), NewModel(), NewModel(), NewModel()}})
	}
	res, err := batch(`{"Result":{"ResponseStatus":{"IsSuccess":false,"MsgCode":13,
		"Errors":[{"Message":"x","DIndex":1},{"Message":"网络控制冲突","DIndex":2},{"Message":"y","DIndex":9}],
		"SuccessEntitys":[{"Id":"guid","Number":null,"DIndex":0},{"Id":5,"Number":"B","DIndex":1}]},"NeedReturnData":[{"FName":"a"},{}]}}`)
	require.NoError(t, err)
	require.Equal(t, []RowStatus{RowSaved, RowRefused, RowLocked, RowUnknown}, []RowStatus{res.Rows[0].Status, res.Rows[1].Status, res.Rows[2].Status, res.Rows[3].Status})
	require.Equal(t, "guid", res.Rows[0].ID)
	require.JSONEq(t, `{"FName":"a"}`, string(res.Rows[0].Returned))
	require.Len(t, res.Errors, 1)
	require.ErrorIs(t, res.Rows[3].Err(), duijie.ErrOutcomeUnknown)

	_, err = batch(refusedBody("9", "业务对象不存在"))
	require.ErrorIs(t, err, duijie.ErrNotFound, "speaks of the call, not of row 0")
	_, err = batch(refusedBody("2", "您没有权限"))
	require.ErrorIs(t, err, duijie.ErrPermission)
	res, err = batch(refusedBody("11", "x"))
	require.NoError(t, err)
	require.Equal(t, []RowStatus{RowRefused, RowUnknown, RowUnknown, RowUnknown}, []RowStatus{res.Rows[0].Status, res.Rows[1].Status, res.Rows[2].Status, res.Rows[3].Status})
	for _, body := range []string{`{}`, `{"Result":{}}`, `[]`, `<html>`, refusedBody("4", "x"), `response_error:x`} {
		_, err = batch(body)
		require.ErrorIs(t, err, duijie.ErrOutcomeUnknown, body)
	}
}

func TestSaveDefaultsAreSafe(t *testing.T) {
	t.Parallel()
	var sent []byte
	c := mocked(t, SignHeaders, func(r *http.Request) (*http.Response, error) {
		sent, _ = io.ReadAll(r.Body)
		return answerText(200, okStatus)(r)
	})
	_, err := c.Save(t.Context(), SaveRequest{FormID: "BD_Customer", Model: Customer{ID: 7, CreateOrg: Number("100"), Name: "x", Extra: []Field{{"F_B", 1}, {"F_A", 2}}}})
	require.NoError(t, err)
	require.Equal(t, `{"formid":"BD_Customer","data":{"NeedUpDateFields":[],"NeedReturnFields":[],"IsDeleteEntry":false,"SubSystemId":"",`+
		`"IsVerifyBaseDataField":true,"IsEntryBatchFill":true,"ValidateFlag":true,"NumberSearch":true,"IsAutoAdjustField":false,`+
		`"InterationFlags":"","IgnoreInterationFlag":true,"IsControlPrecision":false,"ValidateRepeatJson":false,"IsAutoSubmitAndAudit":false,`+
		`"Model":{"FCUSTID":7,"FCreateOrgId":{"FNumber":"100"},"FName":"x","F_B":1,"F_A":2}}}`, string(sent))
	c.positional = true
	_, err = c.Save(t.Context(), SaveRequest{FormID: "BD_Customer", Model: NewModel().Set("Z", 1).Set("A", "<&>")})
	require.NoError(t, err)
	var positional struct{ Parameters []string }
	require.NoError(t, json.Unmarshal(sent, &positional))
	require.Equal(t, "BD_Customer", positional.Parameters[0])
	require.Contains(t, positional.Parameters[1], `"Model":{"Z":1,"A":"<&>"}`)
}

func TestModelsKeepTheirOrder(t *testing.T) {
	t.Parallel()
	m := NewModel().Set("Z", 1).Set("A", Number("100")).SetIf(false, "N", 1).Set("L", []*Model{NewModel().Set("Y", RefID("FMATERIALID", 5)).Set("B", RefBy("FUserID", "u"))})
	raw, err := json.Marshal(m)
	require.NoError(t, err)
	require.Equal(t, `{"Z":1,"A":{"FNumber":"100"},"L":[{"Y":{"FMATERIALID":5},"B":{"FUserID":"u"}}]}`, string(raw))
	var back Model
	require.NoError(t, json.Unmarshal(raw, &back))
	again, err := json.Marshal(&back)
	require.NoError(t, err)
	require.Equal(t, string(raw), string(again))
	v, ok := m.Get("Z")
	require.True(t, ok)
	require.Equal(t, 1, v)
	require.Len(t, m.Fields(), 3)
	require.ErrorIs(t, NewModel().Set("A", 1).Set("A", 2).Err(), duijie.ErrInvalid)
	require.ErrorIs(t, NewModel().Set("", 1).Err(), duijie.ErrInvalid)
	require.ErrorIs(t, json.Unmarshal([]byte(`{"A":1,"A":2}`), &back), duijie.ErrInvalid)
	require.True(t, Reference{}.IsZero())

	c, s := newPair(t, SignHeaders)
	for _, bad := range []any{
		map[string]any{"A": 1}, duijie.Record{"A": 1}, &map[string]string{}, 5, "x", nil, []int{1}, json.RawMessage(`[1]`),
		struct{ Lines []map[string]any }{[]map[string]any{{"B": 1, "A": 2}}}, NewModel().Set("A", map[string]int{"x": 1, "y": 2}),
		NewModel().Set("A", 1).Set("A", 2), struct{ C chan int }{},
	} {
		_, err := c.Save(t.Context(), SaveRequest{FormID: "BD_Customer", Model: bad})
		require.ErrorIs(t, err, duijie.ErrInvalid, "%T", bad)
		require.Regexp(t, "^kingdee: ", err.Error())
		_, isAPI := errors.AsType[*duijie.APIError](err)
		require.False(t, isAPI)
	}
	require.Zero(t, s.Count(""))
}
