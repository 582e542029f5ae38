package wdt

import (
	"encoding/json"
	"iter"

	"github.com/duijie-go/duijie"
)

// The lists of the client read rows of any type as values of type any, and unbox them
// here: see [reading].

// boxed decodes a row into a T.
func boxed[T any](raw json.RawMessage) (any, error) {
	v, err := decodeRaw[T](raw)
	return v, err
}

// rowKey and rowVersion are those of rows of the typed lists.
func rowKey(v any, _ json.RawMessage) string { return v.(Row).Key() }
func rowVersion(v any) int64                 { return v.(Row).version() }

// unboxed are rows that [boxed] decoded.
func unboxed[T any](rows iter.Seq2[any, error]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for v, err := range rows {
			row, _ := v.(T)
			if !yield(row, err) {
				return
			}
		}
	}
}

// unboxedPages are pages of rows that [boxed] decoded.
func unboxedPages[T any](pages duijie.Pages[any]) duijie.Pages[T] {
	return func(yield func(*duijie.Page[T], error) bool) {
		for page, err := range pages {
			if !yield(unboxedPage[T](page), err) {
				return
			}
		}
	}
}

func unboxedPage[T any](page *duijie.Page[any]) *duijie.Page[T] {
	if page == nil {
		return nil
	}
	out := &duijie.Page[T]{Items: make([]T, len(page.Items)), Next: page.Next, Total: page.Total}
	for i, v := range page.Items {
		out.Items[i], _ = v.(T)
	}
	return out
}
