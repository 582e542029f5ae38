package paging

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
)

// Keyset describes a list that is read by a position its rows are ordered by:
// each call asks for the rows behind the last one. K is the position: an int64
// or string id, or a [Mark].
//
// Rows that come or go shift nothing, so a row that is there throughout is read
// exactly once, in one pass. What is not seen: a row that gets a position that was
// passed already. A keyset on an id therefore sees later changes of a row only
// in another reading: set Rescan, or read by [Mark] for changes.
//
// A position is all it takes to go on, so every batch has a checkpoint.
type Keyset[T, K any] struct {
	// Name is the list's name in the report, errors and checkpoints.
	Name string
	// Fetch returns the first size rows behind after, in ascending order of their
	// positions; required. Page.Total does not count here.
	Fetch func(ctx context.Context, after K, size int) (Page[T], error)
	// Position is where a row stands; required. It is asked for rows with Err
	// too; false says that the row does not tell, which only works out while
	// others of its page do. Positions are unique, but for
	// Groups.
	Position func(duijiesync.Record[T]) (K, bool)
	// Compare orders positions as the platform does; required. For ids that is
	// cmp.Compare[int64] or strings.Compare, for marks [Mark.Compare].
	Compare func(a, b K) int
	// Start is the position a reading without checkpoint begins behind. The zero K
	// must stand before every row when Start is not set.
	Start K
	// Size is the number of rows per call; 0 = 100.
	Size int
	// ShortIsLast: the platform fills every page but the last, so a page with
	// fewer rows than Size ends the list. Without it, and without Page.More, only an
	// empty page does, which costs one more call.
	ShortIsLast bool
	// Groups: several rows may share a position, as the lines of one document do. The
	// last group of a full page may be torn: it is left to the next page. One that
	// fills a whole page is asked for again with more rows, up to 16 times Size.
	Groups bool
	// Rescan has every run read from Start again, so that changes are seen; the
	// ledger drops what did not change. A run that was cut short goes on where it
	// stopped. Without it the next run goes on behind the last position.
	Rescan bool
	// Repeats is how often an empty page is asked for again when the platform
	// says there is more; 0 = 3.
	Repeats int
	// Decode reads the raw item of a dead letter; nil: JSON.
	Decode func(json.RawMessage) (T, error)
}

const keysetName = "keyset"

// Source makes the source.
func (k Keyset[T, K]) Source() *Source[T] {
	s := &Source[T]{builder: keysetName, list: k.Name, decode: k.Decode}
	s.paging = "keyset: each call asks for the rows behind the last one, so rows that come or go shift nothing; "
	switch {
	case k.Rescan:
		s.paging += "every run reads the whole list, so changes are seen in the next run"
	default:
		s.paging += "rows that change without moving behind the last position are not seen again"
	}
	var missing []string
	for name, ok := range map[string]bool{"Fetch": k.Fetch != nil, "Position": k.Position != nil, "Compare": k.Compare != nil} {
		if !ok {
			missing = append(missing, name)
		}
	}
	switch {
	case missing != nil:
		s.invalid = invalid(keysetName, k.Name, "not set: %s", strings.Join(missing, ", "))
	case k.Size < 0:
		s.invalid = invalid(keysetName, k.Name, "Size is %d", k.Size)
	}
	k.Size, k.Repeats = cmp.Or(k.Size, 100), cmp.Or(k.Repeats, 3)
	s.read = func(ctx context.Context, after checkpoint, yield yield[T]) {
		if err := k.walk(ctx, s, after, yield); err != nil {
			yield(duijiesync.Batch[T]{}, err)
		}
	}
	return s
}

// walk reads to the end. A consumer that stops is no error.
func (k Keyset[T, K]) walk(ctx context.Context, s *Source[T], after checkpoint, yield yield[T]) error {
	at := k.Start
	if after.At != nil {
		var err error
		if at, err = k.position(after.At); err != nil {
			return fmt.Errorf("duijie/sync/paging: %s: %w: its position is none of this list: %w; restore the source this pipeline had, or give the pipeline a new name to begin anew",
				title(keysetName, k.Name), ErrCheckpoint, err)
		}
	}
	for empty := 0; ; {
		page, last, err := k.page(ctx, at)
		if err != nil {
			return err
		}
		next, err := k.behind(at, page, last)
		if err != nil {
			return err
		}
		if len(page.Records) == 0 && !last {
			if empty++; empty > k.Repeats {
				return k.stuck("the page behind %s stays empty, but there is said to be more", place(at))
			}
			continue
		}
		empty, at = 0, next
		batch := duijiesync.Batch[T]{Records: page.Records}
		if last && k.Rescan {
			batch.Checkpoint, err = s.finished()
		} else {
			batch.Checkpoint, err = k.checkpoint(s, at)
		}
		if err != nil {
			return err
		}
		worthIt := len(page.Records) > 0 || k.Rescan
		if worthIt && !yield(batch, nil) || last {
			return nil
		}
	}
}

// page fetches the rows behind at, without a group that may be torn.
func (k Keyset[T, K]) page(ctx context.Context, at K) (page Page[T], last bool, err error) {
	for size := k.Size; ; size *= 2 {
		if err := ctx.Err(); err != nil {
			return page, false, err
		}
		if page, err = k.Fetch(ctx, at, size); err != nil {
			return page, false, fmt.Errorf("duijie/sync/paging: %s: %w", title(keysetName, k.Name), err)
		}
		last, n := page.last(size, k.ShortIsLast), len(page.Records)
		torn := k.Groups && !last && n > 0 && (n >= size || page.More == MoreYes)
		if !torn {
			return page, last, nil
		}
		if whole := k.whole(page.Records); whole > 0 {
			page.Records = page.Records[:whole]
			return page, false, nil
		}
		if size >= 16*k.Size {
			return page, false, k.stuck("more than %d rows behind %s share one position: raise Size", n, place(at))
		}
	}
}

// whole is the number of rows before the group of the last one.
func (k Keyset[T, K]) whole(records []duijiesync.Record[T]) int {
	n := len(records) - 1
	end, ok := k.Position(records[n])
	for ; n > 0; n-- {
		p, known := k.Position(records[n-1])
		if !ok { // a row that tells no position belongs to its neighbour, as far as known
			end, ok = p, known
			continue
		}
		if known && k.Compare(p, end) != 0 {
			return n
		}
	}
	return 0
}

// position reads what checkpoint wrote, and nothing else: a text that leaves out
// a part would go on at another place.
func (k Keyset[T, K]) position(text json.RawMessage) (at K, err error) {
	if err := json.Unmarshal(text, &at); err != nil {
		return at, err
	}
	again, err := json.Marshal(at)
	if err == nil && !bytes.Equal(again, text) {
		err = fmt.Errorf("it reads as %s", place(string(again)))
	}
	return at, err
}

// behind checks that the page's rows stand behind at, each behind the one
// before, and returns the last position.
func (k Keyset[T, K]) behind(at K, page Page[T], last bool) (K, error) {
	moved := false // within the page
	for i := range page.Records {
		r := &page.Records[i]
		if err := keyed(r); err != nil {
			return at, fmt.Errorf("duijie/sync/paging: %s: %w", title(keysetName, k.Name), err)
		}
		p, ok := k.Position(*r)
		if !ok {
			continue
		}
		sharing := k.Groups && moved // a group within the page
		if order := k.Compare(p, at); order < 0 || order == 0 && !sharing {
			if moved {
				return at, k.stuck("row %d of a page stands at %s, not behind %s: the list is not ordered by its positions, or they are not unique", i+1, place(p), place(at))
			}
			return at, k.stuck("the page asked for behind %s begins at %s: the list repeats itself or is ordered otherwise", place(at), place(p))
		}
		at, moved = p, true
	}
	if !moved && !last && len(page.Records) > 0 {
		return at, k.stuck("none of the %d rows behind %s tells its position", len(page.Records), place(at))
	}
	return at, nil
}

func (k Keyset[T, K]) checkpoint(s *Source[T], at K) (duijiesync.Checkpoint, error) {
	b, err := json.Marshal(at)
	if err != nil {
		return "", fmt.Errorf("duijie/sync/paging: %s: position as JSON: %w", title(keysetName, k.Name), err)
	}
	var back K
	if err := json.Unmarshal(b, &back); err != nil || k.Compare(back, at) != 0 {
		return "", invalid(keysetName, k.Name, "the position %s does not survive JSON, so that it can not be resumed: use another type for it", place(at))
	}
	return s.text(checkpoint{At: b})
}

func (k Keyset[T, K]) stuck(format string, args ...any) error {
	return fmt.Errorf("duijie/sync/paging: %s: %s: %w", title(keysetName, k.Name), fmt.Sprintf(format, args...), duijie.ErrNoProgress)
}

// place is a position in an error, cut to a length people read.
func place(p any) string {
	s := fmt.Sprintf("%v", p)
	if len(s) > 80 {
		s = s[:80] + "..."
	}
	return s
}
