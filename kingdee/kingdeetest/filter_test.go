package kingdeetest

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func filterServer() *Server {
	s := New()
	s.Seed("BD_Customer",
		obj{"FCUSTID": 1, "FNumber": "C-1", "FName": "O'Neil", "F_n": 10, "F_s": "100%", "FCreateOrgId": "100", "F_ok": true},
		obj{"FCUSTID": 2, "FNumber": "C-2", "FName": "乙 and 丙", "F_n": json.RawMessage("9.50"), "F_s": "a_b[c]", "FModifyDate": "2025-01-02 03:04:05.006"},
		obj{"FCUSTID": 9007199254740993, "FNumber": "D-3", "FName": "丁  ", "F_s": "abc"},
	)
	return s
}

// match runs a filter and lists the numbers it finds, or the MsgCode.
func match(s *Server, filter any) string {
	raw, _ := json.Marshal(filter)
	s.mu.Lock()
	defer s.mu.Unlock()
	q, issues := s.newQuery(params{"formid": []byte(`"BD_Customer"`), "fieldkeys": []byte(`"FNumber"`), "filterstring": raw})
	if issues != nil {
		return fmt.Sprint("MsgCode ", issues[0].code)
	}
	var out []string
	for _, r := range q.run() {
		out = append(out, r[0].(string))
	}
	return strings.Join(out, " ")
}

func TestFilters(t *testing.T) {
	t.Parallel()
	s := filterServer()
	for filter, want := range map[string]string{
		"":                                  "C-1 C-2 D-3",
		"  ":                                "C-1 C-2 D-3",
		"1=1":                               "C-1 C-2 D-3",
		"1=2":                               "",
		"FNumber = 'C-1'":                   "C-1",
		"fnumber='c-1'":                     "",
		"FName='O''Neil'":                   "C-1",
		"FName=N'乙 and 丙'":                  "C-2",
		"FName='丁'":                         "D-3",
		"FNumber<>'C-1' AND FNumber!='C-2'": "D-3",
		"FCUSTID > 1":                       "C-2 D-3",
		"FCUSTID>9007199254740992":          "D-3",
		"FCUSTID > 9007199254740993":        "",
		"FCUSTID='2'":                       "C-2",
		"FCUSTID <= 2 and FCUSTID >= 2":     "C-2",
		"F_n > 9.4 and F_n < 10":            "C-2",
		"F_n = 9.5":                         "C-2",
		"F_n <> 10":                         "C-2",
		"not F_n = 10":                      "C-2",
		"F_n is null":                       "D-3",
		"F_n is not null":                   "C-1 C-2",
		"F_n = 10 or F_n is null":           "C-1 D-3",
		"F_n in (10, 9.5)":                  "C-1 C-2",
		"F_n not in (10)":                   "C-2",
		"F_n < -1":                          "",
		"F_n between 9 and 9.9":             "C-2",
		"F_n not between 9 and 9.9":         "C-1",
		"F_ok = 1":                          "C-1",
		"F_ok = 'true'":                     "C-1",
		"FNumber in ('C-1','D-3')":          "C-1 D-3",
		"FNumber not in ('C-1','D-3')":      "C-2",
		"FNumber like 'C-%'":                "C-1 C-2",
		"FNumber not like 'C-%'":            "D-3",
		"F_s like '%[%]'":                   "C-1",
		"F_s like 'a[_]b[[]%'":              "C-2",
		"F_s like 'a_c'":                    "D-3",
		"F_s like '[a-b]b[^d]'":             "D-3",
		"F_s like 'a%b%c'":                  "D-3",
		"F_s like '[abc'":                   "",
		"F_s like F_s":                      "C-1 D-3",
		"F_missing like '%'":                "",
		"FADDRESS = ''":                     "C-1 C-2 D-3",
		"FCreateOrgId.FNumber='100'":        "C-1",
		"FCreateOrgId = 1":                  "C-1",
		"FModifyDate < '2025-01-02 03:04:05.007'":          "C-2",
		"FModifyDate = '2025-01-02T03:04:05.006'":          "C-2",
		"'C-1' = FNumber":                                  "C-1",
		"(FNumber='C-1' or FNumber='C-2') and (FCUSTID=2)": "C-2",
		"FNumber='C-1' or FNumber='C-2' and FCUSTID=1":     "C-1",
		"not (FNumber='C-1' or FNumber='C-2')":             "D-3",
		"FNumber =":                                        "MsgCode 8",
		"FNumber 'C-1'":                                    "MsgCode 8",
		"FNumber = 'C-1":                                   "MsgCode 8",
		"FNumber = 'C-1')":                                 "MsgCode 8",
		"(FNumber = 'C-1'":                                 "MsgCode 8",
		"FNumber in ()":                                    "MsgCode 8",
		"FNumber in ('a'":                                  "MsgCode 8",
		"FNumber in 'a'":                                   "MsgCode 8",
		"FNumber is":                                       "MsgCode 8",
		"FNumber not = 1":                                  "MsgCode 8",
		"FNumber between 1":                                "MsgCode 8",
		"FNumber between":                                  "MsgCode 8",
		"FNumber ; drop":                                   "MsgCode 8",
		"F_n = 1.2.3":                                      "MsgCode 8",
		"F_n = -":                                          "MsgCode 8",
		"and":                                              "MsgCode 8",
		"FNope = 1":                                        "MsgCode 9",
		strings.Repeat("(", 10000):                         "MsgCode 8",
		strings.Repeat("not ", 10000) + "1=1":              "MsgCode 8",
	} {
		require.Equal(t, want, match(s, filter), filter)
	}
	long := strings.Repeat("FNumber='C-1' or ", 20000) + "FNumber='D-3'"
	require.Equal(t, "C-1 D-3", match(s, long))
}

func TestFilterArrays(t *testing.T) {
	t.Parallel()
	s := filterServer()
	item := func(left, field, compare string, value any, right, logic string) obj {
		return obj{"Left": left, "FieldName": field, "Compare": compare, "Value": value, "Right": right, "Logic": logic}
	}
	for want, filter := range map[string]any{
		"C-1":         list{item("(", "FName", "=", "O'Neil", ")", "0")},
		"C-1 C-2":     list{item("(", "FNumber", "=", "C-1", "", "1"), item("", "FNumber", "=", "C-2", ")", "")},
		"C-2":         list{item("", "FCUSTID", ">", 1, "", "0"), item("", "FNumber", "like", "C%", "", "0")},
		"C-1 D-3":     list{item("", "FNumber", "in", "C-1,'D-3'", "", "0")},
		"C-1 C-2 D-3": list{},
		"MsgCode 9":   list{item("", "FNope", "=", 1, "", "0")},
		"MsgCode 8":   list{item("", "FNumber", "17", 1, "", "0")},
	} {
		require.Equal(t, want, match(s, filter))
	}
	require.Equal(t, "C-1 C-2 D-3", match(s, nil))
}

func TestComparing(t *testing.T) {
	t.Parallel()
	n := func(s string) json.Number { return json.Number(s) }
	for _, x := range []struct {
		a, b any
		want int
		ok   bool
	}{
		{n("1e3"), n("1000"), 0, true}, {n("1e400"), n("2"), -1, true}, {n("10"), "9", 1, true}, {n("1.0"), "1", 0, true},
		{n("1"), "abc", -1, true}, {n("1"), "", 1, true}, {true, n("1"), 0, true}, {nil, "a", 0, false},
		{int64(3), n("3.5"), -1, true}, {n("0x10"), n("16"), -1, true}, {time.Now(), "x", 0, false},
	} {
		got, ok := compare(x.a, x.b)
		require.Equal(t, x.ok, ok, "%v %v", x.a, x.b)
		if ok {
			require.Equal(t, x.want, got, "%v %v", x.a, x.b)
		}
	}
	require.Zero(t, sortCompare(nil, nil))
	require.Equal(t, 1, sortCompare("a", nil))
	require.Empty(t, plainText([]any{}))
}

func FuzzFilter(f *testing.F) {
	s := filterServer()
	for _, seed := range []string{
		"FNumber='C-1'", "(FID > 1 or (FID = 2 and FSaleOrderEntry_FEntryID > 3))", "F_n in (1,'2',-3.5)", "F_s like '[^a-]%_[]'",
		"not FName is null and FModifyDate between '2025-01-01' and N'x''y'", `[{"Left":"(","FieldName":"FName","Compare":"in","Value":"a,b"}]`,
		"FName like '%%%%%%%%%%%%a'", "1=1e5", "F_n = 1.", "\xff\x00", "FCreateOrgId.FName.FName.FName='1'",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, filter string) {
		all := strings.Fields(match(s, ""))
		for _, n := range strings.Fields(match(s, filter)) {
			require.Contains(t, append(all, "MsgCode", "8", "9"), n)
		}
		var items any
		if json.Unmarshal([]byte(filter), &items) == nil {
			match(s, items)
		}
	})
}

func FuzzLike(f *testing.F) {
	f.Add("abc", "a%[b-c]_")
	f.Add("[", "[[]")
	f.Fuzz(func(t *testing.T, text, pattern string) {
		like(text, pattern)
		require.True(t, like(text, "%"))
		quoted := strings.NewReplacer("[", "[[]", "%", "[%]", "_", "[_]").Replace(text)
		require.True(t, like(text, quoted), quoted)
	})
}

func FuzzBody(f *testing.F) {
	f.Add([]byte(`{"parameters":"[\"BD_Customer\",\"{}\"]"}`))
	f.Add([]byte(`{"formid":"BD_Customer","data":{"Model":{"FCUSTID":{},"FT_BD_CUSTBANK":[{"FEntryID":null}],"F_a":{}}}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		s := New()
		for _, op := range []string{"Save", "BatchSave", "ExecuteBillQuery", "Submit"} {
			r := post(t, "/k3cloud/"+dynamicForm+op+suffix, string(body))
			signRequest(r, s.Account(), time.Now())
			w := direct(s, r)
			require.True(t, w.Code == 500 || json.Valid(w.Body.Bytes()), w.Body)
		}
		for _, rec := range s.Records("BD_Customer") {
			require.NotEmpty(t, rec.Status)
		}
	})
}
