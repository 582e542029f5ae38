package duijie

import "iter"

// Page is one page of a list.
type Page[T any] struct {
	Items []T
	// Next is the cursor of the page after this one, "" at the end. It is opaque;
	// a saved one resumes the list later.
	Next string
	// Total is the number of items in the whole list, -1 when the platform does
	// not say.
	Total int64
}

// Pages is a lazy sequence of pages, as the Pages method of every list returns
// it. No request is sent before the range starts; each range starts again from
// the first page; an empty page that has a next one goes on; an error is the
// last pair, with a nil page; break sends nothing more. A list that repeats
// itself ends in [ErrNoProgress].
type Pages[T any] = iter.Seq2[*Page[T], error]
