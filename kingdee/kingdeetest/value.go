package kingdeetest

import (
	"encoding/json"
	"hash/fnv"
	"sort"
	"strconv"
	"strings"
	"time"
)

// zone is the data centre's: UTC+8, no daylight saving.
var zone = time.FixedZone("UTC+8", 8*3600)

const dateOut = "2006-01-02T15:04:05.999"

var dateIn = []string{
	"2006-01-02", "2006-01-02 15:04:05", "2006-01-02T15:04:05", "2006-01-02 15:04", "2006/1/2", "2006/1/2 15:04:05",
}

// parseDate reads a date without a zone; fractions of a second may follow.
func parseDate(text string) (time.Time, bool) {
	text = strings.TrimSpace(text)
	for _, layout := range dateIn {
		if t, err := time.ParseInLocation(layout, text, zone); err == nil {
			return t.Truncate(time.Millisecond), true
		}
	}
	return time.Time{}, false
}

// jsonValue makes a stored value fit for encoding.
func jsonValue(v any) any {
	switch v := v.(type) {
	case time.Time:
		return v.In(zone).Format(dateOut)
	case map[string]any:
		out := make(map[string]any, len(v))
		for k, x := range v {
			out[k] = jsonValue(x)
		}
		return out
	case []map[string]any:
		out := make([]any, len(v))
		for i, x := range v {
			out[i] = jsonValue(x)
		}
		return out
	}
	return v
}

// plainText is a scalar as text.
func plainText(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	case bool:
		return strconv.FormatBool(v)
	case int64:
		return strconv.FormatInt(v, 10)
	case time.Time:
		return v.In(zone).Format(dateOut)
	}
	return ""
}

// blank tells a value that counts as not filled.
func blank(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case string:
		return strings.TrimSpace(v) == ""
	case map[string]any:
		for _, x := range v {
			if !blank(x) && plainText(x) != "0" {
				return false
			}
		}
		return true
	}
	return false
}

// inner reads one property of a reference without regard to case.
func inner(ref map[string]any, key string) any {
	for k, v := range ref {
		if strings.EqualFold(k, key) {
			return v
		}
	}
	return nil
}

// refNumber is the number of a reference: FNumber, or whatever other text
// property stands in for it.
func refNumber(ref map[string]any) string {
	if n := inner(ref, "FNumber"); n != nil {
		return plainText(n)
	}
	names := make([]string, 0, len(ref))
	for k := range ref {
		names = append(names, k)
	}
	sort.Strings(names)
	for _, k := range names {
		if text, ok := ref[k].(string); ok {
			return text
		}
	}
	return ""
}

// referred is the record behind a reference, nil when the server does not hold
// it, or holds it only for another organisation than org. A reference tells the
// primary key, the number under any name, or the name.
func (s *Server) referred(target string, ref map[string]any, org int64) *record {
	t := s.tables[target]
	if t == nil {
		return nil
	}
	if id := inner(ref, t.Key); !blank(id) {
		n, _ := parseKey(id)
		return t.findID(n)
	}
	for _, key := range []string{"FNumber", t.Number, t.NumberAlso} {
		if n := inner(ref, key); key != "" && !blank(n) {
			return t.find(plainText(n), org)
		}
	}
	if name := inner(ref, t.Name); t.Name != "" && !blank(name) {
		for _, rec := range t.visible() {
			if plainText(rec.vals[t.Name]) == plainText(name) {
				return rec
			}
		}
		return nil
	}
	return t.find(refNumber(ref), org)
}

// refID is the internal id of a reference; one the server does not hold gets a
// made-up id that stays the same.
func (s *Server) refID(target string, ref map[string]any, org int64) int64 {
	if rec := s.referred(target, ref, org); rec != nil {
		return rec.id
	}
	h := fnv.New32a()
	_, _ = h.Write([]byte(refNumber(ref)))
	return 500000 + int64(h.Sum32()%400000)
}

// refKey is the internal id as a query shows it: a text for forms with text keys.
func (s *Server) refKey(target string, ref map[string]any, org int64) any {
	id := s.refID(target, ref, org)
	if t := s.tables[target]; t != nil {
		return t.keyValue(id)
	}
	return id
}

// parseKey reads a primary key: a number, its text, or the text made by keyText.
// 0 means none.
func parseKey(v any) (int64, bool) {
	text := strings.TrimSpace(plainText(v))
	if text == "" {
		_, isText := v.(string)
		return 0, v == nil || isText
	}
	if i := strings.LastIndexByte(text, '-'); i > 0 {
		n, err := strconv.ParseInt(text[i+1:], 10, 64)
		return n, err == nil && keyText(n) == text
	}
	n, err := strconv.ParseInt(text, 10, 64)
	return n, err == nil
}

func sortedKeys(m map[string]any) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	sort.Strings(out)
	return out
}
