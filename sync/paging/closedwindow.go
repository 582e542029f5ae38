package paging

// ClosedWindow reads a list that rows leave but none comes into (a window of
// modification times that has ended). Read upwards, such a list loses a row for
// each that leaves; so it is read from its last page to the first, as by
// [List.Backward], which needs one reading only. Where no total is told, the end is
// looked for first, by doubling the page number and halving what lies
// between, and looked at again at last: about 2·log2(pages) calls more, and none
// for a list of one page. An empty page is the end then; little tells it from one
// that a busy platform left empty, so have Fetch return a total where there is one.
//
// Each batch has a checkpoint: going on later is as good, as rows only leave.
func (l List[T]) ClosedWindow() *Source[T] {
	return l.source(closedName,
		"pages from last to first over a closed window: rows that leave move others only to pages not read yet",
		func(r *reading[T], after checkpoint) error {
			if after.Rest > 0 {
				return r.resume(after)
			}
			first, err := r.numbered(0, true)
			if err != nil {
				return err
			}
			if first.told() >= 0 {
				return r.counted(first, 1)
			}
			return r.uncounted(first, 1)
		})
}

// uncounted reads a list without a total: its end is found first, and looked at
// again behind the last page.
func (r *reading[T]) uncounted(first Page[T], no int32) error {
	p := &pass{no: no}
	if first.last(r.Size, r.ShortIsLast) {
		if err := r.emit(p, first, ""); err != nil {
			return err
		}
		return r.finish()
	}
	from, err := r.end(first)
	if err != nil {
		return err
	}
	if r.Cap > 0 && int64(from)*int64(r.Size) >= r.Cap {
		return r.wrap(ErrTooMany)
	}
	last, err := r.down(p, from, -1)
	if err != nil {
		return err
	}
	// One page holds the end: it has not grown, and as many rows were met.
	at, before := from, r.firstRows
	if before >= r.Size {
		at, before = from+1, 0
	}
	tail, err := r.numbered(at, false)
	if err != nil {
		return err
	}
	rows := len(tail.Records)
	if counted := int64(at)*int64(r.Size) + int64(rows); rows <= before && (rows == 0 || p.distinct >= counted) {
		return r.finish()
	} else if int(no) >= r.Passes {
		return r.stuck("read %d times: its end moved from row %d of page %d to row %d, %d were met: "+comesIn, no, before, at, rows, p.distinct)
	}
	if err := r.again(p); err != nil {
		return err
	}
	return r.uncounted(last, no+1)
}

// end finds the last page. Rows may leave meanwhile: then the page found is
// behind the end by now, which does no harm.
func (r *reading[T]) end(first Page[T]) (int, error) {
	if err := r.repeats(0, first); err != nil {
		return 0, err
	}
	low, high := 0, 0 // low holds rows; high, once known, does not
	for next := 1; high == 0 || high-low > 1; {
		page, err := r.numbered(next, false)
		if err != nil {
			return 0, err
		}
		if err := r.repeats(next, page); err != nil {
			return 0, err
		}
		switch rows := len(page.Records); {
		case rows > 0 && page.last(r.Size, r.ShortIsLast):
			return next, nil
		case rows > 0 || page.More == MoreYes:
			low = next
		default:
			high = next
		}
		next = low + (high-low)/2
		if high == 0 {
			next = min(low*2, r.MaxPages-1)
			if next == low {
				return 0, r.stuck("more than %d pages: the list does not end, or MaxPages is too low", r.MaxPages)
			}
		}
	}
	return low, nil
}
