package jdytest

import (
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestOneOfManyWins sends the same bill many times at once: it is created once,
// and everybody else is told so.
func TestOneOfManyWins(t *testing.T) {
	t.Parallel()
	x := newTrade(t)
	var wg sync.WaitGroup
	var mu sync.Mutex
	codes := map[string]int{}
	for i := range 8 {
		wg.Go(func() {
			for j := range 5 {
				body := x.order(x.line(1, 10))
				body["bill_no"], body["remark"] = fmt.Sprintf("C-%d", j), fmt.Sprint(i)
				_, answer := x.send("POST", businessRoot+"scm/sal_out_bound", nil, body)
				mu.Lock()
				codes[fmt.Sprint(answer["errcode"])]++
				mu.Unlock()
				x.get("scm/sal_out_bound", "page_size", "100")
			}
		})
	}
	x.s.RotateSecret()
	x.s.Change("bd/material", "M1", Row{"name": "新名"})
	wg.Wait()
	require.Equal(t, map[string]int{"0": 5, "1030002002": 35}, codes)
	for j := range 5 {
		require.Equal(t, 1, x.s.Created("scm/sal_out_bound", fmt.Sprintf("C-%d", j)))
	}
	require.Len(t, x.s.Records("scm/sal_out_bound"), 5)
	require.Zero(t, x.s.ReusedNonces())
}
