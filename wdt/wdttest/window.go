package wdttest

import (
	"encoding/json"
	"strings"
	"time"
)

const timeLayout = "2006-01-02 15:04:05"

var errMismatch = &BusinessError{1, "argument type mismatch"}

// check tests the times of a query: there, well formed, not too far apart.
func (q *query) check(args []json.RawMessage) *BusinessError {
	filter, ok := filterOf(args)
	if !ok {
		return errMismatch
	}
	lifted := q.lifted(filter)
	if q.times == "" || (lifted && q.ignore) {
		return nil
	}
	complete := false
	for pair := range strings.SplitSeq(q.times, ",") {
		fromName, toName, _ := strings.Cut(pair, "/")
		from, to := filter[fromName], filter[toName]
		if empty(from) && empty(to) {
			continue
		}
		start, e := parseTime(from)
		if e != nil {
			return e
		}
		end, e := parseTime(to)
		if e != nil {
			return e
		}
		if start.IsZero() || end.IsZero() {
			if q.window.span > 0 && !lifted {
				return errNoTimes
			}
			continue
		}
		complete = true
		if w := q.widest(filter); w.span > 0 && end.Sub(start) > w.span {
			return &BusinessError{100, "您的查询时间过宽," + w.text}
		}
	}
	if q.needs && !complete && !lifted {
		return errNoTimes
	}
	return nil
}

var errNoTimes = &BusinessError{100, "参数中必须包含起止时间"}

// widest is the window for this filter: stock changes of all goods get an hour only.
func (q *query) widest(filter map[string]any) window {
	if q.name == "wms.StockSpec.queryChangeHistory" && empty(filter["spec_no"]) {
		return hourWithoutSpec
	}
	return q.window
}

// lifted tells whether the filter has a number that makes times unnecessary.
func (q *query) lifted(filter map[string]any) bool {
	if q.lifts == "" {
		return false
	}
	for names := range strings.SplitSeq(q.lifts, ",") {
		all := true
		for name := range strings.SplitSeq(names, "+") {
			all = all && !empty(filter[name])
		}
		if all {
			return true
		}
	}
	return false
}

// filterOf decodes the only argument of a query method.
func filterOf(args []json.RawMessage) (map[string]any, bool) {
	if len(args) != 1 {
		return nil, false
	}
	v, err := decodeJSON(args[0])
	if err != nil {
		return nil, false
	}
	filter, ok := v.(map[string]any)
	return filter, ok
}

// parseTime reads yyyy-MM-dd HH:mm:ss at +08:00; the zero time when v is empty.
func parseTime(v any) (time.Time, *BusinessError) {
	if empty(v) {
		return time.Time{}, nil
	}
	text := textOf(v)
	t, err := time.ParseInLocation(timeLayout, text, china)
	if _, isText := v.(string); !isText || err != nil || t.Format(timeLayout) != text {
		return time.Time{}, &BusinessError{100, `Unparseable date: "` + text + `"`}
	}
	return t, nil
}

// empty tells whether a filter member says nothing.
func empty(v any) bool { return v == nil || v == "" }

// textOf is the text of a filter member whatever its JSON type.
func textOf(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	case nil:
		return ""
	}
	b, _ := json.Marshal(v)
	return string(b)
}
