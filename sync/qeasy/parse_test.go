package qeasy_test

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie/sync/qeasy"
)

const (
	src = `{"api":"x","effect":"QUERY"`
	tgt = `{"api":"x","effect":"EXECUTE"`
)

// field is a target half of one field.
func field(value string) string {
	return tgt + `,"request":[{"field":"f","value":` + fmt.Sprintf("%q", value) + `}]}`
}

// TestRules: what the contract says of each member, mistake and warning.
func TestRules(t *testing.T) {
	t.Parallel()
	const uuid = "a97d423e-52f5-3d6f-9f94-39a9f43f2bd5"
	for name, c := range map[string]struct {
		doc, want string // want as verdict writes it
		offset    int    // of the first problem; 0 is not looked at
	}{
		"both sides named":        {`{"api":"x","effect":"QUERY","type":"WebAPI"}`, "", 0},
		"dialect B":               {`{"api":"x","type":"EXECUTE"}`, "", 0},
		"type WRITE":              {`{"api":"x","type":"WRITE"}`, "", 0},
		"effect WRITE":            {`{"api":"x","effect":"WRITE"}`, "wrong_side /effect", 0},
		"type WebAPI alone":       {`{"api":"x","type":"WebAPI"}`, "wrong_side /type", 0},
		"no side":                 {`{"api":"x"}`, "side_missing ", 0},
		"no api":                  {`{"effect":"QUERY"}`, "api_missing /api", 0},
		"id is wanted":            {src + `,"idCheck":true}`, "id_missing /id", 0},
		"id is not wanted":        {src + `,"idCheck":false}`, "", 0},
		"a method":                {src + `,"method":"put"}`, "", 0},
		"no method":               {src + `,"method":"PATCH"}`, "unsupported_member /method", 0},
		"dialect C":               {src + `,"requestParams":{"a":1}}`, "unknown_member /requestParams", 0},
		"dialect C request":       {src + `,"request":{"a":{"parser":"x"}}}`, "unknown_member /request", 0},
		"dialect C time":          {field(`{{$lastExecuteTime|format:"Y"}}`), "unknown_member /request/0/value, unknown_pipe /request/0/value", 0},
		"dialect C today":         {field("${today(-1)}"), "unknown_member /request/0/value", 1},
		"unsupported":             {src + `,"writeMode":"x","retryPolicy":{},"diffMode":null}`, "unsupported_member /writeMode, unsupported_member /retryPolicy", 0},
		"script":                  {tgt + `,"AfterTargetInvoke":"<?php"}`, "script_unsupported /AfterTargetInvoke", 0},
		"no script":               {tgt + `,"AfterTargetInvoke":""}`, "", 0},
		"upload":                  {tgt + `,"isUploadFile":true}`, "unsupported_member /isUploadFile", 0},
		"no upload":               {tgt + `,"isUploadFile":false}`, "", 0},
		"parked":                  {src + `,"condition_bk":[],"buildModel":true,"delay":5}`, "? ignored_member /condition_bk, ignored_member /buildModel, ignored_member /delay", 0},
		"of the other side":       {tgt + `,"condition":[],"id":"a"}`, "unsupported_member /condition", 0},
		"id on a target":          {tgt + `,"id":"a"}`, "? ignored_member /id", 0},
		"misspelt":                {src + `,"reqest":[]}`, "unknown_member /reqest", 0},
		"field misspelt":          {tgt + `,"request":[{"feld":"a","field":"b"}]}`, "unknown_member /request/0/feld", 0},
		"type":                    {tgt + `,"request":[{"field":"a","type":"text"}]}`, "unknown_type /request/0/type", 0},
		"text with children":      {tgt + `,"request":[{"field":"a","type":"string","children":[{"field":"b","value":"1"}]}]}`, "unknown_type /request/0/type", 0},
		"no name":                 {tgt + `,"request":[{"field":"","value":"1"}]}`, "? empty_field /request/0", 0},
		"twice":                   {tgt + `,"request":[{"field":"a","value":"1"},{"field":"a","value":"2"}]}`, "? duplicate_field /request/0", 0},
		"parent":                  {tgt + `,"request":[{"field":"a","type":"object","children":[{"field":"b","value":"1","parent":"c"}]}]}`, "? parent_mismatch /request/0/children/0/parent", 0},
		"braces around rows":      {tgt + `,"request":[{"field":"a","type":"array","value":"{{b}}","children":[{"field":"c","value":"{{b.c}}"}]}]}`, "? array_value_in_braces /request/0/value", 0},
		"constant array":          {tgt + `,"request":[{"field":"a","type":"array","value":"1"}]}`, "array_without_children /request/0/value", 0},
		"split array":             {tgt + `,"request":[{"field":"a","type":"array","value":"1,2","parser":{"name":"StringToArray","params":","}}]}`, "", 0},
		"value of an object":      {tgt + `,"request":[{"field":"a","type":"object","value":"{{b}}"}]}`, "array_without_children /request/0/value", 0},
		"secret":                  {tgt + `,"otherRequest":[{"field":"appSecret","value":"s"}]}`, "? secret_in_document /otherRequest/0/value", 0},
		"parser unknown":          {tgt + `,"request":[{"field":"a","value":"1","parser":{"name":"ConvertObjektParser"}}]}`, "parser_unknown /request/0/parser/name", 0},
		"parser by type":          {tgt + `,"request":[{"field":"a","value":"1","parser":{"type":"jsonpath","expr":"$"}}]}`, "parser_unsupported /request/0/parser/type", 0},
		"parsers in a row":        {tgt + `,"request":[{"field":"a","value":"1","parser":{"name":"StringToArray,ArrayToString","params":","}}]}`, "", 0},
		"direction":               {tgt + `,"request":[{"field":"a","value":"1","mapping":{"target":"t","direction":"up"}}]}`, "unsupported_member /request/0/mapping/direction", 0},
		"operation":               {tgt + `,"operation":{"method":"batchSave"}}`, "operation_unsupported /operation/method", 0},
		"rowsKey":                 {tgt + `,"operation":{"method":"batchArraySave","rowsKey":"list","rows":5}}`, "operation_unsupported /operation/rowsKey", 0},
		"split on a target":       {tgt + `,"operation":{"method":"splitArray","arrayKey":"a"}}`, "operation_unsupported /operation/method", 0},
		"split without a key":     {src + `,"operation":{"method":"splitArray"}}`, "operation_unsupported /operation/arrayKey", 0},
		"pagination":              {src + `,"pagination":{"pageSize":50,"cursorField":"c"}}`, "unsupported_member /pagination/cursorField", 0},
		"condition":               {src + `,"condition":[[{"field":"a","logic":"is","value":"1"}]]}`, "condition_logic_unknown /condition/0/0/logic", 0},
		"condition syntax":        {src + `,"condition":[{"field":"a"}]}`, "condition_syntax /condition/0", 0},
		"cron":                    {src + `,"omissionRemedy":{"crontab":"2 * *","takeOverRequest":[]}}`, "cron_syntax /omissionRemedy/crontab", 0},
		"cron of hours":           {src + `,"omissionRemedy":{"crontab":"2 25 * * *","takeOverRequest":[]}}`, "cron_syntax /omissionRemedy/crontab", 0},
		"cron steps":              {src + `,"omissionRemedy":{"crontab":"5-59/10 2,3 * * *"}}`, "", 0},
		"group":                   {tgt + `,"groupCalculate":{"headerGroup":["a"],"bodyName":"l","calculate":{"q":"$total"}}}`, "group_syntax /groupCalculate/calculate/q", 0},
		"record in a source":      {src + `,"request":[{"field":"a","value":"{{b}}"}]}`, "no_record /request/0/value", 0},
		"record in an expression": {src + `,"request":[{"field":"a","value":"_function {{b}}+1"}]}`, "no_record /request/0/value", 10},
		"pipe":                    {field("{{x|money}}"), "unknown_pipe /request/0/value", 0},
		"empty pipe":              {field("{{x|date|}}"), "? empty_pipe /request/0/value", 0},
		"variable":                {field("{{LAST_SYNC_TIMES}}"), "? unknown_variable /request/0/value", 0},
		"braces":                  {field("a{{b}"), "unbalanced_braces /request/0/value", 1},
		"JSON text survives":      {field(`{"a": {"b": 1}}`), "", 0},
		"no space":                {field("_function{{a}}"), "function_prefix /request/0/value", 9},
		"not first":               {field(" _function 1"), "function_prefix /request/0/value", 1},
		"underscore lost":         {field("findCollection find a from b where c={{d}}"), "lookup_syntax /request/0/value", 0},
		"SQL":                     {field("_function {{a}} +"), "sql_syntax /request/0/value", 17},
		"SQL function":            {field("_function 1+SLEEP(1)"), "sql_function_unsupported /request/0/value", 12},
		"SQL comment":             {field("_function 1 -- x"), "sql_syntax /request/0/value", 0},
		"braces lost":             {field("_function case 'shop_code' when '004' then '104' else '103' end"), "? constant_looks_like_path /request/0/value", 10},
		"find":                    {field("_findCollection  find a from b where c={{d}}\n e={f}"), "? extra_space /request/0/value", 15},
		"find without from":       {field("_findCollection find a where c={{d}}"), "lookup_syntax /request/0/value", 23},
		"find without where":      {field("_findCollection find a from b"), "lookup_syntax /request/0/value", 29},
		"find with spaces":        {field("_findCollection find a from b where c = {{d}}"), "lookup_syntax /request/0/value", 36},
		"repeat in a pattern":     {field(`_mongoQuery u findField=content.x where={"content.a":{"$regex":"^[0-9]{1,3}$"}}`), "mongo_syntax /request/0/value", 63},
		"number in a pattern":     {field(`_mongoQuery u findField=content.x where={"content.a":{"$regex":"^[0-9]{4}$"}}`), "mongo_syntax /request/0/value", 63},
		"field in a pattern":      {field(`_mongoQuery u findField=primaryWriteback.x where={"content.a":{"$regex":"^{27963}{{12}}{no}$"}}`), "", 0},
		"find braces":             {field("_findCollection find a from b where c={{d|x}}"), "unknown_pipe /request/0/value", 38},
		"nested without an end":   {field("_function case _findCollection find a from b where c={{d}} when true then 1 end"), "lookup_end_missing /request/0/value", 15},
		"nested behind quotes":    {field("_function concat('a','it\\'s', _findCollection find a from b where c={{d}} _endFind)"), "", 0},
		"nested in quotes":        {field("_function '_findCollection find a from b where c={{d}} _endFind'"), "lookup_syntax /request/0/value", 11},
		"nested mistake":          {field("_function 1+_findCollection find a form b where c={{d}} _endFind"), "lookup_syntax /request/0/value", 35},
		"mongo":                   {field("_mongoQuery " + uuid + ` findField=content.a where={"content.b":{"$in":["{{c}}","d"]},"$or":[{"id":"1"},{"content.e":{"$exists":true}}]}`), "", 0},
		"mongo operator":          {field("_mongoQuery " + uuid + ` findField=content.a where={"content.b":{"$where":"1"}}`), "mongo_operator_unsupported /request/0/value", 98},
		"mongo JSON":              {field("_mongoQuery " + uuid + ` findField=content.a where={"content.b":}`), "mongo_syntax /request/0/value", 0},
		"mongo field":             {field("_mongoQuery " + uuid + ` findField=a where={"content.b":"1"}`), "mongo_syntax /request/0/value", 59},
		"mongo without where":     {field("_mongoQuery " + uuid + ` findField=content.a`), "mongo_syntax /request/0/value", 0},
		"member of a wrong kind":  {src + `,"request":"a"}`, "invalid_json /request", 0},
		"value of a wrong kind":   {tgt + `,"request":[{"field":"a","value":{}}]}`, "invalid_json /request/0/value", 0},
		"numbers and booleans":    {tgt + `,"request":[{"field":"a","value":12.50},{"field":"b","type":"bool","value":true,"is_required":1}]}`, "", 0},
		"callBack":                {tgt + `,"callBackStrategy":{"strategyId":"s","a":"{{b}}"}}`, "", 0},
		"not an object":           {`[]`, "invalid_json ", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, err := qeasy.Parse("", []byte(c.doc))
			require.Equal(t, c.want, verdict(h, err), "%v", err)
			if c.offset > 0 {
				var problems []*qeasy.Problem
				if all, ok := errors.AsType[*qeasy.Errors](err); ok {
					problems = all.Problems
				} else {
					problems = h.Warnings()
				}
				require.Equal(t, c.offset, problems[0].Offset, problems[0])
			}
			if err == nil {
				canonicalAgrees(t, h)
			}
		})
	}
}

// TestInvalidJSON: what is no JSON is refused with line and column.
func TestInvalidJSON(t *testing.T) {
	t.Parallel()
	for doc, place := range map[string][2]int{
		"":                                 {1, 1},
		"{\n \"api\": x}":                  {2, 9},
		"{\"a\":1,\n\"b\":2,\n \"a\":3}":   {3, 2},
		"{\"a\":\"b\nc\"}":                 {1, 8},
		`{"a":1} x`:                        {1, 9},
		`{"a":01}`:                         {1, 6},
		`{"a":"\x"}`:                       {1, 7},
		`{"a":"\ud800"}`:                   {1, 13},
		"{\"a\":\"\xff\"}":                 {1, 7},
		`{"a":[1,]}`:                       {1, 9},
		`{"a" 1}`:                          {1, 6},
		"{\n\n  \"a\": [1, 2\n  \"b\": 3}": {4, 3},
	} {
		_, err := qeasy.Parse(qeasy.SideSource, []byte(doc))
		p, ok := errors.AsType[*qeasy.Problem](err)
		require.True(t, ok, "%q", doc)
		require.Equal(t, qeasy.CodeInvalidJSON, p.Code, "%q", doc)
		got := [2]int{p.Line, p.Col}
		require.Equal(t, place, got, "%q: %v", doc, err)
	}
	_, err := qeasy.Parse("", []byte("\ufeff"+tgt+"}"))
	require.NoError(t, err, "a byte order mark of Windows")
}

func TestAllMistakesAtOnce(t *testing.T) {
	t.Parallel()
	_, err := qeasy.Parse("", []byte(`{
  "effect": "EXECUTE", "colour": 1,
  "request": [
    {"field": "FEntity", "type": "array", "value": "lines", "children": [
      {"field": "FTaxPrice", "value": "_function {{lines.a}}/ROUND("}]},
    {"field": "b", "value": "{{c|money}}"}]}`))
	require.Equal(t, "api_missing /api, unknown_member /colour, sql_syntax /request/0/children/0/value, unknown_pipe /request/1/value", verdict(nil, err))
	require.ErrorContains(t, err, "target /request/0/children/0/value (line 5, column 39) FEntity.FTaxPrice at 28: sql_syntax")
	require.ErrorContains(t, err, "4 mistakes")
}

func TestAllowedMembers(t *testing.T) {
	t.Parallel()
	doc := []byte(tgt + `,"mine":{"a":1}}`)
	_, err := qeasy.Parse("", doc)
	require.Error(t, err)
	h, err := qeasy.Parse("", doc, qeasy.WithMembers("mine"))
	require.Equal(t, "? ignored_member /mine", verdict(h, err))
}

// TestHostileDocuments: each is refused or read within a second and 64 MB.
func TestHostileDocuments(t *testing.T) { //nolint:paralleltest // it measures memory
	long := strings.Repeat
	for name, doc := range map[string]string{
		"deep JSON":        long(`{"a":`, 100_000),
		"deep arrays":      src + `,"condition":` + long("[", 60) + long("]", 60) + "}",
		"many values":      src + `,"condition":[` + long("0,", 1<<20) + "0]}",
		"many names":       "{" + long(`"a":1,`, 600_000),
		"deep fields":      tgt + `,"request":` + long(`[{"field":"a","type":"object","children":`, 5_000) + "[]" + long("}]", 5_000) + "}",
		"many fields":      tgt + `,"request":[` + long(`{"field":"a","value":"{{b}}"},`, 20_000) + `{"field":"a"}]}`,
		"long value":       field(long("{{a}}", 20_000)),
		"long expression":  field("_function " + long("1+", 30_000) + "1"),
		"deep expression":  field("_function " + long("(", 30_000)),
		"deep not":         field("_function " + long("not ", 15_000) + "1"),
		"many cases":       field("_function " + long("case when 1 then ", 3_500)),
		"many lookups":     field("_function " + long("_findCollection find a from b where c=d _endFind+", 1_200) + "1"),
		"unclosed lookups": field("_function " + long("_findCollection ", 4_000)),
		"deep braces":      field(long("{", 60_000)),
		"pattern":          field(`_mongoQuery a findField=content.b where={"content.c":{"$regex":"` + long("(a{0,100}", 30) + long("){0,100}", 30) + `"}}`),
		"deep mongo":       field(`_mongoQuery a findField=content.b where=` + long(`{"$and":[`, 4_000)),
		"too long":         long(" ", 5<<20),
		"long names":       `{"` + long("x", 1<<20) + `":1}`,
		"many unknown": func() string {
			var b strings.Builder
			for i := range 40_000 {
				fmt.Fprintf(&b, `,"m%d":1`, i)
			}
			return src + b.String() + "}"
		}(),
		"many duplicates": tgt + `,"request":[` + long(`{"field":"a","value":"1"},`, 4_000) + `{"field":"a"}]}`,
	} {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		began := time.Now()
		h, err := qeasy.Parse("", []byte(doc))
		took := time.Since(began)
		runtime.ReadMemStats(&after)
		for range 4 { // on a busy machine
			if took > slowness*time.Second {
				began = time.Now()
				_, _ = qeasy.Parse("", []byte(doc))
				took = time.Since(began)
			}
		}
		require.Less(t, took, slowness*time.Second, name)
		require.Less(t, (after.TotalAlloc-before.TotalAlloc)>>20, uint64(64), "%s, of all that was ever allocated", name)
		if err == nil {
			require.NotNil(t, h)
			continue
		}
		require.Less(t, len(err.Error()), 64<<10, name)
	}
}

func FuzzParse(f *testing.F) {
	for _, doc := range []string{
		src + `,"id":"a","request":[{"field":"s","value":"_function SUBTIME('{{LAST_SYNC_TIME|datetime}}','00:30:01')"}],"condition":[[{"field":"a.b","logic":"gt","value":"0"}]]}`,
		tgt + `,"operation":{"rowsKey":"array","rows":20,"method":"batchArraySave"},"request":[{"field":"a","type":"array","value":"b","children":[{"field":"c","value":"{{b.c|date}}","parser":{"name":"ConvertObjectParser","params":"FNumber"}}]}]}`,
		field("_function case _findCollection find a from b where c={{d}} _endFind when true then 1 else 0 end"),
		field(`_mongoQuery a findField=content.b where={"content.c":{"$eq":"{{d}}"}}`),
		tgt + `,"groupCalculate":{"headerGroup":["a"],"bodyGroup":["b"],"bodyName":"l","calculate":{"q":"$sum"}},"callBackStrategy":{"strategyId":"s"}}`,
		src + `,"omissionRemedy":{"crontab":"2 */2 * * *","takeOverRequest":[{"field":"a","value":"{{DAYS_AGO_2}}"}]},"formatResponse":[{"old":"a","new":"b","format":"round(2)"}],"beatFlat":["c"]}`,
	} {
		f.Add([]byte(doc))
	}
	f.Fuzz(func(t *testing.T, doc []byte) {
		h, err := qeasy.Parse("", doc)
		if err != nil {
			all, ok := errors.AsType[*qeasy.Errors](err)
			if !ok || len(all.Problems) == 0 {
				t.Fatalf("no problems: %v", err)
			}
			return
		}
		again, err := qeasy.Parse("", h.Canonical())
		if err != nil {
			t.Fatalf("the canonical form is refused: %v\n%s", err, h.Canonical())
		}
		if string(again.Canonical()) != string(h.Canonical()) {
			t.Fatalf("the canonical form changes:\n%s\n%s", h.Canonical(), again.Canonical())
		}
	})
}
