package fxiaoke

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
)

// typedOf has a new value of the type of each object.
var typedOf = map[string]func() any{
	"AccountObj": fresh[Account], "ContactObj": fresh[Contact], "LeadsObj": fresh[Lead], "OpportunityObj": fresh[Opportunity], "SalesOrderObj": fresh[SalesOrder],
	"SalesOrderProductObj": fresh[SalesOrderProduct], "ReturnedGoodsInvoiceObj": fresh[ReturnedGoodsInvoice], "ReturnedGoodsInvoiceProductObj": fresh[ReturnedGoodsInvoiceProduct],
	"PaymentObj": fresh[Payment], "OrderPaymentObj": fresh[OrderPayment], "ProductObj": fresh[Product], "PriceBookProductObj": fresh[PriceBookProduct],
	"WarehouseObj": fresh[Warehouse], "StockObj": fresh[Stock], "GoodsReceivedNoteObj": fresh[GoodsReceivedNote], "GoodsReceivedNoteProductObj": fresh[GoodsReceivedNoteProduct],
	"SupplierObj": fresh[Supplier], "PurchaseOrderObj": fresh[PurchaseOrder], "PurchaseOrderProductObj": fresh[PurchaseOrderProduct], "PersonnelObj": fresh[Personnel], "DepartmentObj": fresh[CRMDepartment],
}

func fresh[T any]() any { return new(T) }

// rowsOf are the records in a recorded answer, by the object they are of.
func rowsOf(t *testing.T, s sample) (object string, rows []json.RawMessage) {
	t.Helper()
	whole := membersOf(s.Response)
	data := membersOf(whole["data"])
	if list := data["dataList"]; list != nil {
		for row := range wire.Elements(list) {
			rows = append(rows, row)
		}
	} else if strings.HasSuffix(s.Request.Path, "/get") {
		rows = []json.RawMessage{whole["data"]}
	}
	return object, rows
}

// Every recorded record goes through its type and back without losing a member or a digit.
func TestSamplesSurvive(t *testing.T) {
	t.Parallel()
	n := 0
	for name, s := range samples(t) {
		_, rows := rowsOf(t, s)
		for _, raw := range rows {
			for object, fresh := range typedOf { // as any object: what has no field is kept
				v := fresh()
				require.NoError(t, decode(raw, v), name)
				require.JSONEq(t, string(raw), mustJSON(t, v), "%s as %s", name, object)
				again := fresh()
				require.NoError(t, json.Unmarshal([]byte(mustJSON(t, v)), again))
				require.Equal(t, mustJSON(t, v), mustJSON(t, again))
			}
			n++
		}
	}
	require.Greater(t, n, 7)
}

func TestTypedSamples(t *testing.T) {
	t.Parallel()
	p, err := sampleClient(t, "get-payment-with-details").Payments.Get(t.Context(), "5f3a3de57c604a00017dc5ee")
	require.NoError(t, err)
	require.Equal(t, "2018-01-31T00:00:00+08:00", p.PaymentTime.Format(time.RFC3339), "a day begins in China")
	require.JSONEq(t, `"002测试"`, string(p.Extra["account_id__r"]))
	lines, err := DetailsAs[OrderPayment](p, "OrderPaymentObj")
	require.NoError(t, err)
	require.Len(t, lines, 1)
	require.Equal(t, "1.00", lines[0].PaymentAmount.String())
	require.Equal(t, "5f3a3de57c604a00017dc5ee", lines[0].PaymentID)
	require.Equal(t, []string{"-10000"}, lines[0].LastModifiedBy)
	record, err := sampleClient(t, "get-payment-with-details").Get(t.Context(), "PaymentObj", "x")
	require.NoError(t, err)
	lines, err = DetailsAs[OrderPayment](record, "OrderPaymentObj")
	require.NoError(t, err)
	require.Len(t, lines, 1)
	none, err := DetailsAs[OrderPayment](record, "OtherObj")
	require.NoError(t, err)
	require.Empty(t, none)
	_, err = DetailsAs[OrderPayment](5, "OtherObj")
	require.ErrorIs(t, err, duijie.ErrInvalid)

	l, err := sampleClient(t, "get-leads").Leads.Get(t.Context(), "x")
	require.NoError(t, err)
	require.Equal(t, "un_processed", l.BizStatus)
	require.Equal(t, "18", l.Version)
	require.EqualValues(t, 1610613365474, l.AssignedTime.UnixMilli())
	var custom struct {
		Amount duijie.Decimal `json:"UDCal2__c"`
		Yes    bool           `json:"UDCal5__c"`
	}
	require.NoError(t, l.Custom(&custom))
	require.Equal(t, "88.00", custom.Amount.String())
	require.True(t, custom.Yes)

	page, err := sampleClient(t, "query-payment").Payments.List(t.Context(), Query{})
	require.NoError(t, err)
	require.Equal(t, "1.00", page.Items[0].PaymentAmount.String())
	require.Equal(t, "1", page.Items[0].RelevantTeam[0].Role)
	require.Equal(t, []string{"FSUID_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA1"}, page.Items[0].CreatedBy)
}

// What is written of a typed record: what is set, without what is read only.
func TestTypedWrites(t *testing.T) {
	t.Parallel()
	c, s := newPair(t)
	p := Product{Price: duijie.NewDecimal(1990, 2), OffShelvesTime: TimeOf(time.UnixMilli(1767225600123)), ProductStatus: "1"}
	p.Name, p.Owner, p.Version = "产品", []string{testUser}, "7"
	require.NoError(t, p.Set("erp_no__c", "E-1"))
	require.NoError(t, p.Set("account_id__r", "某"))
	made, err := c.Products.Create(t.Context(), p, WriteOptions{})
	require.NoError(t, err)
	_, body := s.last()
	require.JSONEq(t, `{"object_data":{"dataObjectApiName":"ProductObj","name":"产品","owner":["`+testUser+`"],"price":"19.90","off_shelves_time":1767225600123,"product_status":"1","erp_no__c":"E-1"}}`, string(body["data"]))
	got, err := c.Products.Get(t.Context(), made.ID)
	require.NoError(t, err)
	require.Equal(t, "19.90", got.Price.String())
	require.False(t, got.Removed())
	require.ErrorIs(t, c.Products.Update(t.Context(), made.ID, got, WriteOptions{}), duijie.ErrInvalid, "owner is in it")
	require.NoError(t, c.Products.Update(t.Context(), made.ID, Product{ProductSpec: "大"}, WriteOptions{}))
	_, body = s.last()
	require.JSONEq(t, `{"object_data":{"dataObjectApiName":"ProductObj","_id":"`+made.ID+`","product_spec":"大"}}`, string(body["data"]))
	require.ErrorIs(t, c.Products.Update(t.Context(), made.ID, Product{}, WriteOptions{Details: map[string]any{"X": nil}}), duijie.ErrInvalid)
	up, err := c.Products.Upsert(t.Context(), "erp_no__c", p, WriteOptions{})
	require.NoError(t, err)
	require.Equal(t, made.ID, up.ID)
}

// A struct of one's own with Common is read and written whole; one that embeds a typed
// object would lose fields and is refused.
func TestEmbedding(t *testing.T) {
	t.Parallel()
	type report struct {
		Common
		Capacity duijie.Decimal `json:"capacity__c"`
	}
	c, s := newPair(t)
	reports := NewObjects[report](c, warehouseObject)
	r := report{Capacity: duijie.NewDecimal(5, 0)}
	r.Name = "W-1"
	made, err := reports.Create(t.Context(), r, WriteOptions{})
	require.NoError(t, err)
	_, body := s.last()
	require.JSONEq(t, `{"object_data":{"dataObjectApiName":"`+warehouseObject+`","name":"W-1","capacity__c":"5"}}`, string(body["data"]))
	got, err := reports.Get(t.Context(), made.ID)
	require.NoError(t, err)
	require.Equal(t, "5", got.Capacity.String())
	require.Equal(t, made.ID, got.ID)

	type lossy struct {
		Account
		Level string `json:"level__c"`
	}
	s.seed("AccountObj", row{"name": "甲", "level__c": "1"})
	for _, err := range QueryAs[lossy](t.Context(), c, Query{Object: "AccountObj"}) {
		require.ErrorIs(t, err, duijie.ErrInvalid)
		require.ErrorContains(t, err, "fxiaoke.Common")
	}
	_, err = c.Create(t.Context(), CreateRequest{Object: "AccountObj", Data: &lossy{Level: "1"}})
	require.ErrorIs(t, err, duijie.ErrInvalid)
}

func TestObjects(t *testing.T) {
	t.Parallel()
	c, s := newPair(t)
	seedAccounts(s, 12)
	n := 0
	for a, err := range c.Accounts.All(t.Context(), Query{PageSize: 5}) {
		require.NoError(t, err)
		require.NotEmpty(t, a.ID)
		n++
	}
	for page, err := range c.Accounts.Pages(t.Context(), Query{PageSize: 5}) {
		require.NoError(t, err)
		n += len(page.Items)
	}
	require.Equal(t, 24, n)
	wrong := Query{Object: "LeadsObj"}
	_, err := c.Accounts.List(t.Context(), wrong)
	require.ErrorIs(t, err, duijie.ErrInvalid)
	for _, err := range c.Accounts.All(t.Context(), wrong) {
		require.ErrorIs(t, err, duijie.ErrInvalid)
	}
	for _, err := range c.Accounts.Pages(t.Context(), wrong) {
		require.ErrorIs(t, err, duijie.ErrInvalid)
	}

	s.answer = func(path string, _ map[string]json.RawMessage) (any, bool) {
		return success(row{"data": row{"describe": row{"api_name": "AccountObj", "fields": row{}}}}), !strings.HasSuffix(path, "query")
	}
	ids := []string{"1"}
	ctx := t.Context()
	for path, do := range map[string]func() error{
		"data/invalid": func() error { return c.Accounts.Invalid(ctx, "1") }, "data/recover": func() error { return c.Accounts.Recover(ctx, ids) },
		"data/delete": func() error { return c.Accounts.Delete(ctx, ids) }, "object/lock": func() error { return c.Accounts.Lock(ctx, ids, true) },
		"object/unlock": func() error { return c.Accounts.Unlock(ctx, ids, true) }, "data/changeOwner": func() error { return c.Accounts.ChangeOwner(ctx, []OwnerChange{{"1", "2"}}) },
		"object/describe": func() error { _, err := c.Accounts.Describe(ctx); return err },
	} {
		require.NoError(t, do(), path)
		require.Equal(t, 1, s.count(path), path)
	}

	// Each service names the object of its type, and each field is a snake-case member.
	services := reflect.ValueOf(c.Services)
	for i := range services.NumField() {
		object := services.Field(i).MethodByName("Object").Call(nil)[0].String()
		fresh, known := typedOf[object]
		require.True(t, known, object)
		v := reflect.TypeOf(fresh()).Elem()
		require.Contains(t, services.Field(i).Type().String(), v.Name()+"]")
		for _, name := range structOf(v).names {
			require.Regexp(t, `^[a-z_][a-z0-9_]*$`, name)
		}
	}
	require.Equal(t, len(typedOf), services.NumField())
}

func TestTime(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{`1517328000000`: "2018-01-31 00:00", `"1517328000000"`: "2018-01-31 00:00", `-2208988800000`: "1900-01-01 08:00", `57600000`: "1970-01-02 00:00"} {
		var at Time
		require.NoError(t, json.Unmarshal([]byte(raw), &at))
		require.Equal(t, want, at.Format("2006-01-02 15:04"))
		require.JSONEq(t, strings.Trim(raw, `"`), mustJSON(t, at))
	}
	for _, raw := range []string{`null`, `""`} {
		at := TimeOf(time.Now())
		require.NoError(t, at.UnmarshalJSON([]byte(raw)))
		require.True(t, at.IsZero())
		require.Equal(t, "null", mustJSON(t, at))
	}
	var at Time
	require.Error(t, json.Unmarshal([]byte(`"2018-01-31"`), &at))
	require.Error(t, json.Unmarshal([]byte(`1.5`), &at))
	require.Error(t, json.Unmarshal([]byte(`{}`), &at))
	require.True(t, TimeOf(time.Time{}).IsZero())
}

func FuzzDecode(f *testing.F) {
	for _, s := range []string{`{"_id":"1","owner":"x","price":"1.10","is_deleted":"0"}`, `{"owner":[1,null,""],"relevant_team":[{"a":1}]}`, `{"create_time":"","price":{}}`, `null`, `[]`, `""`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		var p Product
		if decode(raw, &p) != nil || wire.First(raw) != '{' {
			return
		}
		b, err := json.Marshal(p)
		if err != nil {
			return // a decimal too long to compute with
		}
		var again Product
		require.NoError(t, decode(b, &again))
		require.Equal(t, mustJSON(t, p), mustJSON(t, again))
	})
}
