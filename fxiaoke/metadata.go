package fxiaoke

import (
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
// become numbers and bools; operators upper case; a limit above 100 becomes 100. Credentials in
// it are ignored.
func ParseMetadata(raw []byte) (Metadata, error) {
	top, err := labelled(raw)
	if err != nil {
		return Metadata{}, invalid("metadata", err.Error())
	}
	m := Metadata{OpenUserID: scalar(top["currentOpenUserId"])}
	m.Query.Object = scalar(top["dataObjectApiName"])
	if nested := top["data"]; m.Query.Object == "" && wire.First(nested) == '{' { // already in wire form
		inner := membersOf(nested)
		m.Query.Object = scalar(inner["dataObjectApiName"])
		for name, v := range inner {
			top[name] = v
		}
	}
	info := top["search_query_info"]
	if wire.First(info) == '"' {
		var text string
		if err := json.Unmarshal(info, &text); err != nil {
			return Metadata{}, invalid("metadata", "search_query_info: "+err.Error())
		}
		info = json.RawMessage(text)
	}
	search, err := labelled(info)
	if err != nil {
		return Metadata{}, invalid("metadata", "search_query_info: "+err.Error())
	}
	if err := m.Query.fill(top, search); err != nil {
		return Metadata{}, invalid("metadata", err.Error())
	}
	if m.Query.Object == "" {
		return Metadata{}, invalid("metadata", "dataObjectApiName is missing")
	}
	return m, nil
}

func labelled(raw []byte) (map[string]json.RawMessage, error) {
	if wire.First(raw) != '{' || !json.Valid(raw) {
		return nil, fmt.Errorf("want an object, found %s", wire.Excerpt(raw))
	}
	return membersOf(raw), nil
}

// fill takes what the search says.
func (q *Query) fill(top, search map[string]json.RawMessage) error {
	const usual = 20 // the page size where none is given
	limit, offset := wire.Int(usual), wire.Int(0)
	if v, ok := search["limit"]; ok && scalar(v) != "" {
		if err := limit.UnmarshalJSON(v); err != nil {
			return fmt.Errorf("limit: %w", err)
		}
	}
	if v, ok := search["offset"]; ok {
		if err := offset.UnmarshalJSON(v); err != nil {
			return fmt.Errorf("offset: %w", err)
		}
	}
	var total wire.Bool
	if v, ok := top["find_explicit_total_num"]; ok {
		if err := total.UnmarshalJSON(v); err != nil {
			return fmt.Errorf("find_explicit_total_num: %w", err)
		}
	}
	q.PageSize, q.Offset, q.Total = int(min(max(limit, 1), MaxPageSize)), int(offset), bool(total)
	q.Template = scalar(search["search_template_id"])
	for _, v := range values(search["filters"]) {
		f, err := readFilter(v)
		if err != nil {
			return err
		}
		q.Filters = append(q.Filters, f)
	}
	for _, v := range values(search["orders"]) {
		m := membersOf(v)
		asc := wire.Bool(true)
		if text, ok := m["isAsc"]; ok {
			if err := asc.UnmarshalJSON(text); err != nil {
				return fmt.Errorf("isAsc: %w", err)
			}
		}
		if field := scalar(m["fieldName"]); field != "" {
			q.Orders = append(q.Orders, Order{Field: field, Desc: !bool(asc)})
		}
	}
	for _, v := range values(search["fieldProjection"]) {
		if name := scalar(v); name != "" {
			q.Fields = append(q.Fields, name)
		}
	}
	return nil
}

// values are the elements of a list, or the values of an object in its own order.
func values(raw json.RawMessage) []json.RawMessage {
	var out []json.RawMessage
	switch wire.First(raw) {
	case '[':
		out = slices.Collect(wire.Elements(raw))
	case '{':
		for m := range wire.Walk(raw) {
			out = append(out, m.Value)
		}
	}
	return out
}

func readFilter(raw json.RawMessage) (Filter, error) {
	m := membersOf(raw)
	f := Filter{Field: scalar(m["field_name"]), Op: Operator(strings.ToUpper(strings.TrimSpace(scalar(m["operator"]))))}
	list := m["field_values"]
	switch wire.First(list) {
	case '[':
		for v := range wire.Elements(list) {
			if c := wire.First(v); c == '[' || c == '{' {
				return f, fmt.Errorf("filter on %s: a value is no text or number", f.Field)
			}
			f.Values = append(f.Values, scalar(v))
		}
	case '{':
		return f, fmt.Errorf("filter on %s: field_values is an object", f.Field)
	case 0:
	default:
		f.Values = append(f.Values, scalar(list)) // one value; a comma in it parts nothing
	}
	_, err := f.wire()
	return f, err
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
