package okki

import (
	"fmt"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// TimeType says what time the window of a list is on.
type TimeType int

// The times windows can be on. Lists that know none of these filter on the update
// time.
const (
	UpdateTime     TimeType = 1 // the default
	CreationTime   TimeType = 2 //
	OrderDate      TimeType = 3 // of orders; of companies it is the filing time
	DeletionTime   TimeType = 4 // of orders only, since 2026-02-06
	CompanyArchive          = OrderDate
)

// Query selects rows of a list. The zero value selects all the platform shows.
type Query struct {
	// Params are further parameters by their names on the platform: product_type,
	// group_id, status, all, approval and so on.
	Params Params
	// From and To bound the window, both included, to the second; zero = open. Lists
	// without a window refuse them.
	From, To time.Time
	// TimeType says what time the window is on; 0 = UpdateTime.
	TimeType TimeType
	// Removed lists deleted rows instead of live ones, where the list can.
	Removed bool
	// PageSize is the number of rows per call; 0 = 100.
	PageSize int
	// Cursor is Next of a page List gave, or a page's bare number from 1, after which a
	// list only ends with an empty page. Pages and All do not use it.
	Cursor string
}

// size is the page size, checked.
func (q Query) size(c Config) (int, error) {
	switch {
	case q.PageSize == 0:
		return min(DefaultPageSize, c.maxPage()), nil
	case q.PageSize < 0 || q.PageSize > c.maxPage():
		return 0, fmt.Errorf("PageSize %d: 1 to %d are allowed; Config.MaxPageSize allows more", q.PageSize, c.maxPage())
	}
	return q.PageSize, nil
}

// page is the page the cursor stands for, from 1, and how many rows were read before
// it, -1 where the cursor is a page's bare number.
func (q Query) page() (n int, met int64, err error) {
	if q.Cursor == "" {
		return 1, 0, nil
	}
	number, rows, counted := strings.Cut(q.Cursor, "/")
	n, err = strconv.Atoi(number)
	if met = -1; counted && err == nil {
		met, err = strconv.ParseInt(rows, 10, 64)
	}
	if err != nil || n < 1 || met < -1 || counted && met < 0 {
		return 0, 0, fmt.Errorf("the cursor is none of this list")
	}
	return n, met, nil
}

// nextCursor is the cursor of the page behind p, before which met rows were read.
func nextCursor(p listed, met int64) string {
	next := strconv.Itoa(p.page + 1)
	if p.page > 1 && met < 0 {
		return next
	}
	if p.page == 1 {
		met = 0
	}
	return next + "/" + strconv.FormatInt(met+int64(len(p.rows)), 10)
}

// ownPages are parameters a list call sets by itself.
var ownPages = []string{"start_index", "count", "page_no", "page_size", "start_time", "end_time"}

// paramsFor is the query as parameters of one list, which must have them: the
// platform ignores what it does not know, so that a filter would seem to work.
func (q Query) paramsFor(o *Operation) (Params, error) {
	known := o.Title != ""
	windowed := !q.From.IsZero() || !q.To.IsZero()
	switch {
	case o.Method != http.MethodGet:
		return nil, invalid(o.Path, "a list is a GET")
	case known && windowed && !o.Window:
		return nil, invalid(o.Path, "the list has no window of times")
	case known && q.TimeType != 0 && q.TimeType != UpdateTime && !o.TimeType:
		return nil, invalid(o.Path, "the list's window is on the update time only")
	case known && q.Removed && o.Removed == "":
		return nil, invalid(o.Path, "the list does not show deleted rows")
	}
	p := maps.Clone(q.Params)
	if p == nil {
		p = Params{}
	}
	for _, name := range ownPages {
		if _, own := p[name]; own {
			return nil, invalid(o.Path, name+" is the list's own: use PageSize, Cursor, From and To")
		}
	}
	if !q.From.IsZero() {
		p["start_time"] = q.From
	}
	if !q.To.IsZero() {
		p["end_time"] = q.To
	}
	if _, own := p["time_type"]; !own && (windowed && o.TimeType || q.TimeType != 0) && (o.TimeType || !known) {
		p["time_type"] = max(int(q.TimeType), int(UpdateTime))
	}
	if _, own := p["sort_field"]; !own && windowed && o.Path == leadListPath {
		p["sort_field"] = "update_time" // else the window is on the order time
	}
	if q.Removed {
		p[firstOf(o.Removed, "removed")] = 1
	}
	return p, nil
}
