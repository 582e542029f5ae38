package pager

import (
	"context"
	"errors"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
)

// book serves pages of numbers; the third is empty.
func book(calls *int) Fetch[int] {
	return func(_ context.Context, cursor string) (*duijie.Page[int], error) {
		*calls++
		n, _ := strconv.Atoi(cursor)
		page := &duijie.Page[int]{Total: -1}
		if n != 2 {
			page.Items = []int{n*10 + 1, n*10 + 2}
		}
		if n < 4 {
			page.Next = strconv.Itoa(n + 1)
		}
		return page, nil
	}
}

func TestIteratorContract(t *testing.T) {
	t.Parallel()
	calls := 0
	all := All(Pages(t.Context(), "", book(&calls)))
	require.Zero(t, calls, "no request before the range starts")
	for range 2 { // every range starts again
		var got []int
		for v, err := range all {
			require.NoError(t, err)
			got = append(got, v)
		}
		require.Equal(t, []int{1, 2, 11, 12, 31, 32, 41, 42}, got, "an empty page does not end the list")
	}
	calls = 0
	for v, err := range all {
		require.NoError(t, err)
		if v == 2 {
			break
		}
	}
	require.Equal(t, 1, calls, "break sends nothing more")
	calls = 0
	for _, err := range Pages(t.Context(), "3", book(&calls)) {
		require.NoError(t, err)
	}
	require.Equal(t, 2, calls, "a saved cursor resumes")
}

func TestErrorIsTheLastPair(t *testing.T) {
	t.Parallel()
	fail := errors.New("down")
	n := 0
	pages := Pages(t.Context(), "", func(_ context.Context, cursor string) (*duijie.Page[int], error) {
		if n++; n == 2 {
			return nil, fail
		}
		return &duijie.Page[int]{Items: []int{1}, Next: cursor + "x"}, nil
	})
	var errs []error
	for page, err := range pages {
		errs = append(errs, err)
		if err != nil {
			require.Nil(t, page)
		}
	}
	require.Equal(t, []error{nil, fail}, errs)
}

func TestRepeatedCursorIsNoProgress(t *testing.T) {
	t.Parallel()
	pages := Pages(t.Context(), "", func(context.Context, string) (*duijie.Page[int], error) {
		return &duijie.Page[int]{Items: []int{1}, Next: "same"}, nil
	})
	var last error
	n := 0
	for _, err := range pages {
		last = err
		n++
	}
	require.ErrorIs(t, last, duijie.ErrNoProgress)
	require.Equal(t, 3, n)
}

func TestCancelledContextEnds(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	calls := 0
	var last error
	for _, err := range Pages(ctx, "", book(&calls)) {
		cancel()
		last = err
	}
	require.ErrorIs(t, last, context.Canceled)
	require.Equal(t, 1, calls)
}
