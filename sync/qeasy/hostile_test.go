package qeasy_test

import (
	"encoding/json"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie/sync/qeasy"
)

const plainTarget = `{"api":"save","effect":"EXECUTE","request":[{"field":"a","value":"{b}"}]}`

// hostile are documents that are made to take time or memory, by side. Those that are read at
// all must be so quickly.
func hostile() map[string]string {
	fields := func(n int, one func(i int) string) string {
		var b strings.Builder
		b.WriteString(`{"api":"list","id":"id","request":[`)
		for i := range n {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString(one(i))
		}
		return b.String() + "]}"
	}
	value := func(v string) string {
		text, _ := json.Marshal(v)
		return `{"api":"save","effect":"EXECUTE","request":[{"field":"a","value":` + string(text) + `}]}`
	}
	source := func(more string) string { return `{"api":"list","id":"id",` + more + `}` }
	nest := func(open, shut string, n int) string { return strings.Repeat(open, n) + strings.Repeat(shut, n) }
	wide := func(s string) string {
		var b strings.Builder
		b.WriteString("\xff\xfe")
		for _, u := range utf16.Encode([]rune(s)) {
			b.WriteByte(byte(u))
			b.WriteByte(byte(u >> 8))
		}
		return b.String()
	}
	var many strings.Builder
	for i := range 90_000 {
		fmt.Fprintf(&many, `"m%d":0,`, i)
	}
	var twice strings.Builder
	for range 90_000 {
		twice.WriteString(`"api":"x",`)
	}
	return map[string]string{
		"deep arrays":         nest("[", "]", 2_000_000),
		"deep objects":        strings.Repeat(`{"a":`, 500_000) + "1" + strings.Repeat("}", 500_000),
		"deep fields":         `{"api":"list","id":"id","request":[` + strings.Repeat(`{"field":"a","children":[`, 5000) + strings.Repeat(`]}`, 5000) + `]}`,
		"deep within limits":  `{"api":"list","id":"id","request":[` + strings.Repeat(`{"field":"a","children":[`, 20) + `{"field":"b","value":"1"}` + strings.Repeat(`]}`, 20) + `]}`,
		"many fields":         fields(24_000, func(i int) string { return fmt.Sprintf(`{"field":"f%d","value":"1"}`, i) }),
		"fields at the limit": fields(5_000, func(i int) string { return fmt.Sprintf(`{"field":"f%d","value":"{{a.b.c%d|datetime}}"}`, i, i) }),
		"equal fields":        fields(5_000, func(int) string { return `{"field":"f","value":"{{LAST_SYNC_TIME|datetime}}"}` }),
		"windows":             fields(5_000, func(i int) string { return fmt.Sprintf(`{"field":"f%d","value":"{{LAST_SYNC_TIME|datetime}}"}`, i) }),
		"expressions": fields(2_000, func(i int) string {
			return fmt.Sprintf(`{"field":"f%d","value":"_function SUBTIME('{{LAST_SYNC_TIME|datetime}}', REPEAT('0', 60000))"}`, i)
		}),
		"bad fields":       fields(20_000, func(int) string { return `{"fiel":"f","valu":"1"}` }),
		"unknown members":  "{" + many.String() + `"api":"x"}`,
		"members twice":    "{" + twice.String() + `"api":"x"}`,
		"deep brackets":    value("_function " + nest("(", ")", 20_000) + "1"),
		"deep case":        value("_function " + strings.Repeat("case when 1 then ", 2500) + "1" + strings.Repeat(" end", 2500)),
		"deep not":         value("_function " + strings.Repeat("not ", 14_000) + "1"),
		"deep minus":       value("_function " + strings.Repeat("-", 60_000) + "1"),
		"long sum":         value("_function 1" + strings.Repeat("+1", 30_000)),
		"long in":          value("_function 1 in (" + strings.Repeat("1,", 30_000) + "1)"),
		"repeat of repeat": value("_function " + strings.Repeat("REPEAT(", 40) + "'x'" + strings.Repeat(",1000)", 40)),
		"huge repeat":      value("_function REPEAT('x', 999999999999)"),
		"huge pad":         value("_function LPAD('x', 2000000000, 'y')"),
		"huge power":       value("_function POW(9, 999999999)"),
		"huge number":      value("_function " + strings.Repeat("9", 60_000) + "*" + "9"),
		"exponent":         value("_function 1e999999999 * 1e999999999"),
		"regex":            value("_function '" + strings.Repeat("a", 5000) + "' regexp '(((((a{1,1000}){1,1000}){1,1000})+)+)+$'"),
		"like":             value("_function '" + strings.Repeat("a", 20_000) + "b' like '" + strings.Repeat("%a", 9_000) + "c'"),
		"mongo regex":      value(`_mongoQuery u findField=content.x where={"content.a":{"$regex":"((a{1,1000}){1,1000}){1,1000}"}}`),
		"mongo deep":       value(`_mongoQuery u findField=content.x where=` + strings.Repeat(`{"$and":[`, 6000) + strings.Repeat(`]}`, 6000)),
		"braces":           value(strings.Repeat("{", 60_000)),
		"open braces":      value(strings.Repeat("{{a", 20_000)),
		"placeholders":     value(strings.Repeat("{{a}}", 12_000)),
		"paths":            value("{{" + strings.Repeat("a.", 30_000) + "b}}"),
		"pipes":            value("{{a" + strings.Repeat("|date", 12_000) + "}}"),
		"finds":            value("_function " + strings.Repeat("_findCollection find a from u where b=c _endFind + ", 1200) + "1"),
		"find words":       value("_findCollection find a from u where " + strings.Repeat("b=c ", 15_000)),
		"value too long":   value(strings.Repeat("x", 1<<20)),
		"cron":             source(`"omissionRemedy":{"crontab":"` + strings.Repeat("1,", 200_000) + `1 * * * *","takeOverRequest":[]}`),
		"cron range":       source(`"omissionRemedy":{"crontab":"0-99999999999999999999/1 */999999999999 * * *","takeOverRequest":[]}`),
		"conditions":       source(`"condition":[[` + strings.Repeat(`{"field":"a","logic":"eq","value":"1"},`, 20_000) + `{"field":"a","logic":"eq","value":"1"}]]`),
		"bad conditions":   source(`"condition":[` + strings.Repeat(`[{"field":"a","logic":"is","value":"1"}],`, 20_000) + `[]]`),
		"derivations":      source(`"formatResponse":[` + strings.Repeat(`{"old":"a","new":"b","format":"longText(99999999999999999999)"},`, 20_000) + `{"old":"a","new":"b","format":"date"}]`),
		"flatten":          source(`"beatFlat":[` + strings.Repeat(`"a",`, 90_000) + `"a"]`),
		"id":               `{"api":"list","id":"` + strings.Repeat("{{a}}", 100_000) + `"}`,
		"long id":          `{"api":"list","id":"` + strings.Repeat("a.", 1_000_000) + `"}`,
		"page size":        source(`"pagination":{"pageSize":99999999999999999999999999}`),
		"rows":             `{"api":"save","effect":"EXECUTE","operation":{"method":"batchArraySave","rowsKey":"array","rows":1e400}}`,
		"days ago":         source(`"request":[{"field":"a","value":"{{DAYS_AGO_99999999999999999999|datetime}}"}]`),
		"days ago far":     source(`"request":[{"field":"a","value":"{{DAYS_AGO_999999999|datetime}}"}]`),
		"callbacks":        `{"api":"save","effect":"EXECUTE","callBackStrategy":{` + strings.TrimSuffix(many.String(), ",") + `,"strategyId":"s"}}`,
		"zero bytes":       strings.Repeat("\x00", 4<<20),
		"invalid UTF-8":    value("x")[:60] + "\xff\xfe\"}]}",
		"half a pair":      `{"api":"\ud83d"}`,
		"UTF-16":           wide(plainSource),
		"BOM":              "\ufeff" + plainSource,
		"two BOMs":         "\ufeff\ufeff" + plainSource,
		"too long":         `{"api":"` + strings.Repeat("x", 64<<20) + `"}`,
		"long numbers":     source(`"pagination":{"pageSize":` + strings.Repeat("9", 4_000_000) + `}`),
		"empty":            "",
		"endless text":     `{"api":"` + strings.Repeat("x", 4_000_000),
		"escapes":          `{"api":"` + strings.Repeat(`\u0061`, 600_000) + `"}`,
	}
}

// TestHostile: no document has more than 500 MB allocated in all, most of which is
// garbage, or hangs when it is parsed, checked and compiled, and what is refused says so
// with a code. [TestHostileDocuments] keeps the second.
func TestHostile(t *testing.T) { //nolint:paralleltest // it measures memory
	for name, doc := range hostile() {
		t.Run(name, func(t *testing.T) { //nolint:paralleltest // it measures memory
			w := newWorld()
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			start := time.Now()
			cfg := qeasy.Config{Source: w, Target: w, Since: time.Now()}
			_, err := qeasy.Parse("", []byte(doc))
			var report qeasy.Report
			if strings.Contains(doc[:min(len(doc), 60)], "EXECUTE") {
				report = qeasy.Check([]byte(plainSource), []byte(doc), cfg)
			} else {
				report = qeasy.Check([]byte(doc), []byte(plainTarget), cfg)
			}
			_ = report.String()
			took := time.Since(start)
			runtime.ReadMemStats(&after)
			spent := (after.TotalAlloc - before.TotalAlloc) >> 20
			var all *qeasy.Errors
			if err != nil {
				require.ErrorAs(t, err, &all)
				require.NotEmpty(t, all.Problems[0].Code)
				require.Less(t, len(err.Error()), 64<<10, "the error itself")
			}
			verdict := "runs"
			if all != nil {
				verdict = all.Problems[0].Code + ": " + all.Problems[0].Message
			}
			t.Logf("%v, %d MB allocated in all, %d lines: %.150s", took.Round(time.Millisecond), spent, len(report.Lines), verdict)
			// All that was allocated, most of which is garbage: what is held at a time is a tenth of it.
			require.Less(t, spent, uint64(500))
			require.Less(t, took, 30*time.Second, "on a machine that has other things to do")
			switch name {
			case "BOM", "deep within limits":
				require.NotContains(t, verdict, qeasy.CodeInvalidJSON)
			case "UTF-16":
				require.Contains(t, verdict, "save it as UTF-8")
			case "two BOMs", "invalid UTF-8", "half a pair", "members twice", "empty", "zero bytes":
				require.Contains(t, verdict, qeasy.CodeInvalidJSON)
			}
		})
	}
}
