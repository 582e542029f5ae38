package wdttest

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// wire calls a fake over real HTTP with nothing but net/http.
type wire struct {
	t *testing.T
	s *Server
}

// serving starts a fake at the fixed clock.
func serving(t *testing.T, opts ...Option) wire {
	t.Helper()
	s := NewServer(append([]Option{fixed()}, opts...)...)
	t.Cleanup(s.Close)
	return wire{t, s}
}

func (w wire) post(to, contentType, body string) map[string]any {
	w.t.Helper()
	resp, err := http.Post(to, contentType, strings.NewReader(body))
	require.NoError(w.t, err)
	defer func() { _ = resp.Body.Close() }()
	require.Equal(w.t, http.StatusOK, resp.StatusCode)
	return decode(w.t, resp.Body)
}

// direct sends arguments to a direct method; page "-" is no paging.
func (w wire) direct(method, page string, args ...any) map[string]any {
	w.t.Helper()
	body, err := json.Marshal(args)
	require.NoError(w.t, err)
	q, text := ask{method: method, body: string(body), page: page, size: "100"}.direct(w.s)
	return w.post(w.s.DirectURL()+"?"+q.Encode(), "application/json", text)
}

// qimen sends form fields to a Qimen method; pager "-" is none.
func (w wire) qimen(method, pager string, fields map[string]any) map[string]any {
	w.t.Helper()
	texts := map[string]string{}
	for name, v := range fields {
		if text, ok := v.(string); ok {
			texts[name] = text
			continue
		}
		b, err := json.Marshal(v)
		require.NoError(w.t, err)
		texts[name] = string(b)
	}
	system, form := ask{method: method, pager: pager, fields: texts}.qimen(w.s)
	return inner(w.t, w.post(w.s.QimenURL()+"?"+system.Encode(), "application/x-www-form-urlencoded", form.Encode()))
}

// rows are the rows of a direct query for a filter.
func (w wire) rows(method string, filter map[string]any) []map[string]any {
	w.t.Helper()
	return w.listed(method, w.direct(method, "0", filter))
}

// qimenRows are the rows of a Qimen query for a filter.
func (w wire) qimenRows(method string, filter map[string]any) []map[string]any {
	w.t.Helper()
	return w.listed(method, w.qimen(qimenName(method), `{"page_no":1,"page_size":100}`, map[string]any{"params": filter}))
}

func (w wire) listed(method string, answer map[string]any) []map[string]any {
	w.t.Helper()
	require.Equal(w.t, json.Number("0"), answer["status"], "%v", answer)
	data := answer["data"]
	if key := w.s.methods[method].query.list; key != "" {
		data = data.(map[string]any)[key]
	}
	out := []map[string]any{}
	for _, r := range data.([]any) {
		out = append(out, r.(map[string]any))
	}
	return out
}

// done asserts success and gives data.
func (w wire) done(answer map[string]any) any {
	w.t.Helper()
	require.Equal(w.t, json.Number("0"), answer["status"], "%v", answer)
	return answer["data"]
}

func column(rows []map[string]any, member string) []any {
	out := []any{}
	for _, r := range rows {
		out = append(out, r[member])
	}
	return out
}

type m = map[string]any

func times(from, to string) m { return m{"start_time": from, "end_time": to} }

var lastHour = times("2025-10-09 11:00:00", "2025-10-09 12:00:00")

func postRaw(to, body string) (*http.Response, error) {
	return http.Post(to, "application/json", strings.NewReader(body))
}

func merge(maps ...m) m {
	out := m{}
	for _, each := range maps {
		for k, v := range each {
			out[k] = v
		}
	}
	return out
}
