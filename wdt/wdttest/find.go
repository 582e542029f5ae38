package wdttest

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"
)

// answerQuery answers a query method from the rows kept for it.
func (s *Server) answerQuery(req request) (any, error) {
	t, q := tableOf(req.method.name), req.method.query
	filter, ok := filterOf(req.args)
	if !ok {
		return nil, errMismatch
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	w, e := s.search(t, q, filter, req.qimen)
	if e != nil {
		return nil, e
	}
	rows := s.bin(t.name).ordered()
	if filter["order_type"] == json.Number("1") || filter["order_type"] == "1" {
		rows = backwards(rows)
	}
	var found []any
	sh := shapeOf(t.shapeName())
	view := t.shapeName() != storeOf(t.name).shapeName() || t.name == shipSync // a shipment's shop_no finds it, but does not show
	for _, o := range rows {
		if w.match(o) {
			found = append(found, shaped{row: w.show(o.row), shape: sh, view: view, manner: manner{qimen: req.qimen, msText: t.msText}})
		}
	}
	key := q.list
	if s.stockAsObject && req.qimen && t.name == olderStock {
		key = "detail_list"
	}
	return List{Key: key, Rows: req.page.Cut(found), Total: len(found)}, nil
}

func backwards(rows []*stored) []*stored {
	out := make([]*stored, len(rows))
	for i, o := range rows {
		out[len(rows)-1-i] = o
	}
	return out
}

// search is one filter, ready to be asked about rows.
type search struct {
	table *table
	tests []func(*stored) bool
	qimen bool
	back  map[string]bool // platforms kept back
}

// search reads a filter.
func (s *Server) search(t *table, q *query, filter map[string]any, qimen bool) (*search, *BusinessError) {
	w := &search{table: t, qimen: qimen}
	if t.hides {
		w.back = s.keptBack(qimen)
	}
	if e := w.times(t, q, filter); e != nil {
		return nil, e
	}
	sh := shapeOf(t.shapeName())
	if sh == nil {
		return w, nil
	}
	for name, v := range filter {
		kind, known := sh.params[name]
		if !known && !usual(q, name) && s.strictFilters {
			return nil, &BusinessError{2, name}
		}
		if !known || empty(v) || kind == "time" || controls[name] {
			continue
		}
		if strings.HasSuffix(name, "warehouse_no") && t.noWH != "" && !s.knowsWarehouse(textOf(v)) {
			return nil, &BusinessError{100, strings.TrimSuffix(t.noWH, ": ") + noWarehouse(t.noWH, v)}
		}
		test, ok := matcher(t.member(name), kind, v)
		if !ok {
			return nil, errMismatch
		}
		w.tests = append(w.tests, test)
	}
	w.alive(t, sh, filter)
	return w, nil
}

func noWarehouse(text string, v any) string {
	if strings.HasSuffix(text, ": ") {
		return ": " + textOf(v)
	}
	return ""
}

// usual tells whether a member is among the times of the method.
func usual(q *query, name string) bool {
	for pair := range strings.SplitSeq(q.times, ",") {
		from, to, _ := strings.Cut(pair, "/")
		if name == from || name == to {
			return true
		}
	}
	return false
}

// controls are members of filters that choose how to answer, not which rows.
var controls = map[string]bool{
	"order_type": true, "time_type": true, "status_type": true, "is_slave": true, "need_sn": true, "mask": true,
	"detail_mask": true, "need_alarm_info": true, "need_quantity": true, "need_gift_relation": true, "cal_share_post_amount": true,
	"accurate_query": true, "cut_logistics_no": true, "fuzzy_query": true, "need_summary": true, "need_gov_subsidy_info": true,
	"get_anchor": true, "need_pick_position": true, "position": true, "filter_detail": true, "hide_delete": true, "hide_deleted": true,
	"return_mask_manual_intercept": true, "refund_mask_reject_return": true, "is_own_platform": true,
}

// alive leaves disabled and deleted rows out unless the filter asks for them.
func (w *search) alive(t *table, sh *shape, filter map[string]any) {
	for _, name := range []string{"hide_delete", "hide_deleted"} {
		if _, has := sh.params[name]; !has || t.live == "" || off(filter[name]) {
			continue
		}
		w.tests = append(w.tests, func(o *stored) bool { return off(o.row[t.live]) || o.row.text(t.live) == "" })
	}
	if t.name == shipSync {
		own := !off(filter["is_own_platform"]) && !empty(filter["is_own_platform"])
		w.tests = append(w.tests, func(o *stored) bool { return (platformOf(o.row) == "127") == own })
	}
}

// off tells whether a value says no.
func off(v any) bool {
	text := Row{"": v}.text("")
	return v != nil && (text == "false" || text == "0")
}

// matcher tests rows by one member; ok is false when the filter has the wrong type.
func matcher(member, kind string, v any) (test func(*stored) bool, ok bool) {
	var wanted []string
	switch v := v.(type) {
	case []any:
		if kind != "[str]" {
			return nil, false
		}
		for _, e := range v {
			wanted = append(wanted, textOf(e))
		}
	case map[string]any:
		return nil, false
	default:
		wanted = strings.Split(strings.ReplaceAll(textOf(v), "，", ","), ",")
		if _, err := strconv.ParseInt(wanted[0], 10, 64); kind == "int" && err != nil {
			return nil, false
		}
	}
	return func(o *stored) bool {
		for _, have := range values(o.row, member) {
			for _, want := range wanted {
				if sameValue(have, strings.TrimSpace(want)) {
					return true
				}
			}
		}
		return false
	}, true
}

// values are the texts a member has, one for each element of a comma list and
// each row of a list it stands in.
func values(r Row, member string) []string {
	if list, inner, nested := strings.Cut(member, "."); nested {
		var out []string
		for _, sub := range r.rows(list) {
			out = append(out, sub.text(inner))
		}
		return out
	}
	text := r.text(member)
	return append(strings.Split(text, ","), text)
}

func sameValue(have, want string) bool {
	if have == want {
		return true
	}
	digit := map[string]string{"true": "1", "false": "0", "1": "1", "0": "0", "": "0"}
	return want != "" && digit[have] != "" && digit[have] == digit[want]
}

// times adds the tests of the times in a filter; both ends belong to the window.
func (w *search) times(t *table, q *query, filter map[string]any) *BusinessError {
	if q.times == "" || (q.ignore && q.lifted(filter)) {
		return nil
	}
	members := strings.Split(t.on, ",")
	i := 0
	for pair := range strings.SplitSeq(q.times, ",") {
		member := members[min(i, len(members)-1)]
		i++
		from, to, _ := strings.Cut(pair, "/")
		start, e := parseTime(filter[from])
		if e != nil {
			return e
		}
		end, e := parseTime(filter[to])
		if e != nil {
			return e
		}
		if start.IsZero() && end.IsZero() {
			continue
		}
		test, e := w.meaning(t, member, filter)
		if e != nil {
			return e
		}
		w.tests = append(w.tests, func(o *stored) bool {
			at := test(o).Truncate(time.Second)
			return !at.IsZero() && !at.Before(start) && (end.IsZero() || !at.After(end))
		})
	}
	return nil
}

// meaning finds the time that a pair of times is about.
func (w *search) meaning(t *table, member string, filter map[string]any) (func(*stored) time.Time, *BusinessError) {
	if strings.HasPrefix(t.name, "wms.stockout.Sales.query") {
		var e *BusinessError
		if member, e = w.statusType(filter); e != nil {
			return nil, e
		}
	}
	if t.timeType != "" {
		wanted := textOf(filter["time_type"])
		found := wanted == ""
		for i, choice := range strings.Split(t.timeType, ",") {
			value, m, _ := strings.Cut(choice, ":")
			if value == wanted || (wanted == "" && i == 0) {
				member, found = m, true
			}
		}
		if !found {
			return nil, errMismatch
		}
	}
	switch member {
	case "":
		return func(o *stored) time.Time { return o.at }, nil
	case born:
		return func(o *stored) time.Time { return o.born }, nil
	}
	return func(o *stored) time.Time { return o.row.time(member) }, nil
}

// statusType reads status_type of sales stock-out: it says which states are
// asked for and which time the window is about.
func (w *search) statusType(filter map[string]any) (member string, e *BusinessError) {
	states := map[string]string{"0": "90,110", "1": "5", "2": "60,61,63,65,70,73,74,75,77,79,90"}
	kind := textOf(filter["status_type"])
	switch kind {
	case "0", "1", "2":
		test, _ := matcher("status", "str", states[kind])
		w.tests = append(w.tests, test)
	case "3":
	default:
		return "", &BusinessError{100, "参数中必须包含状态"}
	}
	if kind == "0" || (kind == "3" && empty(filter["status"])) {
		return "consign_time", nil
	}
	return "", nil
}

func (w *search) match(o *stored) bool {
	for _, test := range w.tests {
		if !test(o) {
			return false
		}
	}
	if w.back == nil && !w.table.self {
		return true
	}
	platform := platformOf(o.row)
	return !w.back[platform] && (!w.table.self || platform == "127" || platform == "0")
}

// platformOf is the platform a row's shop is on; "" when the row tells none.
func platformOf(r Row) string {
	for _, name := range []string{"shop_platform_id", "platform_id"} {
		if p := r.text(name); p != "" {
			return p
		}
	}
	return ""
}

// personal are the members filled for own and offline shops only.
var personal = []string{
	"buyer_nick", "buyer_name", "buyer_email", "pay_account", "nick_name", "receiver_name", "receiver_address",
	"receiver_mobile", "receiver_telno", "receiver_telephone", "id_card",
}

// show is the row without what the platform keeps to itself.
func (w *search) show(r Row) Row {
	if w.table.name == available {
		return with(Row{"num": r.amount("available_send_stock").String(), "type": 1}, r)
	}
	platform := platformOf(r)
	if (!w.table.hides && !w.table.self) || platform == "" || platform == "127" || platform == "0" {
		return r
	}
	out := Row{}
	for k, v := range r {
		out[k] = v
	}
	for _, name := range personal {
		if _, there := out[name]; there {
			out[name] = ""
		}
	}
	return out
}

// pinduoduo is kept back on both gateways: its orders come from Pinduoduo itself.
const pinduoduo = "39"

// keptBack are the platforms whose orders, refunds and goods a gateway leaves
// out without a word.
func (s *Server) keptBack(qimen bool) map[string]bool {
	back := map[string]bool{pinduoduo: true}
	if !qimen {
		for _, id := range s.keptBackOnDirect {
			back[strconv.Itoa(id)] = true
		}
	}
	return back
}
