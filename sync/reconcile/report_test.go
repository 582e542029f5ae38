package reconcile_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/sync/reconcile"
)

func number(s string) reconcile.Value { return reconcile.Number(duijie.MustDecimal(s)) }

// mixed has a difference of every kind, and texts that attack their reader.
func mixed() *reconcile.Comparison {
	at := time.Date(2026, 5, 1, 12, 0, 0, 0, duijie.China)
	row := func(key, id string, vs ...reconcile.Value) reconcile.Row {
		return reconcile.Row{Key: key, ID: id, Fields: vs}
	}
	return &reconcile.Comparison{
		Fields:       []reconcile.Field{{Name: "金额"}, {Name: "at"}, {Name: "name"}},
		NormalizeKey: strings.ToUpper,
		Source: reconcile.Side{Rows: reconcile.RowsOf(
			row("A-1", "17"), row("b-2", "18", number("-1.20"), reconcile.Time(at), reconcile.Text("=cmd|' /C calc'!A0")),
			row("c", "1"), row("C", "2"), reconcile.Row{Err: errors.New("unexpected end of JSON"), ID: "9"},
			row("\xff\x00bin", "", reconcile.Bool(true)), row("evil\u202egnp.exe\x1b[2J", "", reconcile.Null()),
		)},
		Target: reconcile.Side{Rows: reconcile.RowsOf(
			row("B-2", "501", number("1.10"), reconcile.Null()), row("D", "=1+1"), row("D", "@x"), row("D,\"é\r\n\"", " "),
			row("C", "", reconcile.Value{}, reconcile.Value{}, reconcile.Value{}),
		)},
	}
}

func report(t *testing.T, to func(io.Writer) reconcile.Reporter) string {
	t.Helper()
	var out strings.Builder
	var sum reconcile.Summary
	require.NoError(t, reconcile.Write(mixed().Differences(t.Context(), &sum), &sum, to(&out)))
	return out.String()
}

func TestJSONReports(t *testing.T) {
	t.Parallel()
	lines := strings.Split(strings.TrimSuffix(report(t, reconcile.JSONLinesReport), "\n"), "\n")
	require.Len(t, lines, 10)
	require.Equal(t, `{"kind":"undecodable","side":"source","key":"","source_id":"9","error":"unexpected end of JSON"}`, lines[0])
	require.Equal(t, `{"kind":"missing","key":"A-1","source_id":"17"}`, lines[1])
	require.Equal(t, `{"kind":"different","key":"b-2","target_key":"B-2","source_id":"18","target_id":"501","changes":[`+
		`{"field":"金额","old":1.10,"old_type":"number","new":-1.20,"new_type":"number"},`+
		`{"field":"at","old":null,"old_type":"null","new":"2026-05-01T12:00:00+08:00","new_type":"time"},`+
		`{"field":"name","old_type":"absent","new":"=cmd|' /C calc'!A0","new_type":"text"}]}`, lines[2])
	require.Equal(t, `{"kind":"collision","side":"source","key":"C","count":2,"keys":["C","c"],"ids":["1","2"]}`, lines[3])
	var sum struct{ Summary reconcile.Summary }
	require.NoError(t, json.Unmarshal([]byte(lines[9]), &sum))
	require.True(t, sum.Summary.Complete)
	require.Equal(t, map[string]int64{"金额": 1, "at": 1, "name": 1}, sum.Summary.Fields)
	require.Contains(t, report(t, reconcile.JSONLinesReport), `"key":"\\xff\u0000bin","key_base64":"/wBiaW4="`)

	var document struct {
		Differences []json.RawMessage
		Summary     *reconcile.Summary
	}
	require.NoError(t, json.Unmarshal([]byte(report(t, reconcile.JSONReport)), &document))
	require.Len(t, document.Differences, 9)
	for i, d := range document.Differences {
		require.Equal(t, lines[i], string(d))
	}
	require.True(t, document.Summary.Complete)
}

func TestCSVReport(t *testing.T) {
	t.Parallel()
	out := report(t, reconcile.CSVReport)
	require.True(t, utf8.ValidString(out))
	require.NotContains(t, strings.ReplaceAll(out, "\r\n", ""), "\n", "lines end as RFC 4180 says")
	table, err := csv.NewReader(strings.NewReader(out)).ReadAll()
	require.NoError(t, err, "each row has as many cells as the header")
	column := map[string]int{}
	for i, name := range table[0] {
		column[name] = i
	}
	counts := map[string]int{}
	for _, row := range table[1:] {
		counts[row[0]]++
		for name, i := range column {
			if row[i] == "" {
				continue
			}
			number := (name == "old" || name == "new") && row[column[name+"_type"]] == "number"
			if number {
				_, err := duijie.ParseDecimal(row[i])
				require.NoError(t, err)
				continue
			}
			first, _ := utf8.DecodeRuneInString(row[i])
			require.NotContains(t, "=+-@\t\r\n＝＋－＠", string(first), "%s: %q", name, row[i])
		}
	}
	require.Equal(t, map[string]int{"undecodable": 1, "missing": 3, "different": 3, "collision": 1, "duplicate": 1, "extra": 2, "summary": 27}, counts)
	cells := func(kind string, nth int, names ...string) (out []string) {
		for _, row := range table {
			if row[0] != kind {
				continue
			}
			if nth--; nth < 0 {
				for _, name := range names {
					out = append(out, row[column[name]])
				}
				return out
			}
		}
		return nil
	}
	require.Equal(t, []string{"b-2", "金额", "1.10", "-1.20", "number", "18", "501", "B-2"},
		cells("different", 0, "key", "field", "old", "new", "new_type", "source_id", "target_id", "target_key"))
	require.Equal(t, []string{"", "absent", "'=cmd|' /C calc'!A0", "text"}, cells("different", 2, "old", "old_type", "new", "new_type"))
	require.Equal(t, []string{`["=1+1","@x"]`, "2"}, cells("duplicate", 0, "ids", "count"))
	require.Equal(t, []string{"D,\"é\n\"", " "}, cells("extra", 1, "key", "target_id"), "csv.Reader makes LF of CRLF")
	require.Equal(t, []string{"unexpected end of JSON"}, cells("undecodable", 0, "error"))
	require.True(t, strings.HasPrefix(report(t, reconcile.CSVReportForExcel), "\ufeffkind,side"))
}

func TestTextReport(t *testing.T) {
	t.Parallel()
	out := report(t, reconcile.TextReport)
	body, summary, _ := strings.Cut(out, "\n\n")
	require.Equal(t, strings.TrimPrefix(`
undecodable  (no key)                 on the source, source 9; "unexpected end of JSON"
missing      A-1                      source 17
different    b-2                      source 18, target 501, key there B-2; 金额: 1.10 → -1.20; at: null → 2026-05-01T12:00:00+08:00; name: absent → "=cmd|' /C calc'!A0"
collision    C                        on the source; 2 rows; keys C, c; ids 1, 2
duplicate    D                        on the target; 2 rows; ids =1+1, @x
extra        D                        target @x
extra        "D,\"é\r\n\""            target " "
missing      "evil\u202egnp.exe\x1b[2J"
missing      "\xff\x00bin"`, "\n"), body)
	require.Contains(t, summary, "  missing                  3\n")
	require.Contains(t, summary, "  fields.金额              1\n")
	for _, r := range out {
		require.True(t, r == '\n' || unicode.IsPrint(r), "%q", r)
	}
}

// A comparison that breaks off says so in every report.
func TestReportsOfAComparisonThatBreaksOff(t *testing.T) {
	t.Parallel()
	broken := errors.New("page 7 is gone")
	var out [4]bytes.Buffer
	var sum reconcile.Summary
	c := reconcile.Comparison{Source: reconcile.Side{Rows: failing(rows("a"), broken)}, Target: side()}
	err := reconcile.Write(c.Differences(t.Context(), &sum), &sum,
		reconcile.JSONReport(&out[0]), reconcile.JSONLinesReport(&out[1]), reconcile.CSVReport(&out[2]), reconcile.TextReport(&out[3]))
	require.ErrorIs(t, err, broken)
	for i := range out {
		require.Contains(t, out[i].String(), "page 7 is gone")
		require.Contains(t, out[i].String(), "complete")
	}
	require.True(t, json.Valid(out[0].Bytes()))

	full := errors.New("no space left")
	c.Source = side("a", "b")
	err = reconcile.Write(c.Differences(t.Context(), &sum), &sum, reconcile.TextReport(&out[3]), reconcile.CSVReport(writer(func([]byte) (int, error) { return 0, full })))
	require.ErrorIs(t, err, full)
	require.False(t, sum.Complete)
	require.Contains(t, out[3].String(), `"no space left"`)
}

type writer func([]byte) (int, error)

func (w writer) Write(p []byte) (int, error) { return w(p) }

// Reports are written as differences come: the first line is out before the
// second difference is known.
func TestReportsStream(t *testing.T) {
	t.Parallel()
	for name, to := range map[string]func(io.Writer) reconcile.Reporter{
		"json": reconcile.JSONReport, "lines": reconcile.JSONLinesReport, "csv": reconcile.CSVReport, "text": reconcile.TextReport,
	} {
		var out strings.Builder
		r := to(&out)
		var sum reconcile.Summary
		for i := range 3 {
			require.NoError(t, r.Difference(&reconcile.Difference{Kind: reconcile.Missing, Key: fmt.Sprintf("key-%d", i)}), name)
			require.Contains(t, out.String(), fmt.Sprintf("key-%d", i), name)
		}
		require.NoError(t, r.End(&sum), name)
		out.Reset()
		require.NoError(t, to(&out).End(&sum), "no differences at all")
		if name == "json" {
			require.True(t, json.Valid([]byte(out.String())))
		}
	}
}

func TestNoCellStartsAFormula(t *testing.T) {
	t.Parallel()
	for _, start := range []string{"=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"} {
		var out strings.Builder
		require.NoError(t, reconcile.CSVReport(&out).Difference(&reconcile.Difference{
			Kind: reconcile.Different, Key: start + "1", SourceID: start + "1", Err: start + "1",
			Changes: []reconcile.Change{{Field: start + "1", Old: reconcile.Text(start + "1"), New: number("+5")}},
		}))
		table, err := csv.NewReader(strings.NewReader(out.String())).ReadAll()
		require.NoError(t, err)
		quoted := 0
		for _, cell := range table[1] {
			require.False(t, strings.HasPrefix(cell, start), "%q", cell)
			if strings.HasPrefix(cell, "'") {
				quoted++
			}
		}
		require.Equal(t, 6, quoted, "%q", start)
	}
}
