package sync_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// TestReportsAddUp finds a count that Add leaves out.
func TestReportsAddUp(t *testing.T) {
	t.Parallel()
	day := func(n int) time.Time { return time.Date(2026, 1, n, 0, 0, 0, 0, time.UTC) }
	one := duijiesync.Report{Calls: map[string]map[string]int64{"p": {"op": 1}}, Started: day(2), Ended: day(3)}
	v := reflect.ValueOf(&one).Elem()
	for i := range v.NumField() {
		if v.Field(i).Kind() == reflect.Int64 {
			v.Field(i).SetInt(int64(i + 1))
		}
	}
	var sum duijiesync.Report
	sum.Add(&one)
	one.DeadLetters = 0 // a state, not a count
	require.Equal(t, one, sum)
	one.Started, one.Ended = day(1), day(4)
	sum.Add(&one)
	require.Equal(t, []time.Time{day(1), day(4)}, []time.Time{sum.Started, sum.Ended})
	require.Equal(t, 2*one.Read, sum.Read)
	require.EqualValues(t, 2, sum.Calls["p"]["op"])
}
