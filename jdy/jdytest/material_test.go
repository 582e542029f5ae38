package jdytest

import (
	"encoding/json"
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func seedMaterials(s *Server, n int) {
	for i := range n {
		s.Seed("bd/material", Row{"number": fmt.Sprintf("M%03d", i+1), "name": fmt.Sprintf("商品%03d", i+1), "base_unit_number": "个"})
	}
}

func numbersOf(data obj) []string {
	var out []string
	for _, r := range rows(data) {
		out = append(out, r["number"].(string))
	}
	return out
}

func TestMaterialPages(t *testing.T) {
	t.Parallel()
	r := login(t)
	seedMaterials(r.s, 250)
	first := r.get("bd/material")
	require.Len(t, rows(first), 10, "page_size is 10 when it is left out")
	require.Equal(t, "250", first["count"], "a string in this list")
	require.Equal(t, json.Number("25"), first["total_page"])
	last := r.get("bd/material", "page", "3", "page_size", "100")
	require.Len(t, rows(last), 50)
	require.Equal(t, json.Number("3"), last["total_page"])
	require.Equal(t, json.Number("50"), last["current_page_size"])
	require.Equal(t, "M201", numbersOf(last)[0])
	require.Empty(t, rows(r.get("bd/material", "page", "4", "page_size", "100")))

	// The trap: 200 asked for, 100 come, and total_page says there are two pages.
	big := r.get("bd/material", "page_size", "200")
	require.Len(t, rows(big), 100)
	require.Equal(t, json.Number("2"), big["total_page"])
	require.Equal(t, "M201", numbersOf(r.get("bd/material", "page_size", "200", "page", "2"))[0], "rows 101 to 200 are lost")

	r.refused(400, "GET", "bd/material", query([]string{"page", "two"}), nil)
}

func TestMaterialFilters(t *testing.T) {
	t.Parallel()
	r := login(t)
	groups := r.s.Seed("bd/material_group", Row{"number": "G1", "name": "滤芯"}, Row{"number": "G2", "name": "配件"})
	at := func(day int) string { return fmt.Sprintf("2026-09-%02d 08:00:00", day) }
	ids := r.s.Seed("bd/material",
		Row{"number": "A", "name": "长滤芯", "parent_id": groups[0], "create_time": at(1), "modify_time": at(5)},
		Row{"number": "B", "name": "短滤芯", "parent_number": "G1", "create_time": at(2)},
		Row{"number": "C", "name": "螺丝", "parent_number": "G2", "create_time": at(3)},
		Row{"number": "D", "name": "旧货", "enable": "0", "create_time": at(4)},
	)
	ms := func(day int) string {
		return strconv.FormatInt(time.Date(2026, 9, day, 8, 0, 0, 0, china).UnixMilli(), 10)
	}
	for _, x := range []struct {
		pairs []string
		want  []string
	}{
		{nil, []string{"A", "B", "C"}},
		{[]string{"enable", "-1"}, []string{"A", "B", "C", "D"}},
		{[]string{"enable", "0"}, []string{"D"}},
		{[]string{"search", "滤芯"}, []string{"A", "B"}},
		{[]string{"search", ""}, []string{"A", "B", "C"}},
		{[]string{"parent", groups[1]}, []string{"C"}},
		{[]string{"parent", groups[1], "parent", groups[0]}, []string{"A", "B", "C"}},
		{[]string{"ids", ids[0], "ids", ids[2]}, []string{"A", "C"}},
		{[]string{"ids", `["` + ids[1] + `"]`}, []string{"B"}},
		{[]string{"number", "B"}, []string{"A", "B", "C"}},
		{[]string{"modify_start_time", ms(3)}, []string{"A", "C"}},
		{[]string{"modify_start_time", ms(2), "modify_end_time", ms(3)}, []string{"B", "C"}},
		{[]string{"create_end_time", ms(1)}, []string{"A"}},
	} {
		require.Equal(t, x.want, numbersOf(r.get("bd/material", x.pairs...)), "%v", x.pairs)
	}
	row := rows(r.get("bd/material", "ids", ids[1]))[0]
	require.Equal(t, "滤芯", row["parent_name"])
	require.Equal(t, groups[0], row["parent_id"])
	require.NotContains(t, row, "modify_time", "list rows do not say when they changed")
}

func TestMaterialDetail(t *testing.T) {
	t.Parallel()
	r := login(t)
	id := r.s.Seed("bd/material", Row{"number": "A", "name": "长滤芯", "base_unit_number": "支", "tax_rate": 13})[0]
	byNumber := r.get("bd/material_detail", "number", "A")
	require.Equal(t, byNumber, r.get("bd/material_detail", "id", id))
	require.Equal(t, "支", byNumber["base_unit_name"])
	require.Equal(t, "13", byNumber["tax_rate"], "the table says string")
	require.Equal(t, false, byNumber["is_batch"])
	require.Equal(t, arr{}, byNumber["aux_entity"])
	require.Empty(t, byNumber["brand_id"])
	r.refused(codeMissing, "GET", "bd/material_detail", query([]string{"number", "a"}), nil)
	status, answer := r.send("GET", businessRoot+"bd/material_detail", nil, nil)
	require.Equal(t, 400, status)
	require.EqualValues(t, "400", answer["errcode"])
}

func TestMaterialSave(t *testing.T) {
	t.Parallel()
	clock := clockAt(noon)
	r := login(t, clock.option())
	unit, _ := r.s.Record("bd/measure_unit", "个")
	data := r.post("bd/material", obj{"number": "A", "name": "长滤芯", "base_unit_id": unit["id"], "is_batch": true})
	id := savedID(data)
	require.Equal(t, obj{id: "A"}, data["id_number_map"])
	require.Greater(t, len(id), 15)

	r.refused(codeEmpty, "POST", "bd/material", nil, obj{"number": "B", "base_unit_id": unit["id"]})
	r.refused(codeExists, "POST", "bd/material", nil, obj{"number": "A", "name": "另一个", "base_unit_id": unit["id"]})
	r.refused(codeMissing, "POST", "bd/material", nil, obj{"number": "B", "name": "b", "base_unit_id": "99"})
	require.Contains(t, r.refused(codeMissing, "POST", "bd/material", nil, obj{"number": "B", "name": "b", "base_unit_id": "1", "parent_number": "没有"}), "参数number[没有]不存在")
	words := r.refused(400, "POST", "bd/material", nil, obj{"number": "B", "name": "b", "base_unit_id": "1", "tax_rate": 0.39})
	require.Equal(t, "proto: invalid value for string type: 0.39", words)
	r.refused(400, "POST", "bd/material", nil, obj{"number": "B", "name": "b", "base_unit_id": "1", "is_batch": "true"})
	r.refused(400, "POST", "bd/material", nil, obj{"number": "B", "name": "b", "base_unit_id": "1", "price_entity": obj{}})
	r.refused(400, "POST", "bd/material", nil, obj{"number": "B", "name": "长滤芯", "base_unit_id": "1"})
	r.post("bd/material", obj{"number": "B", "name": "长滤芯", "base_unit_id": "1", "ignore_warn": true})
	generated := r.post("bd/material", obj{"name": "没编号", "base_unit_id": "1"})
	require.Equal(t, "SP00001", generated["id_number_map"].(obj)[savedID(generated)])

	clock.move(time.Hour)
	r.refused(codeEmpty, "POST", "bd/material", nil, obj{"id": id, "name": "长滤芯二", "base_unit_id": "1"})
	r.refused(codeMissing, "POST", "bd/material", nil, obj{"id": "1", "number": "A", "name": "长滤芯二", "base_unit_id": "1"})
	r.refused(codeExists, "POST", "bd/material", nil, obj{"id": id, "number": "B", "name": "长滤芯二", "base_unit_id": "1"})
	require.Equal(t, id, savedID(r.post("bd/material", obj{"id": id, "number": "A", "name": "长滤芯二", "base_unit_id": "1"})))
	rec, ok := r.s.Record("bd/material", "A")
	require.True(t, ok)
	require.Equal(t, "长滤芯二", rec["name"])
	require.Equal(t, true, rec["is_batch"], "members an update leaves out stay")
	require.Equal(t, "2026-09-16 12:00:00", rec["create_time"])
	require.Equal(t, "2026-09-16 13:00:00", rec["modify_time"])
	require.Equal(t, 1, r.s.Created("bd/material", "A"))
	require.Equal(t, 3, r.s.Created("bd/material", ""))
	require.Len(t, r.s.Effects(), 4)
}

func TestWindowsThatMissRows(t *testing.T) {
	t.Parallel()
	clock := clockAt(noon)
	r := login(t, clock.option(), WithWindowLag(10*time.Minute))
	seedMaterials(r.s, 2)
	clock.move(10 * time.Minute)
	r.s.Change("bd/material", "M002", Row{"name": "改过"})
	now := strconv.FormatInt(clock.now().UnixMilli(), 10)
	require.Equal(t, []string{"M001"}, numbersOf(r.get("bd/material", "modify_start_time", "0", "modify_end_time", now)), "what just changed is not there yet")
	require.Equal(t, []string{"M001", "M002"}, numbersOf(r.get("bd/material")))
	clock.move(10 * time.Minute)
	require.Equal(t, []string{"M002"}, numbersOf(r.get("bd/material", "modify_start_time", now)))

	deaf := login(t, WithoutMasterTimes())
	seedMaterials(deaf.s, 2)
	require.Len(t, rows(deaf.get("bd/material", "modify_end_time", "1")), 2)
	require.Empty(t, rows(deaf.get("scm/sal_order", "modify_end_time", "1")))
}
