package paging_test

import (
	"cmp"
	"context"
	"fmt"
	"strconv"
	"strings"

	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/paging"
)

// bill is a row of the examples' platform.
type bill struct {
	ID int64
	No string
}

// ledgerAPI is a platform with seven bills.
type ledgerAPI struct{}

func (ledgerAPI) bills() (all []bill) {
	for id := int64(1); id <= 7; id++ {
		all = append(all, bill{ID: id * 10, No: "B" + strconv.FormatInt(id, 10)})
	}
	return all
}

// Behind is a call that returns the first bills behind an id.
func (a ledgerAPI) Behind(_ context.Context, id int64, limit int) (found []bill, err error) {
	for _, b := range a.bills() {
		if b.ID > id && len(found) < limit {
			found = append(found, b)
		}
	}
	return found, nil
}

// Page is a call that returns a page and the number of all bills.
func (a ledgerAPI) Page(_ context.Context, no, size int) ([]bill, int64, error) {
	all := a.bills()
	from := min(no*size, len(all))
	return all[from:min(from+size, len(all))], int64(len(all)), nil
}

func toRecords(bills []bill) []duijiesync.Record[bill] {
	records := make([]duijiesync.Record[bill], len(bills))
	for i, b := range bills {
		records[i] = duijiesync.Record[bill]{Key: b.No, Value: b}
	}
	return records
}

func show(src duijiesync.Source[bill]) {
	var keys []string
	for batch, err := range src.Read(context.Background(), "") {
		if err != nil {
			fmt.Println(err)
			return
		}
		for _, r := range batch.Records {
			keys = append(keys, r.Key)
		}
	}
	fmt.Println(strings.Join(keys, " "))
}

// A platform that can be asked for the rows behind an id.
func ExampleKeyset() {
	var api ledgerAPI
	src := paging.Keyset[bill, int64]{
		Name: "bills", Size: 3, ShortIsLast: true,
		Fetch: func(ctx context.Context, after int64, size int) (paging.Page[bill], error) {
			bills, err := api.Behind(ctx, after, size)
			return paging.Page[bill]{Records: toRecords(bills), Total: -1}, err
		},
		Position: func(r duijiesync.Record[bill]) (int64, bool) { return r.Value.ID, true },
		Compare:  cmp.Compare[int64],
		Rescan:   true, // bills change without getting a new id
	}.Source()
	show(src)
	fmt.Println(src.Paging())
	// Output:
	// B1 B2 B3 B4 B5 B6 B7
	// bills: keyset: each call asks for the rows behind the last one, so rows that come or go shift nothing; every run reads the whole list, so changes are seen in the next run
}

// A platform with page numbers and a total, asked for a window of modification
// times that has ended.
func ExampleList_Backward() {
	var api ledgerAPI
	src := paging.List[bill]{
		Name: "bills", Size: 3,
		Fetch: func(ctx context.Context, at paging.At) (paging.Page[bill], error) {
			bills, total, err := api.Page(ctx, at.Page, at.Size) // at.Page+1 where pages count from 1
			return paging.Page[bill]{Records: toRecords(bills), Total: total}, err
		},
	}.Backward()
	show(src)
	// Output:
	// B7 B4 B5 B6 B1 B2 B3
}

// The same window on a platform that tells no total: the end is looked for.
func ExampleList_ClosedWindow() {
	var api ledgerAPI
	src := paging.List[bill]{
		Name: "bills", Size: 3, ShortIsLast: true,
		Fetch: func(ctx context.Context, at paging.At) (paging.Page[bill], error) {
			bills, _, err := api.Page(ctx, at.Page, at.Size)
			return paging.Page[bill]{Records: toRecords(bills), Total: -1}, err
		},
	}.ClosedWindow()
	show(src)
	// Output:
	// B7 B4 B5 B6 B1 B2 B3
}

// A list without any order that helps: it is read until two passes agree.
func ExampleList_DoublePass() {
	var api ledgerAPI
	src := paging.List[bill]{
		Name: "bills", Size: 3,
		Fetch: func(ctx context.Context, at paging.At) (paging.Page[bill], error) {
			bills, total, err := api.Page(ctx, at.Page, at.Size)
			return paging.Page[bill]{Records: toRecords(bills), Total: total}, err
		},
	}.DoublePass()
	show(src)
	fmt.Println(src.Paging())
	// Output:
	// B1 B2 B3 B4 B5 B6 B7
	// bills: read again until two passes agree on all rows and their states
}

// A whole list by modification time: what changes while it is read comes to its
// end, which is read once more.
func ExampleList_Appended() {
	var api ledgerAPI
	src := paging.List[bill]{
		Name: "bills", Size: 3,
		Fetch: func(ctx context.Context, at paging.At) (paging.Page[bill], error) {
			bills, total, err := api.Page(ctx, at.Page, at.Size)
			return paging.Page[bill]{Records: toRecords(bills), Total: total}, err
		},
	}.Appended()
	show(src)
	// Output:
	// B7 B4 B5 B6 B1 B2 B3
}
