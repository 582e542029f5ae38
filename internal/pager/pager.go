// Package pager is the one driver behind every list: a platform gives a
// function that fetches a page, the driver gives iterators that keep the
// contract of [duijie.Pages].
package pager

import (
	"context"
	"fmt"
	"iter"

	"github.com/duijie-go/duijie"
)

// Fetch gets the page at cursor; "" is the first.
type Fetch[T any] func(ctx context.Context, cursor string) (*duijie.Page[T], error)

// Pages walks from the cursor start to the end. State lives inside the yielded
// function, so every range starts anew.
func Pages[T any](ctx context.Context, start string, fetch Fetch[T]) duijie.Pages[T] {
	return func(yield func(*duijie.Page[T], error) bool) {
		cursor := start
		seen := map[string]bool{}
		for {
			if err := ctx.Err(); err != nil {
				yield(nil, err)
				return
			}
			if seen[cursor] {
				yield(nil, fmt.Errorf("duijie: page %q came again: %w", cursor, duijie.ErrNoProgress))
				return
			}
			seen[cursor] = true
			page, err := fetch(ctx, cursor)
			if err != nil {
				yield(nil, err)
				return
			}
			if !yield(page, nil) || page.Next == "" {
				return
			}
			cursor = page.Next
		}
	}
}

// All flattens pages into items.
func All[T any](pages duijie.Pages[T]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for page, err := range pages {
			if err != nil {
				var zero T
				yield(zero, err)
				return
			}
			for _, item := range page.Items {
				if !yield(item, nil) {
					return
				}
			}
		}
	}
}
