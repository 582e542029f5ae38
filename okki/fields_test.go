package okki

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/okki/okkitest"
)

func TestFields(t *testing.T) {
	t.Parallel()
	c, last := newSeen(t, []row{
		{"id": "4329999255", "name": "税率", "base": "0", "field_type": "5", "require": 1, "is_list": 0},
		{"id": "4330000001", "name": "税率", "base": 0, "field_type": 5, "is_list": 1},
		{"id": "4330000002", "name": "备注", "base": 0, "field_type": 1, "disable_flag": 1},
		{"id": "4330000003", "name": "备注", "base": 0, "field_type": 1},
		{"id": "4330000004", "name": "同名", "field_type": 1},
		{"id": "4330000005", "name": "同名", "field_type": 1},
		{"id": "name", "name": "订单名称", "base": 1, "field_type": 1},
		{"id": "", "name": "来源详情", "base": 1, "field_type": 7},
	})
	f, err := c.Fields(t.Context(), ModuleOrder, nil)
	require.NoError(t, err)
	require.Equal(t, "/v1/invoices/order/fields", last().path)
	require.Len(t, f.All(), 8)
	d, err := f.Find("税率", false)
	require.NoError(t, err)
	require.Equal(t, "4329999255", d.ID)
	require.Equal(t, FieldNumber, d.Type)
	require.True(t, d.Required)
	require.False(t, d.System)
	d, err = f.Find("税率", true)
	require.NoError(t, err)
	require.Equal(t, "4330000001", d.ID)
	d, err = f.Find("备注", false)
	require.NoError(t, err)
	require.Equal(t, "4330000003", d.ID)
	_, err = f.Find("同名", false)
	require.ErrorIs(t, err, duijie.ErrConflict)
	d, err = f.Find("4330000005", false)
	require.NoError(t, err)
	require.Equal(t, "同名", d.Name)
	_, err = f.Find("来源详情", false)
	require.ErrorIs(t, err, duijie.ErrNotFound)

	raw := json.RawMessage(`{"name":"x","4329999255":"13.50","external_field_data":{"4330000003":["a","b"]}}`)
	v, err := f.Get(raw, "税率")
	require.NoError(t, err)
	n, err := v.Decimal()
	require.NoError(t, err)
	require.Equal(t, "13.50", n.String())
	v, err = f.Get(raw, "备注")
	require.NoError(t, err)
	require.Equal(t, []string{"a", "b"}, v.List())
	require.Equal(t, "a,b", v.Text())
	v, err = f.Get(raw, "订单名称")
	require.NoError(t, err)
	require.Equal(t, "x", v.Text())
	v, err = f.GetLine(json.RawMessage(`{"4330000001":7}`), "税率")
	require.NoError(t, err)
	require.Equal(t, "7", v.Text())
	v, err = f.Get(raw, "4330000004")
	require.NoError(t, err)
	require.False(t, v.IsSet())

	var extra duijie.Record
	require.NoError(t, f.Set(&extra, "税率", "13"))
	require.NoError(t, f.SetLine(&extra, "税率", 14))
	require.ErrorIs(t, f.Set(&extra, "none", 1), duijie.ErrNotFound)
	require.Equal(t, duijie.Record{"4329999255": "13", "4330000001": 14}, extra)
}

func TestValues(t *testing.T) {
	t.Parallel()
	for _, none := range []string{"", "null", `""`, "[]"} {
		require.False(t, Value(none).IsSet(), none)
		require.Empty(t, Value(none).Text())
	}
	at, err := Value(`"2026-08-07"`).Time()
	require.NoError(t, err)
	require.Equal(t, "2026-08-07", at.String())
	at, err = Value(`"1970-01-01"`).Time()
	require.NoError(t, err)
	require.True(t, at.IsZero())
	_, err = Value(`"soon"`).Time()
	require.Error(t, err)
	_, err = Value(`"many"`).Decimal()
	require.Error(t, err)
	yes, err := Value(`"1"`).Bool()
	require.NoError(t, err)
	require.True(t, yes)
	require.Equal(t, "w", CustomField(json.RawMessage(`{"external_field_data":[{"id":"5","value":"w"}]}`), "5").Text())
	require.Nil(t, CustomField(json.RawMessage(`{`), "5"))
	require.Equal(t, []string{"5", "12"}, CustomFields(json.RawMessage(`{"5":1,"a1":2,"12":3}`)))
}

func TestProductGroupTree(t *testing.T) {
	t.Parallel()
	c, _ := newSeen(t, []row{
		{"id": 1, "name": "纸袋", "parent_id": 0, "layer": "1", "node": []row{{"id": 11, "name": "牛皮纸袋", "parent_id": "1"}}},
		{"id": "2", "name": "盒子", "parent_id": "0"},
		{"id": 111, "name": "小号", "parent_id": 11},
		{"id": 5, "name": "圈", "parent_id": 6}, {"id": 6, "name": "圆", "parent_id": 5},
	})
	tree, err := c.ProductGroups.Tree(t.Context())
	require.NoError(t, err)
	require.Equal(t, 6, tree.Len())
	require.Equal(t, "小号", tree.Name(111))
	require.Equal(t, "纸袋", tree.TopName(111))
	require.Equal(t, "纸袋", tree.TopName(11))
	require.Equal(t, "盒子", tree.TopName(2))
	require.Empty(t, tree.TopName(99))
	require.Empty(t, tree.Name(0))
	require.Len(t, tree.Path(5), 2)
	var names []string
	for _, g := range tree.Path(111) {
		names = append(names, g.Name)
	}
	require.Equal(t, []string{"纸袋", "牛皮纸袋", "小号"}, names)
	require.Len(t, tree.Tops(), 2)
	g, ok := tree.Get(11)
	require.True(t, ok)
	require.EqualValues(t, 1, g.ParentID)
}

func TestUsersAndDepartments(t *testing.T) {
	t.Parallel()
	c, last := newSeen(t, []row{{"user_id": "11858711", "enable_flag": "1", "department_id": 0, "departments": []row{{"department_id": 0, "department_name": "我的企业"}}}})
	users, err := c.Users.List(t.Context(), UsersFrozen)
	require.NoError(t, err)
	require.Equal(t, "0", last().query.Get("enable_flag"))
	require.EqualValues(t, 11858711, users[0].UserID)
	require.Equal(t, "我的企业", users[0].Departments[0].Name)
	_, err = c.Users.Get(t.Context(), "phone", "1")
	require.ErrorIs(t, err, duijie.ErrInvalid)
	n := 0
	for d, err := range c.Departments.All(t.Context()) {
		require.NoError(t, err)
		require.Zero(t, d.ID)
		n++
	}
	require.Equal(t, 1, n)
}

// What the platform mixes is read, and what is no number stays an error.
func TestDecodeLoosely(t *testing.T) {
	t.Parallel()
	var p Product
	require.NoError(t, json.Unmarshal([]byte(`{"product_id":"3495743811","enable_flag":"1","disable_flag":0,"cost":"1.5000","price_min":2,
		"images":{},"info_json":"","sku_items":null,"create_time":"1970-01-01 00:00:00","update_time":"2026-08-07 09:10:11","group_id":"","brand":[],"quantity":""}`), &p))
	require.EqualValues(t, 3495743811, p.ProductID)
	require.True(t, p.Enabled)
	require.False(t, p.Disabled)
	require.Equal(t, "1.5000", p.Cost.String())
	require.Equal(t, "2", p.PriceMin.String())
	require.True(t, p.CreateTime.IsZero())
	require.True(t, testDay.Equal(p.UpdateTime.Time))
	require.False(t, p.Quantity.IsSet())
	err := json.Unmarshal([]byte(`{"product_id":"abc","name":"still read"}`), &p)
	require.ErrorContains(t, err, "product_id")
	require.Equal(t, "still read", p.Name)
	var big Product
	require.NoError(t, json.Unmarshal([]byte(`{"product_id":9007199254740993}`), &big))
	require.EqualValues(t, 9007199254740993, big.ProductID)
	require.Error(t, json.Unmarshal([]byte(`[1]`), &big))
	require.NoError(t, json.Unmarshal([]byte(`[]`), &big))
	require.Zero(t, big.ProductID)
	var head struct {
		At duijie.Time `json:"at"`
	}
	require.NoError(t, decoder{zone: time.UTC}.decode(json.RawMessage(`{"at":"2026-08-07 01:10:11"}`), &head))
	require.True(t, testDay.Equal(head.At.Time))
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"order_id":"5","product_list":[{"unique_id":1,"1101":"x"}],"users":[],"account_date":""}`))
	f.Add([]byte(`{"order_id":5,"company":[],"amount":"1e400"}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		var o Order
		if json.Unmarshal(b, &o) != nil {
			return
		}
		out, err := json.Marshal(o)
		if err != nil {
			t.Fatalf("%q was read and is not written: %v", b, err)
		}
		var again Order
		if err := json.Unmarshal(out, &again); err != nil {
			t.Fatalf("%q becomes %q, which is not read: %v", b, out, err)
		}
		if o.OrderNo != again.OrderNo || !o.Amount.Equal(again.Amount) || len(o.Lines) != len(again.Lines) {
			t.Fatalf("%q becomes %q", b, out)
		}
	})
}

// Custom fields come as an object in some answers and as a list in others; both are
// read, exactly, and written back as they came, but for what was changed.
func TestCustomFieldsInEitherForm(t *testing.T) {
	t.Parallel()
	list := `[{"id":1101,"value":12345678901234567.10,"name":"金额","field_type":24},{"id":"1102","value":["a","b"],"name":"多选","field_type":7},{"id":"1103","name":"空"},{"name":"无号","value":1}]`
	for name, c := range map[string]func(raw string) (get func() duijie.Record, set func(duijie.Record), encode func() ([]byte, error)){
		"inbound":     customCase(func(v *Inbound) *duijie.Record { return &v.Custom }),
		"return":      customCase(func(v *PurchaseReturn) *duijie.Record { return &v.Custom }),
		"opportunity": customCase(func(v *Opportunity) *duijie.Record { return &v.Custom }),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, raw := range []string{list, `{"1101":12345678901234567.10,"1102":["a","b"],"1103":null}`, `[]`, `{}`, `null`, `""`} {
				whole := `{"currency":"USD","external_field_data":` + raw + `}`
				get, _, encode := c(whole)
				if strings.Contains(raw, "1101") {
					require.Equal(t, duijie.Record{"1101": json.Number("12345678901234567.10"), "1102": []any{"a", "b"}, "1103": nil}, get())
				} else {
					require.Empty(t, get())
				}
				b, err := encode()
				require.NoError(t, err)
				require.Equal(t, whole, string(b))
			}
			_, set, encode := c(`{"external_field_data":` + list + `}`)
			set(duijie.Record{"1101": json.Number("0.10"), "1102": []any{"a", "b"}, "1109": "new"})
			b, err := encode()
			require.NoError(t, err)
			require.JSONEq(t, `{"external_field_data":[{"id":1101,"value":0.10,"name":"金额","field_type":24},`+
				`{"id":"1102","value":["a","b"],"name":"多选","field_type":7},{"name":"无号","value":1},{"id":"1109","value":"new"}]}`, string(b))
		})
	}
}

func customCase[T any](of func(*T) *duijie.Record) func(raw string) (func() duijie.Record, func(duijie.Record), func() ([]byte, error)) {
	return func(raw string) (func() duijie.Record, func(duijie.Record), func() ([]byte, error)) {
		v := new(T)
		if err := json.Unmarshal([]byte(raw), v); err != nil {
			panic(err)
		}
		return func() duijie.Record { return *of(v) }, func(r duijie.Record) { *of(v) = r }, func() ([]byte, error) { return json.Marshal(v) }
	}
}

// A record whose custom fields come as a list is no dead letter.
func TestCustomListIsRead(t *testing.T) {
	t.Parallel()
	c, s := fakePair(t)
	custom := []any{map[string]any{"id": 1101, "value": "x", "name": "备注", "field_type": 1}}
	s.Add("invoices/purchaseInbound", okkitest.Row{"serial_id": "RK-1", "external_field_data": custom})
	s.Add("invoices/purchaseReturn", okkitest.Row{"serial_id": "TH-1", "external_field_data": custom})
	in, err := NewListSource(c.Inbounds, Query{}, SourceConfig[Inbound]{SettleDelay: -1})
	require.NoError(t, err)
	back, err := NewDetailSource(c.PurchaseReturns, Query{}, SourceConfig[PurchaseReturn]{SettleDelay: -1})
	require.NoError(t, err)
	n := 0
	for b, err := range in.Read(t.Context(), "") {
		require.NoError(t, err)
		for _, rec := range b.Records {
			require.NoError(t, rec.Err)
			require.Equal(t, "x", rec.Value.Custom["1101"])
			n++
		}
	}
	for b, err := range back.Read(t.Context(), "") {
		require.NoError(t, err)
		for _, rec := range b.Records {
			require.NoError(t, rec.Err)
			require.Equal(t, "x", rec.Value.Custom["1101"])
			n++
		}
	}
	require.Equal(t, 2, n)
}
