package kingdee

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/testutil"
)

const metadata = `{"Result":{"ResponseStatus":{"IsSuccess":true},"NeedReturnData":{"Id":"BD_MATERIAL","Name":[{"Key":1033,"Value":"Material"},{"Key":2052,"Value":"物料"}],
"Entrys":[{"Key":"FBillHead","ParentKey":"","Name":[{"Key":2052,"Value":"头"}],"Fields":[
 {"Key":"FNumber","Name":[{"Key":2052,"Value":"编码"}],"FieldName":"FNUMBER","MustInput":1,"FieldType":167,"ElementType":1,"LookUpObjectFormId":null,"Extends":null,"IsViewVisible":true},
 {"Key":"FBaseUnitId","Name":null,"MustInput":0,"LookUpObjectFormId":"BD_UNIT"},{"Key":"FAUXPROPID__FF100001","Name":"辅助"}]},
 {"Key":"SubHeadEntity","ParentKey":"FBillHead","Fields":null}],
"Operations":[{"OperationNumber":"Forbid","OperationName":[{"Key":2052,"Value":"禁用"}]}]}}}`

func TestQueryBusinessInfo(t *testing.T) {
	t.Parallel()
	c, s := script(t, metadata)
	info, err := c.QueryBusinessInfo(t.Context(), "BD_MATERIAL")
	require.NoError(t, err)
	require.JSONEq(t, `{"data":{"FormId":"BD_MATERIAL"}}`, s.last().Body)
	require.Equal(t, "物料", info.Name.String())
	require.Equal(t, "Material", info.Name[1033])
	require.Equal(t, []BusinessOperation{{"Forbid", LocalText{2052: "禁用"}}}, info.Operations)
	entry, field := info.Field("fnumber")
	require.Equal(t, HeadEntry, entry.Key)
	require.Equal(t, &BusinessField{Key: "FNumber", Name: LocalText{2052: "编码"}, FieldName: "FNUMBER", MustInput: true, FieldType: "167", ElementType: "1"}, field)
	_, field = info.Field("FBaseUnitId")
	require.Equal(t, "BD_UNIT", field.LookUpForm)
	require.False(t, field.MustInput)
	require.Empty(t, field.Name.String())
	_, flex := info.Field("FAUXPROPID__FF100001")
	require.Equal(t, "辅助", flex.Name.String())
	require.Equal(t, []bool{true, false}, []bool{field.Queryable(), flex.Queryable()})
	entry, field = info.Field("F_NO")
	require.Nil(t, entry)
	require.Nil(t, field)
	require.Equal(t, "SubHeadEntity", info.Entries[1].Key)
	require.JSONEq(t, member(t, metadata, "Result", "NeedReturnData"), string(info.Raw), "nothing is lost")
	require.Equal(t, "b", LocalText{3076: "c", 1033: "b"}.String())

	c, _ = script(t, string(testutil.Sample(t, platform, "query_business_info_head.json")))
	info, err = c.QueryBusinessInfo(t.Context(), "BD_MATERIAL")
	require.NoError(t, err)
	require.Equal(t, "BD_MATERIAL", info.ID)
	require.NotEmpty(t, info.Name.String())
}

// Callers at the same time ask once, errors are not kept, and what is old is
// asked for again.
func TestBusinessInfoCache(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, s := script(t, refusedBody("2", "x"), metadata)
		cache := NewBusinessInfoCache(c, time.Minute)
		_, err := cache.Get(t.Context(), "BD_MATERIAL")
		require.ErrorIs(t, err, duijie.ErrPermission)
		var wait sync.WaitGroup
		for range 8 {
			wait.Go(func() {
				if info, err := cache.Get(t.Context(), "bd_material"); err != nil || info.ID != "BD_MATERIAL" {
					t.Errorf("%v", err)
				}
			})
		}
		wait.Wait()
		require.Equal(t, 2, s.count())
		time.Sleep(59 * time.Second)
		_, err = cache.Get(t.Context(), "BD_MATERIAL")
		require.NoError(t, err)
		require.Equal(t, 2, s.count())
		time.Sleep(time.Second)
		_, err = cache.Get(t.Context(), "BD_MATERIAL")
		require.NoError(t, err)
		require.Equal(t, 3, s.count())
	})
}

func TestListDataCenters(t *testing.T) {
	t.Parallel()
	_, s := newPair(t, ValidateUser)
	list, err := ListDataCenters(t.Context(), s.URL(), quick, unpaced())
	require.NoError(t, err)
	require.Equal(t, s.Account().AcctID, list[0].ID)
	require.Zero(t, s.Count("ValidateUser"), "no login is needed")
	for _, mode := range []AuthMode{SignHeaders, LoginBySign} {
		c, s := newPair(t, mode)
		list, err = c.GetDataCenterList(t.Context())
		require.NoError(t, err)
		require.Len(t, list, 1)
		require.Zero(t, s.Count("LoginBySign"))
	}
}
