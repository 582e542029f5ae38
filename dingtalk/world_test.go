package dingtalk

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/duijie-go/duijie"
)

// world is a small Yida: one form with a text component as its key. It is as the
// contract says where the tests of this package look.
type world struct {
	*server
	wmu      sync.Mutex
	rows     []*worldRow
	n        int
	lag      time.Duration // of the index
	deepest  int           // rows that can be paged
	down     bool
	throttle int
	refused  map[string]bool
	lose     map[string]int // "before" or "after": writes to lose
	batches  int
	starts   int
	partial  bool // a refused batch saves the rows before the bad one
}

type worldRow struct {
	id                string
	data              map[string]json.RawMessage
	created, modified int64
	shownAt           time.Time
}

const keyID = "textField_key"

func newWorld(t *testing.T) *world {
	w := &world{deepest: 5000, refused: map[string]bool{}, lose: map[string]int{}}
	w.server = newServer(t, w.answer)
	return w
}

func (w *world) yida(t *testing.T, opts ...duijie.Option) *Yida {
	return newClient(t, w.URL, opts...).Yida()
}

func refuse(code string) (int, string) {
	return 400, fmt.Sprintf(`{"code":%q,"message":"refused","requestid":"R"}`, code)
}

func (w *world) answer(_ int, r seen) (int, string) {
	w.wmu.Lock()
	defer w.wmu.Unlock()
	if w.down {
		return 503, `{"code":"serviceBusy","message":"down"}`
	}
	if w.throttle > 0 {
		w.throttle--
		return 403, `{"code":"Forbidden.AccessDenied.QpsLimitForAppkeyAndApi","message":"slow"}`
	}
	body := map[string]json.RawMessage{}
	_ = json.Unmarshal([]byte(r.Body), &body)
	path := strings.TrimPrefix(strings.TrimPrefix(r.Path, "/v1.0/yida"), "/v2.0/yida")
	write := r.Method == http.MethodPut || path == "/forms/instances" || strings.HasSuffix(path, "/start") || strings.HasSuffix(path, "/batchSave") || strings.HasSuffix(path, "OrUpdate")
	if write && w.lose["before"] > 0 {
		w.lose["before"]--
		return cutConnection, ""
	}
	status, text := w.operate(r, path, body)
	if write && w.lose["after"] > 0 {
		w.lose["after"]--
		return cutConnection, ""
	}
	return status, text
}

func (w *world) operate(r seen, path string, body map[string]json.RawMessage) (int, string) {
	switch {
	case path == "/forms/instances" && r.Method == http.MethodPost, path == "/processes/instances/start":
		if path != "/forms/instances" {
			w.starts++
		}
		return w.save(text(body["formDataJson"]))
	case path == "/forms/instances" && r.Method == http.MethodPut:
		return w.update(text(body["formInstanceId"]), text(body["updateFormDataJson"]))
	case path == "/forms/instances/batchSave":
		return w.batchSave(body["formDataJsonList"])
	case path == "/forms/instances/insertOrUpdate":
		return w.upsert(text(body["searchCondition"]), text(body["formDataJson"]))
	case path == "/forms/instances/ids/query":
		var ids, rows []string
		_ = json.Unmarshal(body["formInstanceIdList"], &ids)
		for _, id := range ids {
			if row := w.byID(id); row != nil {
				rows = append(rows, row.json(false))
			}
		}
		return 200, `{"result":[` + strings.Join(rows, ",") + `]}`
	case strings.HasPrefix(path, "/forms/instances/ids/"):
		return w.list(text(body["searchFieldJson"]), r, nil, "ids")
	case path == "/forms/instances/search":
		return w.list(text(body["searchFieldJson"]), r, body, "form")
	case strings.HasPrefix(path, "/forms/instances/advances/query"):
		return w.list(text(body["searchCondition"]), r, body, "form")
	case path == "/processes/instances":
		return w.list(text(body["searchFieldJson"]), r, nil, "process")
	}
	return refuse("invalidParameter.parameter.error")
}

func text(raw json.RawMessage) string {
	var s string
	_ = json.Unmarshal(raw, &s)
	return s
}

func (w *world) byID(id string) *worldRow {
	for _, row := range w.rows {
		if row.id == id {
			return row
		}
	}
	return nil
}

func (w *world) save(data string) (int, string) {
	row := map[string]json.RawMessage{}
	if json.Unmarshal([]byte(data), &row) != nil {
		return refuse("invalidParameter.methodInputs.invalidFormat")
	}
	if w.refused[text(row[keyID])] {
		return refuse("failure.form.canNotPaasSubmissionRulesCheck")
	}
	w.n++
	now := time.Now().UnixMilli()
	w.rows = append(w.rows, &worldRow{id: fmt.Sprintf("FINST-%06d", w.n), data: row, created: now, modified: now, shownAt: time.Now().Add(w.lag)})
	return 200, fmt.Sprintf(`{"result":"FINST-%06d"}`, w.n)
}

func (w *world) update(id, data string) (int, string) {
	row := w.byID(id)
	if row == nil {
		return refuse("invalidState.form.dataDoesNotExistOrIsDeleted")
	}
	values := map[string]json.RawMessage{}
	_ = json.Unmarshal([]byte(data), &values)
	if w.refused[text(values[keyID])] {
		return refuse("failure.form.canNotPaasSubmissionRulesCheck")
	}
	for k, v := range values {
		row.data[k] = v
	}
	row.modified = time.Now().UnixMilli()
	return 200, ""
}

func (w *world) batchSave(list json.RawMessage) (int, string) {
	w.batches++
	var texts, ids []string
	_ = json.Unmarshal(list, &texts)
	if len(texts) > 50 {
		return refuse("invalidParameter.number.exceedMax")
	}
	before := len(w.rows)
	for _, data := range texts {
		status, answer := w.save(data)
		if status != 200 {
			if !w.partial {
				w.rows = w.rows[:before]
			}
			return status, answer
		}
		var id struct{ Result string }
		_ = json.Unmarshal([]byte(answer), &id)
		ids = append(ids, strconv.Quote(id.Result))
	}
	return 200, `{"result":[` + strings.Join(ids, ",") + `]}`
}

func (w *world) upsert(where, data string) (int, string) {
	var ids []string
	for _, row := range w.matching(where) {
		if status, answer := w.update(row.id, data); status != 200 {
			return status, answer
		}
		ids = append(ids, strconv.Quote(row.id))
	}
	if len(ids) > 0 {
		return 200, `{"result":[` + strings.Join(ids, ",") + `]}`
	}
	status, answer := w.save(data)
	if status != 200 {
		return status, answer
	}
	return status, strings.Replace(strings.Replace(answer, `:"`, `:["`, 1), `"}`, `"]}`, 1)
}

func (w *world) matching(where string) []*worldRow {
	var conditions []struct {
		Key, Operator string
		Value         json.RawMessage
	}
	_ = json.Unmarshal([]byte(where), &conditions)
	var out []*worldRow
next:
	for _, row := range w.rows {
		if time.Now().Before(row.shownAt) {
			continue
		}
		for _, c := range conditions {
			value := text(c.Value)
			switch {
			case c.Operator == "eq" && text(row.data[c.Key]) != value,
				c.Operator == "like" && !strings.Contains(text(row.data[c.Key]), value):
				continue next
			case c.Key == "modifiedTime" && c.Operator == "between":
				var ends [2]int64
				_ = json.Unmarshal(c.Value, &ends)
				if row.modified < ends[0] || row.modified > ends[1] {
					continue next
				}
			}
		}
		out = append(out, row)
	}
	slices.SortFunc(out, func(a, b *worldRow) int {
		return cmp.Or(cmp.Compare(a.modified, b.modified), strings.Compare(a.id, b.id))
	})
	return out
}

func (w *world) list(where string, r seen, body map[string]json.RawMessage, kind string) (int, string) {
	page, size := 1, 10
	read := func(name string, n *int) {
		if v, ok := body[name]; ok {
			_ = json.Unmarshal(v, n)
		}
		for part := range strings.SplitSeq(r.RawQuery, "&") {
			if v, ok := strings.CutPrefix(part, name+"="); ok {
				*n, _ = strconv.Atoi(v)
			}
		}
	}
	read("pageNumber", &page)
	read("currentPage", &page)
	read("pageSize", &size)
	if page < 1 || size > 100 || size < 1 {
		return refuse("invalidParameter.validation.parameterValidationFailed")
	}
	if page*size > w.deepest {
		return refuse("invalidState.openSearch.cursorExceedFiveThousand")
	}
	all := w.matching(where)
	var rows []string
	for i := (page - 1) * size; i < min(page*size, len(all)); i++ {
		if kind == "ids" {
			rows = append(rows, strconv.Quote(all[i].id))
		} else {
			rows = append(rows, all[i].json(kind == "process"))
		}
	}
	return 200, fmt.Sprintf(`{"pageNumber":%d,"totalCount":%d,"data":[%s]}`, page, len(all), strings.Join(rows, ","))
}

func (row *worldRow) json(process bool) string {
	data, _ := json.Marshal(row.data)
	at := func(ms int64) string { return time.UnixMilli(ms).In(duijie.China).Format("2006-01-02T15:04Z") }
	id, values := "formInstanceId", "formData"
	if process {
		id, values = "processInstanceId", "data"
	}
	return fmt.Sprintf(`{%q:%q,"formUuid":"FORM-1","title":"t","version":3,"createTimeGMT":%q,"modifiedTimeGMT":%q,%q:%s}`,
		id, row.id, at(row.created), at(row.modified), values, data)
}

// locked changes the world as its users do.
func (w *world) locked(change func()) {
	w.wmu.Lock()
	defer w.wmu.Unlock()
	change()
}

func (w *world) seed(n int, at time.Time) {
	w.locked(func() {
		for i := range n {
			w.n++
			ms := at.Add(time.Duration(i) * time.Minute).UnixMilli()
			w.rows = append(w.rows, &worldRow{
				id: fmt.Sprintf("FINST-%06d", w.n), created: ms, modified: ms,
				data: map[string]json.RawMessage{keyID: json.RawMessage(fmt.Sprintf(`"SKU-%03d"`, i)), "textField_name": json.RawMessage(fmt.Sprintf(`"商品 %d"`, i))},
			})
		}
	})
}

func (w *world) remove(key string) {
	w.locked(func() {
		w.rows = slices.DeleteFunc(w.rows, func(r *worldRow) bool { return text(r.data[keyID]) == key })
	})
}

func (w *world) change(key string) {
	w.locked(func() {
		for _, r := range w.rows {
			if text(r.data[keyID]) == key {
				r.modified = time.Now().UnixMilli()
				r.data["textField_remark"] = json.RawMessage(`"changed"`)
			}
		}
	})
}

func (w *world) count(key string) (n int) {
	w.locked(func() {
		for _, r := range w.rows {
			if text(r.data[keyID]) == key {
				n++
			}
		}
	})
	return n
}

func (w *world) value(key, component string) (v json.RawMessage) {
	w.locked(func() {
		for _, r := range w.rows {
			if text(r.data[keyID]) == key {
				v = r.data[component]
			}
		}
	})
	return v
}
