package fxiaoke

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
)

// Workflow switches are always sent, and the record is cleaned of what is read only.
func TestCreateWireForm(t *testing.T) {
	t.Parallel()
	c, s := newPair(t)
	data := row{
		"_id": "x", "name": "SO-1", "owner": []string{testUser}, "account_id__r": "某公司", "version": "3", "created_by": []string{"y"}, "create_time": 1,
		"reason__o": "其他", "amount__c": json.Number("12345678901234567890.12"), "order_time": 1767225600000,
	}
	made, err := c.Create(t.Context(), CreateRequest{
		Object: "SalesOrderObj", Data: data, SpecifyTime: true, Rules: &OptionInfo{IsDuplicateSearch: true},
		Details: map[string]any{"SalesOrderProductObj": []row{{"product_id": "p", "quantity": "2", "product_id__r": "no"}}},
	})
	require.NoError(t, err)
	require.NotEmpty(t, made.ID)
	_, body := s.last()
	for _, name := range []string{"corpAccessToken", "corpId", "currentOpenUserId"} {
		delete(body, name)
	}
	require.JSONEq(t, `{"triggerWorkFlow":false,"triggerApprovalFlow":false,"hasSpecifyTime":true,"hasSpecifyCreatedBy":false,"includeDetailIds":true,
		"data":{"object_data":{"dataObjectApiName":"SalesOrderObj","name":"SO-1","owner":["`+testUser+`"],"create_time":1,"reason__o":"其他","amount__c":12345678901234567890.12,"order_time":1767225600000},
		"details":{"SalesOrderProductObj":[{"product_id":"p","quantity":"2"}]},
		"optionInfo":{"isDuplicateSearch":true,"useValidationRule":false,"skipFuncValidate":false}}}`, mustJSON(t, body))
	require.Contains(t, mustJSON(t, body), "12345678901234567890.12", "no digit is lost")

	_, err = c.Create(t.Context(), CreateRequest{Object: "object_x__c", Data: row{"name": "n"}, TriggerWorkFlow: true, TriggerApprovalFlow: true, SpecifyCreatedBy: true})
	require.NoError(t, err)
	_, body = s.last()
	require.Equal(t, "true", scalar(body["triggerWorkFlow"]))
	require.Equal(t, 1, s.count(customPath+"create"))
}

func TestWritesAreChecked(t *testing.T) {
	t.Parallel()
	c, s := newPair(t)
	ctx := t.Context()
	_, err := c.Create(ctx, CreateRequest{Data: row{}})
	require.ErrorIs(t, err, duijie.ErrInvalid)
	_, err = c.Create(ctx, CreateRequest{Object: "A", Data: 5})
	require.ErrorIs(t, err, duijie.ErrInvalid)
	_, err = c.Create(ctx, CreateRequest{Object: "A", Data: row{}, Details: map[string]any{"B": row{}}})
	require.ErrorIs(t, err, duijie.ErrInvalid)
	_, err = c.Create(ctx, CreateRequest{Object: "A", Data: row{"x": make(chan int)}})
	require.Error(t, err)
	require.ErrorIs(t, c.Update(ctx, UpdateRequest{Object: "A", Data: row{}}), duijie.ErrInvalid)
	err = c.Update(ctx, UpdateRequest{Object: "A", ID: "1", Data: row{"owner": []string{"x"}}})
	require.ErrorIs(t, err, duijie.ErrInvalid)
	require.ErrorContains(t, err, "ChangeOwner")
	require.ErrorIs(t, c.Invalid(ctx, "A", ""), duijie.ErrInvalid)
	require.ErrorIs(t, c.InvalidAll(ctx, "A", nil), duijie.ErrInvalid)
	require.ErrorIs(t, c.Delete(ctx, "", []string{"1"}), duijie.ErrInvalid)
	require.ErrorIs(t, c.Recover(ctx, "A", []string{""}), duijie.ErrInvalid)
	require.ErrorIs(t, c.Lock(ctx, "A", nil, false), duijie.ErrInvalid)
	require.ErrorIs(t, c.ChangeOwner(ctx, "A", []OwnerChange{{ID: "1"}}), duijie.ErrInvalid)
	require.ErrorIs(t, c.Return(ctx, ReturnRequest{Object: "ContactObj", IDs: []string{"1"}}), duijie.ErrInvalid)
	_, err = c.Get(ctx, "A", "")
	require.ErrorIs(t, err, duijie.ErrInvalid)
	_, err = c.Upsert(ctx, UpsertRequest{Create: CreateRequest{Object: "A", Data: row{"name": ""}}, KeyField: "name"})
	require.ErrorIs(t, err, duijie.ErrInvalid)
	require.Zero(t, s.count(""))
}

// The bodies of the actions as chapter 10 has them.
func TestActionsOnTheWire(t *testing.T) {
	t.Parallel()
	c, s := newPair(t)
	s.answer = func(string, map[string]json.RawMessage) (any, bool) { return success(nil), true }
	ctx := t.Context()
	for _, test := range []struct {
		do         func() error
		path, data string
	}{
		{func() error { return c.Invalid(ctx, "AccountObj", "1") }, "/cgi/crm/v2/data/invalid", `{"dataObjectApiName":"AccountObj","object_data_id":"1"}`},
		{func() error { return c.InvalidAll(ctx, "object_x__c", []string{"1", "2"}) }, "/cgi/crm/custom/data/invalid", `{"dataObjectApiName":"object_x__c","idList":["1","2"]}`},
		{func() error { return c.Recover(ctx, "object_x__c", []string{"1"}) }, "/cgi/crm/custom/v2/data/recover", `{"dataObjectApiName":"object_x__c","idList":["1"]}`},
		{func() error { return c.Delete(ctx, "AccountObj", []string{"1"}) }, "/cgi/crm/v2/data/delete", `{"dataObjectApiName":"AccountObj","idList":["1"]}`},
		{func() error { return c.ChangeOwner(ctx, "AccountObj", []OwnerChange{{ID: "1", Owner: "FSUID_2"}}) }, "/cgi/crm/v2/data/changeOwner", `{"dataObjectApiName":"AccountObj","Data":[{"objectDataId":"1","ownerId":["FSUID_2"]}]}`},
		{func() error { return c.Lock(ctx, "AccountObj", []string{"1"}, true) }, "/cgi/crm/v2/object/lock", `{"dataObjectApiName":"AccountObj","dataIds":["1"],"detailObjStrategy":1}`},
		{func() error { return c.Unlock(ctx, "AccountObj", []string{"1"}, false) }, "/cgi/crm/v2/object/unlock", `{"dataObjectApiName":"AccountObj","dataIds":["1"],"detailObjStrategy":0}`},
		{func() error {
			return c.Return(ctx, ReturnRequest{Object: "LeadsObj", IDs: []string{"1"}, PoolID: "p", Reason: "other", OtherReason: "因"})
		}, "/cgi/crm/v2/data/return", `{"apiName":"LeadsObj","objectIds":["1"],"objectPoolId":"p","backReason":"other","backReason__o":"因"}`},
		{func() error {
			return c.Update(ctx, UpdateRequest{Object: "object_x__c", ID: "1", Data: row{"name": "", "tags__c": []string{}, "version": "2"}, SkipDataStatusValidate: true, IgnoreMediaIDConvert: true})
		}, "/cgi/crm/custom/v2/data/update", `{"object_data":{"_id":"1","dataObjectApiName":"object_x__c","name":"","tags__c":[]},"skipDataStatusValidate":true}`},
	} {
		require.NoError(t, test.do())
		_, body := s.last()
		require.JSONEq(t, test.data, string(body["data"]))
		require.Equal(t, 1, s.count(test.path), test.path)
	}
	_, body := s.last()
	require.Equal(t, "false", scalar(body["triggerApprovalFlow"]))
	require.Equal(t, "true", scalar(body["igonreMediaIdConvert"]))
}

// A record goes through its whole life.
func TestLife(t *testing.T) {
	t.Parallel()
	c, s := newPair(t)
	ctx := t.Context()
	made, err := c.Create(ctx, CreateRequest{Object: "AccountObj", Data: account{Name: "甲"}})
	require.NoError(t, err)
	require.NoError(t, c.Update(ctx, UpdateRequest{Object: "AccountObj", ID: made.ID, Data: row{"name": "乙"}}))
	got, err := GetAs[account](ctx, c, "AccountObj", made.ID)
	require.NoError(t, err)
	require.Equal(t, "乙", got.Name)
	require.ErrorIs(t, c.Delete(ctx, "AccountObj", []string{made.ID}), duijie.ErrRefused, "not invalidated yet")
	require.NoError(t, c.Invalid(ctx, "AccountObj", made.ID))
	record, err := c.Get(ctx, "AccountObj", made.ID)
	require.NoError(t, err)
	require.True(t, Removed(record))
	require.NoError(t, c.Delete(ctx, "AccountObj", []string{made.ID}))
	_, err = c.Get(ctx, "AccountObj", made.ID)
	require.ErrorIs(t, err, duijie.ErrNotFound)
	s.seed("AccountObj", row{"_id": "locked", "lock_status": "1"})
	require.ErrorIs(t, c.Update(ctx, UpdateRequest{Object: "AccountObj", ID: "locked", Data: row{"name": "x"}}), duijie.ErrRefused)
}

// A create without an id in its answer may have made a record.
func TestCreateWithoutID(t *testing.T) {
	t.Parallel()
	for body, id := range map[string]string{
		`{"errorCode":0,"dataId":"68fa"}`:               "68fa",
		`{"errorCode":0,"data":{"dataId":"68fb"}}`:      "68fb",
		`{"errorCode":0,"data":{},"errorMessage":"OK"}`: "",
	} {
		made, err := canned(t, 200, body).Create(t.Context(), CreateRequest{Object: "A", Data: row{}})
		require.Equal(t, id, made.ID)
		if id == "" {
			require.ErrorIs(t, err, duijie.ErrOutcomeUnknown)
			require.ErrorContains(t, err, "dataId")
		} else {
			require.NoError(t, err)
		}
	}
}

func TestUpsert(t *testing.T) {
	t.Parallel()
	c, s := newPair(t)
	req := func(name string) UpsertRequest {
		return UpsertRequest{KeyField: "erp_no__c", Create: CreateRequest{Object: "AccountObj", Data: row{"erp_no__c": "E-1", "name": name, "owner": []string{testUser}}}}
	}
	up, err := c.Upsert(t.Context(), req("甲"))
	require.NoError(t, err)
	require.True(t, up.Created)
	again, err := c.Upsert(t.Context(), req("乙"))
	require.NoError(t, err)
	require.Equal(t, Upserted{ID: up.ID}, again)
	require.Len(t, s.find("AccountObj", "name", "乙"), 1)

	// A lost answer is settled by the key.
	s.remove("AccountObj", "erp_no__c", "E-1")
	s.inject(fault{path: "create", kind: "cutAfter"})
	up, err = c.Upsert(t.Context(), req("丙"))
	require.NoError(t, err)
	require.True(t, up.Created)
	require.Len(t, s.find("AccountObj", "erp_no__c", "E-1"), 1)

	s.remove("AccountObj", "erp_no__c", "E-1")
	s.inject(fault{path: "create", kind: "cut"})
	_, err = c.Upsert(t.Context(), req("丁"))
	require.ErrorIs(t, err, duijie.ErrOutcomeUnknown)

	s.seed("AccountObj", row{"erp_no__c": "E-1"})
	s.seed("AccountObj", row{"erp_no__c": "E-1"})
	_, err = c.Upsert(t.Context(), req("戊"))
	require.ErrorIs(t, err, duijie.ErrConflict)
}
