package dingtalk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
)

const (
	// tablePage is the most rows of a sub-table one answer holds, in lists and in innerTables.
	tablePage = 50
	// tableLanes are how many sub-tables are read side by side.
	tableLanes = 4
	// tableReads is how often a sub-table is read that changes while it is read.
	tableReads = 3
	// tablePages is a bound on the pages of one, far above MaxTableRows.
	tablePages = 40
	// wholeMember is a member of Instance.Raw that the platform does not have: the names of
	// the sub-tables whose rows were completed.
	wholeMember = "wholeTables"
)

// CompleteTables reads the rows that the sub-tables in [Instance.CutTables] may lack, four
// tables at a time, and puts them into Data and Raw of the instances. formUUID "" is each
// instance's own form, else the application's. With an error, CutTables still names what
// could not be read; the error names the first of them of each instance. A fault of the
// setup, such as a right that is missing, ends the reading.
//
// A table of n rows costs n/50 calls, rounded up: a page of 100 instances of 500 rows each
// costs 1,000 calls where the list costs one. The calls count against the month's. A table that
// keeps changing while it is read is duijie.ErrNoProgress. A table of several pages that loses one row
// and gains another between two of them is not seen to change: Modified of the instance tells, read
// again. Sources read such an instance again in their next window.
//
// Effect: read.
func (y *Yida) CompleteTables(ctx context.Context, formUUID string, instances []Instance) error {
	return errors.Join(y.completeTables(ctx, formUUID, instances, false)...)
}

// completeTables completes instances; the errors are theirs, one each or nil. aliased
// tells that their names are aliases.
func (y *Yida) completeTables(ctx context.Context, formUUID string, instances []Instance, aliased bool) []error {
	out := make([]error, len(instances))
	var aliases map[string]string
	type job struct {
		at   int
		name string
	}
	var jobs []job
	for i := range instances {
		for _, name := range instances[i].CutTables {
			jobs = append(jobs, job{i, name})
		}
	}
	if len(jobs) == 0 {
		return out
	}
	if aliased {
		var err error
		if aliases, err = y.Aliases(ctx, firstOf(formUUID, instances[jobs[0].at].FormUUID)); err != nil {
			for _, j := range jobs {
				out[j.at] = err
			}
			return out
		}
	}
	tables, failed := make([]json.RawMessage, len(jobs)), make([]error, len(jobs))
	var wg sync.WaitGroup
	var over atomic.Pointer[error] // what would fail the others too: they are not asked for
	slots := make(chan struct{}, tableLanes)
	for n, j := range jobs {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			if failed[n] = ctx.Err(); failed[n] != nil {
				return
			}
			if err := over.Load(); err != nil {
				failed[n] = *err
				return
			}
			tables[n], failed[n] = y.completeTable(ctx, formUUID, &instances[j.at], j.name, aliases)
			if err := failed[n]; err != nil && !tableOnly(err) {
				over.Store(&err)
			}
		})
	}
	wg.Wait()
	whole := make([]map[string]json.RawMessage, len(instances))
	for n, j := range jobs {
		if failed[n] != nil {
			if out[j.at] == nil {
				out[j.at] = fmt.Errorf("dingtalk: sub-table %s of instance %s may be cut to %d rows, and its rows can not be read: %w", j.name, instances[j.at].ID, tablePage, failed[n])
			}
			continue
		}
		if whole[j.at] == nil {
			whole[j.at] = map[string]json.RawMessage{}
		}
		whole[j.at][j.name] = tables[n]
	}
	for i, tables := range whole {
		if tables != nil {
			instances[i].setTables(tables)
		}
	}
	return out
}

// completeTable is one sub-table of an instance, whole, in the names of the instance.
func (y *Yida) completeTable(ctx context.Context, formUUID string, i *Instance, name string, aliases map[string]string) (json.RawMessage, error) {
	table := name
	if kind, _ := kindOf(name); kind != "tableField" {
		table = ""
		for id, alias := range aliases {
			if alias == name {
				table = id
			}
		}
		switch kind, _ := kindOf(table); {
		case table == "":
			return nil, fmt.Errorf("no component has the alias %s; ask for component ids: %w", name, duijie.ErrInvalid)
		case kind != "tableField":
			return i.Data[name], nil // a long list of something else
		}
	}
	form, err := y.form(firstOf(formUUID, i.FormUUID), "sub-table")
	if err != nil {
		return nil, err
	}
	rows, err := y.wholeTable(ctx, form, i.ID, table)
	if err != nil {
		return nil, err
	}
	if shown := countRows(i.Data[name]); len(rows) < shown {
		return nil, fmt.Errorf("it has %d rows, and %d were shown a moment ago: %w", len(rows), shown, duijie.ErrNoProgress)
	}
	b := []byte{'['}
	for n, row := range rows {
		if n > 0 {
			b = append(b, ',')
		}
		if aliases != nil {
			values := Values{}
			for m := range wire.Walk(row) {
				values[string(m.Key)] = m.Value
			}
			if values, err = values.ByAlias(aliases); err == nil {
				row, err = wire.Marshal(values)
			}
			if err != nil {
				return nil, err
			}
		}
		b = append(b, row...)
	}
	return append(b, ']'), nil
}

// wholeTable are all rows of a sub-table, read until they did not change meanwhile.
func (y *Yida) wholeTable(ctx context.Context, form, instance, table string) ([]json.RawMessage, error) {
	for range tableReads {
		rows, steady, err := y.readTable(ctx, form, instance, table)
		if err != nil || steady {
			return rows, err
		}
	}
	return nil, fmt.Errorf("dingtalk: it was read %d times, and never held as many rows as it counts: %w", tableReads, duijie.ErrNoProgress)
}

// readTable reads a sub-table once; steady tells that it held all the time what it counts.
func (y *Yida) readTable(ctx context.Context, form, instance, table string) (rows []json.RawMessage, steady bool, err error) {
	counted := int64(-1)
	for page := 1; page <= tablePages; page++ {
		some, total, err := tableRows[json.RawMessage](ctx, y, form, instance, table, page)
		switch {
		case err != nil:
			return nil, false, err
		case page > 1 && total != counted:
			return nil, false, nil
		}
		counted = total
		for _, row := range some {
			if wire.First(row) != '{' {
				return nil, false, fmt.Errorf("dingtalk: a row is no object: %s: %w", wire.Excerpt(row), duijie.ErrMalformedAnswer)
			}
		}
		rows = append(rows, some...)
		if len(some) == 0 || len(some) < tablePage && total < 0 || total >= 0 && int64(len(rows)) >= total {
			return rows, total < 0 || int64(len(rows)) == total, nil
		}
	}
	return nil, false, nil
}

// tableRows are one page of a sub-table; total is -1 where it is not told.
func tableRows[T any](ctx context.Context, y *Yida, form, instance, table string, page int) ([]T, int64, error) {
	const op = "/v1.0/yida/forms/innerTables/"
	if err := needs(op, map[string]string{"instance id": instance, "table": table}); err != nil {
		return nil, 0, err
	}
	var out struct {
		Data  []T       `json:"data"`
		Total *wire.Int `json:"totalCount"`
	}
	err := y.query(ctx, http.MethodGet, op+escapePath(instance), Query{
		"formUuid": form, "tableFieldId": table, "pageNumber": strconv.Itoa(page), "pageSize": strconv.Itoa(tablePage),
	}, &out)
	if err != nil {
		return nil, 0, err
	}
	if out.Total == nil {
		return out.Data, -1, nil
	}
	return out.Data, int64(*out.Total), nil
}

// TableRows lists all rows of a sub-table of an instance (查询子表单组件数据):
// GET /v1.0/yida/forms/innerTables/{formInstanceId}. table is the component's id; the rows' names
// are ids. [Yida.CompleteTables] puts them into instances.
//
// Effect: read. Limit: 50 rows a page.
func (y *Yida) TableRows(formUUID, instanceID, table string) *List[Values] {
	return &List[Values]{size: tablePage, fetch: func(ctx context.Context, page int) (*duijie.Page[Values], int, error) {
		form, err := y.form(formUUID, "/v1.0/yida/forms/innerTables/")
		if err != nil {
			return nil, 0, err
		}
		rows, total, err := tableRows[Values](ctx, y, form, instanceID, table, page)
		if err != nil {
			return nil, 0, err
		}
		return &duijie.Page[Values]{Items: rows, Total: total}, len(rows), nil
	}}
}

// countRows is how many objects a list holds, -1 where it is no list of objects.
func countRows(v json.RawMessage) int {
	if wire.First(v) != '[' {
		return -1
	}
	n := 0
	for e := range wire.Elements(v) {
		if wire.First(e) != '{' {
			return -1
		}
		n++
	}
	return n
}

// findCut notes the sub-tables that may have been cut, other than those completed.
func (i *Instance) findCut(whole []string) {
	var told map[string]int64
	if strings.Contains(i.Components, `"tableField_`) {
		told = tableCounts(json.RawMessage(i.Components))
	}
	for _, name := range slices.Sorted(maps.Keys(i.Data)) {
		kind, companion := kindOf(name)
		if companion != "" || kind != "tableField" && kind != "" || slices.Contains(whole, name) {
			continue
		}
		if n := countRows(i.Data[name]); n >= tablePage || n >= 0 && int64(n) < told[name] {
			i.CutTables = append(i.CutTables, name)
		}
	}
}

// tableCounts are how many rows the designer's format says each sub-table has.
func tableCounts(components json.RawMessage) map[string]int64 {
	out := map[string]int64{}
	for p := range wire.Elements(components) {
		if id := scalar(member(p, "fieldId")); strings.HasPrefix(id, "tableField_") {
			var n int64
			if readInt(member(member(p, "fieldData"), "totalCount"), &n) == nil {
				out[id] = n
			}
		}
	}
	return out
}

// setTables puts whole sub-tables into an instance, into the answer it came in too, so
// that it is whole where it is read from there again.
func (i *Instance) setTables(tables map[string]json.RawMessage) {
	data := maps.Clone(i.Data)
	maps.Copy(data, tables)
	i.Data = data
	var whole []string
	raw := map[string]json.RawMessage{}
	for m := range wire.Walk(i.Raw) {
		switch name := string(m.Key); name {
		case "formData", "data":
			values := map[string]json.RawMessage{}
			for v := range wire.Walk(unquote(m.Value)) {
				values[string(v.Key)] = v.Value
			}
			maps.Copy(values, tables)
			raw[name], _ = wire.Marshal(values) // of JSON: it can not fail
		case wholeMember:
			whole = wholeTables(m.Value)
		default:
			raw[name] = m.Value
		}
	}
	whole = append(whole, slices.Collect(maps.Keys(tables))...)
	slices.Sort(whole)
	raw[wholeMember], _ = wire.Marshal(slices.Compact(whole))
	i.Raw, _ = wire.Marshal(raw)
	i.CutTables = slices.DeleteFunc(i.CutTables, func(name string) bool { return tables[name] != nil })
	if len(i.CutTables) == 0 {
		i.CutTables = nil
	}
}

func wholeTables(v json.RawMessage) (out []string) {
	for e := range wire.Elements(v) {
		out = append(out, scalar(e))
	}
	return out
}
