package fxiaoke

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
)

// sampleClient answers with a recorded answer, whose envelope is completed where its
// copy was cut.
func sampleClient(t *testing.T, name string) *Client {
	t.Helper()
	m := membersOf(samples(t)[name].Response)
	if m["errorCode"] == nil {
		m["errorCode"] = json.RawMessage("0")
	}
	return canned(t, 200, mustJSON(t, m))
}

func TestDescribe(t *testing.T) {
	t.Parallel()
	d, err := sampleClient(t, "object-describe").Describe(t.Context(), "ProductObj")
	require.NoError(t, err)
	require.Equal(t, "ProductObj", d.APIName)
	require.Len(t, d.Fields, 2)
	f := d.Fields["off_shelves_time"]
	require.Equal(t, "date_time", f.Type)
	require.Equal(t, "Off-shelf time", f.Label)
	require.True(t, f.IsIndex)
	require.False(t, f.IsRequired)
	require.JSONEq(t, `"GMT+8"`, string(f.Extra["time_zone"]))
	require.Contains(t, d.Extra, "icon_index")
	require.NotContains(t, d.Extra, "fields")

	objects, err := sampleClient(t, "object-list").ListObjects(t.Context())
	require.NoError(t, err)
	require.Equal(t, "客户", objects[0].DisplayName)
	require.Equal(t, "LeadsObj", objects[1].APIName)
	require.True(t, objects[1].IsActive)

	var body map[string]json.RawMessage
	c := scripted(t, func(r *http.Request) (int, string) {
		_ = json.NewDecoder(r.Body).Decode(&body)
		return 200, `{"errorCode":0,"data":{}}`
	})
	_, err = c.Describe(t.Context(), "ProductObj")
	require.ErrorIs(t, err, duijie.ErrNotFound)
	require.Equal(t, "ProductObj", scalar(body["apiName"]))
	require.JSONEq(t, `{"apiName":"ProductObj","includeDetail":true}`, string(body["data"]))
	_, err = c.Describe(t.Context(), "")
	require.ErrorIs(t, err, duijie.ErrInvalid)
	c = canned(t, 200, `{"errorCode":0,"data":{"describe":{"api_name":"X","fields":{"a":{"api_name":"a","type":"select_one","decimal_places":"2","options":[{"label":"甲","value":"1","child_options":[]}]}}}}}`)
	d, err = c.Describe(t.Context(), "X")
	require.NoError(t, err)
	require.Equal(t, "1", d.Fields["a"].Options[0].Value)
	require.Equal(t, 2, d.Fields["a"].DecimalPlaces)
}

func TestUsers(t *testing.T) {
	t.Parallel()
	users, err := sampleClient(t, "user-list").ListUsers(t.Context(), UserQuery{})
	require.NoError(t, err)
	u := users[0]
	require.Equal(t, "1000", u.ID)
	require.Equal(t, []string{"111111", "1001"}, u.DepartmentIDs)
	require.Equal(t, "2023-03-16", u.HireDate.String())
	require.EqualValues(t, 1758789217451, u.CreateTime.UnixMilli())

	users, err = sampleClient(t, "get-by-mobile").FindUser(t.Context(), "13800138000")
	require.NoError(t, err)
	require.Equal(t, "NORMAL", users[0].Status)
	require.Equal(t, []string{"1279"}, users[0].DepartmentIDs)
	require.Contains(t, users[0].Extra, "enterpriseId")

	users, err = canned(t, 200, `{"errorCode":0,"userlist":[{"openUserId":"FSUID_1","name":"甲"}]}`).ListUserNames(t.Context(), UserQuery{Department: "1001", OwnOnly: true})
	require.NoError(t, err)
	require.Equal(t, "甲", users[0].Name)
	users, err = canned(t, 200, `{"errorCode":0}`).FindUser(t.Context(), "1")
	require.NoError(t, err)
	require.Empty(t, users)
	one, err := canned(t, 200, `{"errorCode":0,"traceId":"x","openUserId":"FSUID_1","name":"甲","tel__c":"5"}`).GetUser(t.Context(), "FSUID_1")
	require.NoError(t, err)
	require.Equal(t, "甲", one.Name)
	require.Len(t, one.Extra, 1)
	_, err = canned(t, 200, `{"errorCode":30027,"errorMessage":"x"}`).GetUser(t.Context(), "FSUID_1")
	require.ErrorIs(t, err, duijie.ErrNotFound)

	c := canned(t, 200, `{"errorCode":0}`)
	for _, err := range []error{
		errOf(c.ListUsers(t.Context(), UserQuery{Department: "x"})), errOf(c.ListUserNames(t.Context(), UserQuery{Department: "x"})), errOf(c.GetUser(t.Context(), "")),
		errOf(c.FindUser(t.Context(), "")), errOf(c.GetDepartment(t.Context(), "x")),
	} {
		require.ErrorIs(t, err, duijie.ErrInvalid)
	}
}

func errOf[T any](_ T, err error) error { return err }

func TestModifiedUsers(t *testing.T) {
	t.Parallel()
	var bodies []map[string]json.RawMessage
	c := scripted(t, func(r *http.Request) (int, string) {
		var body map[string]json.RawMessage
		_ = json.NewDecoder(r.Body).Decode(&body)
		bodies = append(bodies, body)
		return 200, fmt.Sprintf(`{"errorCode":0,"pageNumber":%s,"pageCount":3,"totalCount":3,"employees":[{"openUserId":"U%[1]s"}]}`, body["pageNumber"])
	})
	var ids []string
	for page, err := range c.ModifiedUserPages(t.Context(), time.UnixMilli(1000), time.UnixMilli(2000)) {
		require.NoError(t, err)
		require.EqualValues(t, 3, page.Total)
		ids = append(ids, page.Items[0].ID)
	}
	require.Equal(t, []string{"U1", "U2", "U3"}, ids)
	require.Equal(t, "1000", scalar(bodies[0]["startTime"]))
	require.Equal(t, "1000", scalar(bodies[0]["pageSize"]))
	for _, err := range c.ModifiedUserPages(t.Context(), time.Time{}, time.Time{}) {
		require.NoError(t, err)
		break
	}
	require.NotContains(t, bodies[3], "startTime")
}

func TestDepartments(t *testing.T) {
	t.Parallel()
	c := canned(t, 200, `{"errorCode":0,"departments":[{"id":1000,"name":"董事会","parentId":999999,"isStop":false,"order":1}],"department":{"id":1001,"name":"销售","principalId":"FSUID_1"}}`)
	list, err := c.ListDepartments(t.Context())
	require.NoError(t, err)
	require.Equal(t, "1000", list[0].ID)
	require.Equal(t, WholeCompany, list[0].ParentID)
	d, err := c.GetDepartment(t.Context(), "1001")
	require.NoError(t, err)
	require.Equal(t, "FSUID_1", d.Leader)
	_, err = canned(t, 200, `{"errorCode":0}`).GetDepartment(t.Context(), "1001")
	require.ErrorIs(t, err, duijie.ErrNotFound)
}
