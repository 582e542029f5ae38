package paging

const doublePassName = "double-pass"

// DoublePass reads any list, whatever moves in it: again and again, until one
// pass and the next agree. They agree when each row the first met is met again
// in the same state and none of them was met twice. A row that is skipped was
// pushed onto a page already read because one before it left its place; that one was
// read, and is gone, changed or met twice: so passes that agree have skipped none.
// The second must also have met as many rows as the total counts, where it is told.
//
// A row is yielded once, and again when it is newer. After Passes without two
// that agree the reading ends in duijie.ErrNoProgress: what was yielded by then
// is good, but some may be missing. The list must give each key once.
//
// It costs at least two passes, except for a list of one page. The only
// checkpoint is that of the end; a run that was cut short reads from the
// beginning. Memory: about 60 bytes a row for hashes.
func (l List[T]) DoublePass() *Source[T] {
	return l.source(doublePassName, "read again until two passes agree on all rows and their states",
		func(r *reading[T], _ checkpoint) error {
			var before *pass
			for no := int32(1); ; no++ {
				p := &pass{no: no}
				total, calls, err := r.up(p)
				if err != nil {
					return err
				}
				agree := before != nil && before.twice == "" && p.again == before.distinct
				if (agree || calls == 1) && p.distinct >= total {
					return r.finish()
				}
				if int(no) >= r.Passes {
					return r.restless(before, p, total)
				}
				before = p
			}
		})
}

// restless says why no two passes agreed.
func (r *reading[T]) restless(before, p *pass, total int64) error {
	switch {
	case before.twice != "":
		return r.stuck("read %d times without two passes that agree: key %s was met twice in one pass; where that is not because rows move, keys are not unique in this list",
			p.no, place(before.twice))
	case p.distinct < total:
		return r.stuck("read %d times: %d rows are counted, %d were met", p.no, total, p.distinct)
	}
	return r.stuck("read %d times without two passes that agree: of %d rows only %d were met again as they were; read at a quieter time, raise Passes, or set State where items differ in each answer",
		p.no, before.distinct, p.again)
}

// up reads the list from page 0 to its end. total is -1 where none was told.
func (r *reading[T]) up(p *pass) (total int64, calls int, err error) {
	total = -1
	r.sum, r.same = 0, 0
	for no, empty := 0, 0; ; {
		page, err := r.fetch(no, p.rows, no == 0 || empty > 0)
		if err != nil {
			return 0, calls, err
		}
		calls++
		if told := page.told(); told >= 0 {
			total = told
		}
		if err := r.repeats(no, page); err != nil {
			return 0, calls, err
		}
		if err := r.emit(p, page, ""); err != nil {
			return 0, calls, err
		}
		if r.Cap > 0 && p.distinct > r.Cap {
			return 0, calls, r.wrap(ErrTooMany)
		}
		if len(page.Records) > 0 {
			empty = 0
			if r.atEnd(p, page, total) {
				return total, calls, nil
			}
			no++
			continue
		}
		// Empty: the end, unless more is claimed. Then it is asked for again, and
		// at last passed over, or believed.
		if page.More != MoreYes && p.rows >= total {
			return total, calls, nil
		}
		if empty++; empty <= r.Repeats {
			continue
		}
		if page.More != MoreYes {
			return total, calls, nil // fewer rows than counted: the caller compares
		}
		if empty > 10*r.Repeats {
			return 0, calls, r.stuck("%d empty pages in a row up to page %d, and the platform claims more", empty-r.Repeats, no)
		}
		no++
	}
}

// atEnd judges a page that holds rows.
func (r *reading[T]) atEnd(p *pass, page Page[T], total int64) bool {
	if page.More == MoreUnknown && total >= 0 {
		return p.rows >= total
	}
	return page.last(r.Size, r.ShortIsLast)
}
