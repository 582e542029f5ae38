package banniu

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/banniu/banniutest"
)

const columnsJSON = `[
 {"column_id":"-1","name":"工单ID"},
 {"column_id":27963,"name":"货品编号","behavior_type":1,"options":null},
 {"column_id":"27964","name":" 名称 ","behavior_type":"1"},
 {"column_id":27965,"name":"名称","behavior_type":1},
 {"column_id":27970,"name":"店铺","behavior_type":4,"options":[{"id":501,"title":"旗舰店"},{"id":"502","title":"专营店"},{"id":503,"title":"501"}]},
 {"column_id":27971,"name":"方式","behavior_type":5,"options":[{"id":643,"title":"补发"}],"relation_options":[{"id":645,"title":"换货"}]},
 {"column_id":27972,"name":"金额","behavior_type":2},
 {"column_id":27973,"name":"明细","son_column_bos":[{"column_id":606,"name":"品名"},{"column_id":1913,"name":"数量"},{"column_id":607,"name":"级","options":[{"id":1,"title":"一级"}]}]},
 {"column_id":27974,"name":"图片","behavior_type":10},
 {"column_id":27975,"name":"日期","behavior_type":7}
]`

func formOf(t testing.TB) *Form {
	t.Helper()
	columns, err := readColumns(json.RawMessage(columnsJSON))
	require.NoError(t, err)
	return NewForm(columns)
}

type line struct {
	Name  string         `banniu:"品名"`
	Qty   duijie.Decimal `banniu:"数量"`
	Grade string         `banniu:"级,title,omitempty"`
}

type base struct {
	TaskID  string      `banniu:"-1"`
	Created duijie.Time `banniu:"3"`
	Status  TaskStatus  `banniu:"5"`
}

type goods struct {
	base
	No      string         `banniu:"27963"`
	Name    string         `banniu:"名称,omitempty"`
	Shop    string         `banniu:"店铺,title,omitempty"`
	ShopID  string         `banniu:"27970,omitempty"`
	Ways    []string       `banniu:"方式,title,omitempty"`
	Amount  duijie.Decimal `banniu:"金额,omitempty"`
	Count   *int64         `banniu:"27965"`
	Lines   []line         `banniu:"明细,omitempty"`
	Images  Files          `banniu:"图片,omitempty"`
	At      time.Time      `banniu:"日期,omitempty"`
	Ignored string         `banniu:"-"`
	Other   string
	Row     Row
}

const rowJSON = `{"-1":"6690538","0":6690538,"3":"2024-09-06 08:00:00","5":1,"27963":"0012345678901234567890","27964":"甲 & <乙>","27965":42,
 "27970":"502","27971":"645,643,9","27972":"1.10","27973":"[{\"606\":\"Shirt\",\"1913\":\"2.50\",\"607\":\"1\"},{\"606\":null,\"1913\":3}]",
 "27974":"[\"WxU5cVKahMjzONrUONr6Gg==\"]","27975":"2024-09-06 10:11:12","99999":{"x":[1]}}`

func TestFormDecodes(t *testing.T) {
	t.Parallel()
	f := formOf(t)
	var row Row
	require.NoError(t, json.Unmarshal([]byte(rowJSON), &row))
	var g goods
	require.NoError(t, f.Decode(row, &g))
	require.Equal(t, "6690538", g.TaskID)
	require.Equal(t, "已完成", g.Status.Name())
	require.Equal(t, "2024-09-06T08:00:00+08:00", g.Created.Time.Format(time.RFC3339))
	require.Equal(t, "0012345678901234567890", g.No)
	require.Equal(t, "甲 & <乙>", g.Name, "the first of two columns of that name")
	require.Equal(t, "专营店", g.Shop)
	require.Equal(t, "502", g.ShopID)
	require.Equal(t, []string{"换货", "补发", "9"}, g.Ways)
	require.Equal(t, "1.10", g.Amount.String())
	require.EqualValues(t, 42, *g.Count)
	require.Equal(t, "2.50", g.Lines[0].Qty.String())
	require.Equal(t, "一级", g.Lines[0].Grade)
	require.Equal(t, "3", g.Lines[1].Qty.String())
	require.Equal(t, Files{"WxU5cVKahMjzONrUONr6Gg=="}, g.Images)
	require.Equal(t, 10, g.At.Hour())
	require.Equal(t, `{"x":[1]}`, g.Row.Text("99999"), "what no field names is kept")
	require.Equal(t, []string{"名称"}, f.Duplicates())

	// Nothing is nothing.
	require.NoError(t, f.Decode(Row{"0": json.RawMessage("7"), "27965": json.RawMessage("null")}, &g))
	require.Equal(t, "7", g.TaskID)
	require.Nil(t, g.Count)
	require.Nil(t, g.Lines)
	require.False(t, g.Amount.IsSet())
	// What does not fit is an error, and the rest is filled.
	err := f.Decode(Row{"27963": json.RawMessage(`"x"`), "27972": json.RawMessage(`"many"`), "27965": json.RawMessage(`"1.5"`), "27973": json.RawMessage(`"{"`), "27974": json.RawMessage(`"[{}]"`), "27975": json.RawMessage(`"soon"`)}, &g)
	for _, part := range []string{"金额", "名称", "明细", "图片", "日期"} {
		require.ErrorContains(t, err, part)
	}
	require.Equal(t, "x", g.No)
}

func TestFormEncodes(t *testing.T) {
	t.Parallel()
	f := formOf(t)
	n := int64(42)
	c, err := f.Encode(goods{
		base: base{TaskID: "5", Status: "1"}, No: "", Name: "甲", Shop: "专营店", Ways: []string{"换货", "补发"}, Amount: duijie.MustDecimal("1.10"), Count: &n,
		Lines: []line{{Name: "Shirt", Qty: duijie.MustDecimal("2.50"), Grade: "一级"}, {Name: "Hat"}}, Images: Files{"a=="},
		At: time.Date(2024, 9, 6, 2, 11, 12, 0, time.UTC), Other: "x",
	})
	require.NoError(t, err)
	require.Equal(t, Contents{
		"27963": "", "27964": "甲", "27965": "42", "27970": "502", "27971": "645,643", "27972": "1.10",
		"27973": `[{"1913":"2.50","606":"Shirt","607":"1"},{"1913":"","606":"Hat"}]`, "27974": `["a=="]`, "27975": "2024-09-06 10:11:12",
	}, c)
	c, err = f.Encode(&goods{No: "1"})
	require.NoError(t, err)
	require.Equal(t, Contents{"27963": "1"}, c)
	for name, bad := range map[string]goods{
		"no option": {Shop: "无此店"}, "no option of several": {Ways: []string{"补发", "x"}}, "no option of a line": {Lines: []line{{Grade: "x"}}},
		"twice": {Shop: "专营店", ShopID: "501"},
	} {
		_, err := f.Encode(bad)
		require.ErrorIs(t, err, duijie.ErrInvalid, name)
	}
}

// Everything wrong with a struct is in one error.
func TestFormPlans(t *testing.T) {
	t.Parallel()
	f := formOf(t)
	type wrong struct {
		A string   `banniu:"没有"`
		B float64  `banniu:"金额"`
		C string   `banniu:"名称,title"`
		D string   `banniu:"名称,other"`
		E int      `banniu:"图片,files"`
		F []line   `banniu:"货品编号"`
		G []string `banniu:"方式,title"`
	}
	err := f.Decode(Row{}, &wrong{})
	require.ErrorIs(t, err, duijie.ErrInvalid)
	for _, part := range []string{"field A", "field B", "field C", "field D", "field E", "field F"} {
		require.ErrorContains(t, err, part)
	}
	require.NotContains(t, err.Error(), "field G:")
	require.ErrorIs(t, f.Decode(Row{}, wrong{}), duijie.ErrInvalid)
	require.ErrorIs(t, f.Decode(Row{}, new(int)), duijie.ErrInvalid)
	_, err = f.Encode(5)
	require.ErrorIs(t, err, duijie.ErrInvalid)
	// Without a form, ids alone.
	var none *Form
	type byID struct {
		No string `banniu:"27963"`
	}
	var v byID
	require.NoError(t, none.Decode(Row{"27963": json.RawMessage(`"x"`)}, &v))
	require.Equal(t, "x", v.No)
	require.ErrorContains(t, none.Decode(Row{}, &goods{}), "without a Form")
}

func TestFormContents(t *testing.T) {
	t.Parallel()
	f := formOf(t)
	c, err := f.Contents(map[string]any{
		"货品编号": "G1", "27964": json.Number("1.10"), "店铺": "501", "方式": []string{"换货", "643"}, "金额": duijie.MustDecimal("3.50"),
		"明细": []map[string]any{{"品名": "Shirt", "数量": 2, "级": "一级"}}, "图片": Files{"a"}, "日期": time.Date(2024, 9, 6, 2, 11, 12, 0, time.UTC), "27965": nil,
	})
	require.NoError(t, err)
	require.Equal(t, Contents{
		"27963": "G1", "27964": "1.10", "27970": "503", "27971": "645,643", "27972": "3.50", "27973": `[{"1913":"2","606":"Shirt","607":"1"}]`,
		"27974": `["a"]`, "27975": "2024-09-06 10:11:12", "27965": "",
	}, c, "a title goes before an id of the same text")
	_, err = f.Contents(map[string]any{"没有": "x", "店铺": "无", "金额": 1.5, "名称": []string{"x"}, "明细": []map[string]any{{"x": "y"}}})
	require.ErrorIs(t, err, duijie.ErrInvalid)
	for _, part := range []string{"没有", "无", "float64", "no options", "row 0"} {
		require.ErrorContains(t, err, part)
	}
	_, err = f.Contents(map[string]any{"27964": "x", "名称": "y"})
	require.ErrorContains(t, err, "twice")
}

func TestFormWhere(t *testing.T) {
	t.Parallel()
	f := formOf(t)
	for want, make := range map[string]func() (Condition, error){
		`{"id":27963,"behaviorType":1,"searchType":"1","value":"a&b"}`:        func() (Condition, error) { return f.Where("货品编号", SearchEqual, "a&b") },
		`{"id":27970,"behaviorType":4,"searchType":"1","value":"502"}`:        func() (Condition, error) { return f.Where("店铺", SearchEqual, "专营店") },
		`{"id":27971,"behaviorType":5,"searchType":"5","value":["645"]}`:      func() (Condition, error) { return f.Where("方式", SearchAnyOf, []string{"换货"}) },
		`{"id":27972,"behaviorType":2,"searchType":"2","value":1.10}`:         func() (Condition, error) { return f.Where("金额", SearchNotEqual, json.Number("1.10")) },
		`{"id":0,"behaviorType":2,"searchType":"1","value":"6690538"}`:        func() (Condition, error) { return TasksByID("6690538"), nil },
		`{"id":0,"behaviorType":2,"searchType":"5","value":["1","2"]}`:        func() (Condition, error) { return TasksByID("1", "2"), nil },
		`{"id":27973,"behaviorType":1,"searchType":"3","value":"\"606\":\""}`: func() (Condition, error) { return f.Where("明细", SearchContains, `"606":"`) },
	} {
		cond, err := make()
		require.NoError(t, err)
		b, err := json.Marshal(cond)
		require.NoError(t, err)
		require.JSONEq(t, want, string(b))
	}
	_, err := f.Where("没有", SearchEqual, "x")
	require.ErrorIs(t, err, duijie.ErrNotFound)
	_, err = f.Where("店铺", SearchEqual, "x")
	require.ErrorIs(t, err, duijie.ErrInvalid)
}

// Structs over the wire, both ways, and by a condition.
func TestTypedTasks(t *testing.T) {
	t.Parallel()
	c, s := newPair(t)
	p := c.Project("", "")
	form, err := p.Form(t.Context())
	require.NoError(t, err)
	type item struct {
		TaskID string         `banniu:"-1"`
		No     string         `banniu:"货品编号"`
		Shop   string         `banniu:"店铺,title"`
		Amount duijie.Decimal `banniu:"金额"`
		Lines  []struct {
			Name string `banniu:"品名"`
			Qty  int    `banniu:"数量"`
		} `banniu:"明细"`
	}
	cond, err := form.Where("货品编号", SearchEqual, "G0003")
	require.NoError(t, err)
	items := collect(t, TasksAs[item](t.Context(), p, form, TaskQuery{Conditions: []Condition{cond}}))
	require.Len(t, items, 2)
	one, err := GetAs[item](t.Context(), p, form, items[0].TaskID)
	require.NoError(t, err)
	require.Equal(t, items[0], one)
	one.Shop, one.Amount = "示例专营店", duijie.MustDecimal("0.10")
	one.Lines[0].Qty = 7
	contents, err := form.Encode(one)
	require.NoError(t, err)
	require.NoError(t, p.Update(t.Context(), one.TaskID, contents, UpdateOptions{}))
	again, err := GetAs[item](t.Context(), p, form, one.TaskID)
	require.NoError(t, err)
	require.Equal(t, one.Lines, again.Lines)
	require.Equal(t, "示例专营店", again.Shop)
	require.Equal(t, "0.10", again.Amount.String())
	s.Set(banniutest.DemoProject, s.TaskIDs(banniutest.DemoProject)[4], banniutest.Cells{"27972": "much"})
	for _, err := range TasksAs[item](t.Context(), p, form, TaskQuery{}) {
		if err != nil {
			require.ErrorContains(t, err, "task ")
			require.ErrorContains(t, err, "金额")
			return
		}
	}
	t.Fatal("a cell that does not fit was read")
}
