package fxiaoke

import (
	"cmp"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
)

// Metadata is a query as low-code integration platforms describe it: top-level
// dataObjectApiName and search_query_info, conditions under labels, numbers and bools as texts,
// and places for times in values. It is not what goes over the wire; [Metadata.At] makes that.
type Metadata struct {
	// Query is the query; values of its filters may hold {LAST_SYNC_TIME} and
	// {CURRENT_TIME}.
	Query Query
	// OpenUserID is currentOpenUserId, "" where it is not given. See [Client.As].
	OpenUserID string
}

// ParseMetadata reads the metadata of a fxiaoke source. Filters, orders and projections may be
// lists or objects with labels, which are dropped; search_query_info may be a JSON text; texts
// become numbers and bools; operators upper case; a limit above 100 becomes 100. What stands
// around the query (credentials, ways to count, members of the scheme such as id and method) is
// left out. Nothing else is: a member it does not know, or one of the wrong kind, is
// duijie.ErrInvalid with its path, "search_query_info.filters.条件1.connector".
func ParseMetadata(raw []byte) (Metadata, error) {
	m, err := parseMetadata(raw)
	if err != nil {
		return Metadata{}, invalid("metadata", err.Error())
	}
	return m, nil
}

// The members that are read, and those that say nothing of the rows.
var (
	metaAround = []string{
		"corpAccessToken", "corpId", "appId", "appSecret", "permanentCode", "thirdTraceId", "returnTotalNum", "need_return_count_num",
		"api", "effect", "type", "method", "id", "number", "name", "idCheck", "response", "autoFillResponse",
	}
	metaQuery = []string{
		"dataObjectApiName", "search_query_info", "find_explicit_total_num", "search_template_id", "includeNull", "fieldProjection",
		"field_projection",
	}
	metaSearch = []string{"limit", "offset", "filters", "orders", "fieldProjection", "search_template_id"}
	metaFilter = []string{"field_name", "field_values", "operator"}
	metaOrder  = []string{"fieldName", "isAsc"}
)

func parseMetadata(raw []byte) (Metadata, error) {
	top, err := readObject("", raw, slices.Concat(metaQuery, metaAround, []string{"data", "currentOpenUserId"}))
	if err != nil {
		return Metadata{}, err
	}
	for _, name := range metaAround {
		delete(top, name)
	}
	if v := top["data"]; v != nil { // in wire form already
		inner, err := readObject("data", v, metaQuery)
		if err != nil {
			return Metadata{}, err
		}
		for name, v := range inner {
			if _, twice := top[name]; twice {
				return Metadata{}, fmt.Errorf("%s stands inside data and outside of it", name)
			}
			top[name] = v
		}
	}
	var m Metadata
	if m.OpenUserID, err = top.text("", "currentOpenUserId"); err != nil {
		return Metadata{}, err
	}
	if m.Query.Object, err = top.text("", "dataObjectApiName"); err != nil {
		return Metadata{}, err
	}
	search, err := searchOf(top["search_query_info"])
	if err != nil {
		return Metadata{}, err
	}
	if err := m.Query.fill(top, search); err != nil {
		return Metadata{}, err
	}
	if m.Query.Object == "" {
		return Metadata{}, fmt.Errorf("dataObjectApiName is missing")
	}
	return m, nil
}

// searchOf is search_query_info, which may be a text that holds it.
func searchOf(info json.RawMessage) (metaObject, error) {
	if wire.First(info) == '"' {
		var text string
		if err := json.Unmarshal(info, &text); err != nil {
			return nil, fmt.Errorf("search_query_info: %w", err)
		}
		info = json.RawMessage(text)
	}
	return readObject("search_query_info", info, metaSearch)
}

// metaObject is an object of metadata by its members.
type metaObject map[string]json.RawMessage

// readObject reads an object at a path, which has no members but those that are known.
func readObject(at string, raw []byte, known []string) (metaObject, error) {
	if wire.First(raw) != '{' || !json.Valid(raw) {
		return nil, fmt.Errorf("%swant an object, found %s", prefix(at, ": "), wire.Excerpt(raw))
	}
	m := metaObject{}
	for one := range wire.Walk(raw) {
		name := string(one.Key)
		if !slices.Contains(known, name) {
			return nil, fmt.Errorf("%s%s: no member of that name is known here, only %s", prefix(at, "."), name, strings.Join(known, ", "))
		}
		if _, twice := m[name]; twice {
			return nil, fmt.Errorf("%s%s stands there twice", prefix(at, "."), name)
		}
		m[name] = one.Value
	}
	return m, nil
}

func prefix(at, behind string) string {
	if at == "" {
		return ""
	}
	return at + behind
}

// text is a scalar member as a text, "" where it has no value.
func (m metaObject) text(at, name string) (string, error) {
	if v := m[name]; !isScalar(v) {
		return "", fmt.Errorf("%s%s: want a text or number, found %s", prefix(at, "."), name, wire.Excerpt(v))
	}
	return scalar(m[name]), nil
}

// flag is a member as a bool.
func (m metaObject) flag(at, name string, def bool) (bool, error) {
	out := wire.Bool(def)
	if v := m[name]; scalar(v) != "" || !isScalar(v) {
		if err := out.UnmarshalJSON(v); err != nil {
			return false, fmt.Errorf("%s%s: %w", prefix(at, "."), name, err)
		}
	}
	return bool(out), nil
}

// number is a member as a whole number.
func (m metaObject) number(at, name string, def wire.Int) (wire.Int, error) {
	if v := m[name]; scalar(v) != "" || !isScalar(v) {
		if err := def.UnmarshalJSON(v); err != nil {
			return 0, fmt.Errorf("%s%s: %w", prefix(at, "."), name, err)
		}
	}
	return def, nil
}

// fill takes what the search says.
func (q *Query) fill(top, search metaObject) error {
	const at = "search_query_info"
	const usual = 20 // the page size where none is given
	limit, errLimit := search.number(at, "limit", usual)
	offset, errOffset := search.number(at, "offset", 0)
	total, errTotal := top.flag("", "find_explicit_total_num", false)
	null, errNull := top.flag("", "includeNull", false)
	outer, errOuter := top.text("", "search_template_id")
	inner, errInner := search.text(at, "search_template_id")
	if err := cmp.Or(errLimit, errOffset, errTotal, errNull, errOuter, errInner); err != nil {
		return err
	}
	if outer != "" && inner != "" && outer != inner {
		return fmt.Errorf("search_template_id: %s and %s are two views", outer, inner)
	}
	q.PageSize, q.Offset, q.Total, q.IncludeNull = int(min(max(limit, 1), MaxPageSize)), int(offset), total, null
	q.Template = cmp.Or(outer, inner)
	filters, err := elements(at+".filters", search["filters"])
	if err != nil {
		return err
	}
	for _, e := range filters {
		f, err := readFilter(e)
		if err != nil {
			return err
		}
		q.Filters = append(q.Filters, f)
	}
	orders, err := elements(at+".orders", search["orders"])
	if err != nil {
		return err
	}
	for _, e := range orders {
		o, err := readOrder(e)
		if err != nil {
			return err
		}
		q.Orders = append(q.Orders, o)
	}
	q.Fields, err = projections(search, top)
	return err
}

// projections are the fields to read, which have three places.
func projections(search, top metaObject) (fields []string, err error) {
	for _, place := range []struct {
		at   string
		list json.RawMessage
	}{
		{"search_query_info.fieldProjection", search["fieldProjection"]}, {"fieldProjection", top["fieldProjection"]},
		{"field_projection", top["field_projection"]},
	} {
		list, err := elements(place.at, place.list)
		if err != nil {
			return nil, err
		}
		for _, e := range list {
			if !isScalar(e.value) {
				return nil, fmt.Errorf("%s: want the name of a field, found %s", e.at, wire.Excerpt(e.value))
			}
			if name := scalar(e.value); name != "" && !slices.Contains(fields, name) {
				fields = append(fields, name)
			}
		}
	}
	return fields, nil
}

// element is one of a list, or of an object with labels.
type element struct {
	at    string
	value json.RawMessage
}

// elements are those of a list, or the values of an object in its own order; none of "" and null.
func elements(at string, raw json.RawMessage) (out []element, err error) {
	switch wire.First(raw) {
	case '[':
		n := 0
		for v := range wire.Elements(raw) {
			out, n = append(out, element{at + "." + strconv.Itoa(n), v}), n+1
		}
	case '{':
		for m := range wire.Walk(raw) {
			out = append(out, element{at + "." + string(m.Key), m.Value})
		}
	default:
		if !emptyValue(raw) {
			return nil, fmt.Errorf("%s: want a list, found %s", at, wire.Excerpt(raw))
		}
	}
	return out, nil
}

func readOrder(e element) (Order, error) {
	m, err := readObject(e.at, e.value, metaOrder)
	if err != nil {
		return Order{}, err
	}
	field, err := m.text(e.at, "fieldName")
	if err != nil {
		return Order{}, err
	}
	if field == "" {
		return Order{}, fmt.Errorf("%s: an order names no field", e.at)
	}
	asc, err := m.flag(e.at, "isAsc", true)
	return Order{Field: field, Desc: !asc}, err
}

func readFilter(e element) (Filter, error) {
	m, err := readObject(e.at, e.value, metaFilter)
	if err != nil {
		return Filter{}, err
	}
	field, errField := m.text(e.at, "field_name")
	op, errOp := m.text(e.at, "operator")
	if err := cmp.Or(errField, errOp); err != nil {
		return Filter{}, err
	}
	f := Filter{Field: field, Op: Operator(strings.ToUpper(strings.TrimSpace(op)))}
	list := m["field_values"]
	switch wire.First(list) {
	case '[':
		for v := range wire.Elements(list) {
			if !isScalar(v) {
				return f, fmt.Errorf("%s.field_values: a value is no text or number: %s", e.at, wire.Excerpt(v))
			}
			f.Values = append(f.Values, scalar(v))
		}
	case '{':
		return f, fmt.Errorf("%s.field_values: want a list, found an object", e.at)
	case 0:
	default:
		f.Values = append(f.Values, scalar(list)) // one value; a comma in it parts nothing
	}
	if _, err := f.wire(); err != nil {
		return f, fmt.Errorf("%s: %w", e.at, err)
	}
	return f, nil
}

var placeholder = regexp.MustCompile(`\{+\s*([A-Za-z_]+)[^{}]*\}+`)

const lastSync = "LAST_SYNC_TIME"

// At is the query with its times filled in: {LAST_SYNC_TIME} is last in seconds since 1970 (the
// zero time gives 0, and 0000 becomes 0), {CURRENT_TIME} is now. A place it does not know is
// an error, never sent as it is.
func (m Metadata) At(last, now time.Time) (Query, error) {
	q := m.Query.clone()
	seconds := func(t time.Time) string {
		if t.IsZero() {
			return "0"
		}
		return strconv.FormatInt(t.Unix(), 10)
	}
	var unknown error
	for i, f := range q.Filters {
		f.Values = slices.Clone(f.Values)
		for j, v := range f.Values {
			text, ok := v.(string)
			if !ok || !strings.Contains(text, "{") {
				continue
			}
			text = placeholder.ReplaceAllStringFunc(text, func(found string) string {
				switch found {
				case "{" + lastSync + "}", "{{" + lastSync + "}}":
					return seconds(last)
				case "{CURRENT_TIME}", "{{CURRENT_TIME}}":
					return seconds(now)
				}
				unknown = fmt.Errorf("fxiaoke: metadata: filter on %s: nothing is known to fill in for %.60s: %w", f.Field, found, duijie.ErrInvalid)
				return found
			})
			if strings.Trim(text, "0") == "" {
				text = "0"
			}
			f.Values[j] = text
		}
		q.Filters[i] = f
	}
	return q, unknown
}

// Incremental is the query as [NewSource] takes it: the filter on last_modified_time that
// asks for what changed since {LAST_SYNC_TIME} is taken out, because the source makes its windows
// itself, and so are orders and offset. since tells whether there was such a filter; where there was
// none, every run reads everything: set SourceConfig.Full. A place for a time in another filter stays, and
// the source refuses it: fill it in, or take the filter out.
func (m Metadata) Incremental() (q Query, since bool) {
	q = m.Query.clone()
	q.Orders, q.Offset, q.Total = nil, 0, false
	q.Filters = slices.DeleteFunc(q.Filters, func(f Filter) bool {
		moving := f.Field == modifiedField && slices.ContainsFunc(f.Values, func(v any) bool {
			text, _ := v.(string)
			return strings.Contains(text, "{")
		})
		since = since || moving
		return moving
	})
	return q, since
}

// unfilled tells a filter that still has a place for a time, which the platform would compare with
// as it stands.
func (f Filter) unfilled() bool {
	return slices.ContainsFunc(f.Values, func(v any) bool {
		text, _ := v.(string)
		return strings.Contains(text, "{"+lastSync) || strings.Contains(text, "{CURRENT_TIME")
	})
}

const modifiedField = "last_modified_time"
