package jdy

import (
	"fmt"
	"strconv"
	"time"

	"github.com/duijie-go/duijie"
)

// Query selects rows of a list. The zero value selects all the platform shows by
// default, which for some master data leaves out what is disabled: see Enable.
type Query struct {
	// Filter are further parameters by their names on the platform.
	Filter Filter
	// ModifiedFrom and ModifiedTo bound the modification time; lists without that
	// filter refuse them. A window that ended some minutes ago is closed: rows only
	// leave it.
	ModifiedFrom, ModifiedTo time.Time
	// CreatedFrom and CreatedTo bound the creation time.
	CreatedFrom, CreatedTo time.Time
	// BillDateFrom and BillDateTo bound the bill date (单据日期), both days included.
	BillDateFrom, BillDateTo time.Time
	// Search is a fuzzy match on the name, in some lists on number or remark.
	Search string
	// Enable is "1" for enabled, "0" for disabled, "-1" for all (master data). ""
	// leaves it to the platform, which shows only what is enabled in some lists.
	Enable string
	// IDs narrows to these ids, where the list takes them.
	IDs []string
	// PageSize is the number of rows per call; 0 = 100, the most the platform takes.
	PageSize int
	// Cursor is Next of a page List gave; Pages and All do not use it.
	Cursor string
}

// size is the page size, checked.
func (q Query) size() (int, error) {
	switch {
	case q.PageSize == 0:
		return MaxPageSize, nil
	case q.PageSize < 0 || q.PageSize > MaxPageSize:
		return 0, fmt.Errorf("PageSize %d: the platform takes 1 to %d and cuts larger pages without a word", q.PageSize, MaxPageSize)
	}
	return q.PageSize, nil
}

// pairs are the parameters without those of the page, for [Client.Call].
func (q Query) pairs() ([]pair, error) {
	f := Filter{}
	for k, v := range q.Filter {
		f[k] = v
	}
	if _, err := q.size(); err != nil {
		return nil, err
	}
	if q.PageSize != 0 {
		f["page_size"] = q.PageSize
	}
	if q.Cursor != "" {
		f["page"] = q.Cursor
	}
	if err := checkPageSize(f); err != nil {
		return nil, err
	}
	q.fill(f, Bounds{"modify_start_time", "modify_end_time"}, Bounds{"create_start_time", "create_end_time"}, Bounds{"start_bill_date", "end_bill_date"})
	return f.pairs()
}

// fill adds what the fields of the query say.
func (q Query) fill(f Filter, modified, created, billDate Bounds) {
	put := func(name string, t time.Time, text func(time.Time) string) {
		if !t.IsZero() {
			f[name] = text(t)
		}
	}
	put(modified.From, q.ModifiedFrom, millis)
	put(modified.To, q.ModifiedTo, millis)
	put(created.From, q.CreatedFrom, millis)
	put(created.To, q.CreatedTo, millis)
	put(billDate.From, q.BillDateFrom, day)
	put(billDate.To, q.BillDateTo, day)
	if q.Search != "" {
		f["search"] = q.Search
	}
	if q.Enable != "" {
		f["enable"] = q.Enable
	}
	if len(q.IDs) > 0 {
		f["ids"] = q.IDs
	}
}

func millis(t time.Time) string { return strconv.FormatInt(t.UnixMilli(), 10) }
func day(t time.Time) string    { return t.In(duijie.China).Format(time.DateOnly) }

// filterFor is the query as parameters of one list, which must have them.
func (q Query) filterFor(o *Operation) (Filter, error) {
	for _, need := range []struct {
		what  string
		asked bool
		has   bool
	}{
		{"modification time", !q.ModifiedFrom.IsZero() || !q.ModifiedTo.IsZero(), o.Modified != Bounds{}},
		{"creation time", !q.CreatedFrom.IsZero() || !q.CreatedTo.IsZero(), o.Created != Bounds{}},
		{"bill date", !q.BillDateFrom.IsZero() || !q.BillDateTo.IsZero(), o.BillDate != Bounds{}},
		{"enable", q.Enable != "", o.HasEnable},
		{"ids", len(q.IDs) > 0, o.HasIDs},
	} {
		// The platform ignores what it does not know, so a filter would seem to work.
		if need.asked && !need.has && o.Title != "" {
			return nil, invalid(o.Path, "the list has no filter on "+need.what)
		}
	}
	f := Filter{}
	for k, v := range q.Filter {
		f[k] = v
	}
	if err := checkPageSize(f); err != nil {
		return nil, invalid(o.Path, err.Error())
	}
	modified, created, billDate := o.Modified, o.Created, o.BillDate
	if o.Title == "" { // not documented: the usual names
		modified, created, billDate = Bounds{"modify_start_time", "modify_end_time"}, Bounds{"create_start_time", "create_end_time"}, Bounds{"start_bill_date", "end_bill_date"}
	}
	q.fill(f, modified, created, billDate)
	return f, nil
}

// checkPageSize refuses a page size given by its name on the platform.
func checkPageSize(f Filter) error {
	texts, err := queryTexts(f["page_size"])
	if err != nil {
		return err
	}
	if len(texts) == 0 {
		delete(f, "page_size")
		return nil
	}
	if n, err := strconv.Atoi(texts[0]); err != nil || itoa(n) != texts[0] || n < 1 || n > MaxPageSize || len(texts) > 1 {
		return fmt.Errorf("page_size %s: the platform takes 1 to %d and cuts larger pages without a word", texts[0], MaxPageSize)
	}
	return nil
}
