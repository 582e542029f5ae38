package qeasy_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/qeasy"
)

const groupTarget = `{"api":"save","effect":"EXECUTE",
 "groupCalculate":{"headerGroup":["shop"],"bodyGroup":["lines_item"],"bodyName":"details","targetBodyName":"FEntity","calculate":{"lines_qty":"$sum"}},
 "request":[{"field":"FBillNo","value":"{shop}"},{"field":"FEntity","type":"array","value":"details","children":[
  {"field":"FItem","value":"{{details.lines_item}}"},{"field":"FQty","value":"{{details.lines_qty}}"}]}]}`

func (w *world) order(i int, shop, qty string) {
	w.bills = append(w.bills, worldBill{time.Now(), fmt.Sprintf(`{"id":%d,"shop":"%s","lines":[{"item":"A","qty":"%s"},{"item":"B","qty":"1"}]}`, i, shop, qty)})
}

func (w *world) grouped(t *testing.T) *qeasy.Scheme {
	t.Helper()
	s, d := halves(t, `{"api":"list","id":"id","beatFlat":["lines"],"request":[
		{"field":"start","value":"_function SUBTIME('{{LAST_SYNC_TIME|datetime}}', '00:30:01')"},{"field":"end","value":"{{CURRENT_TIME|datetime}}"}]}`, groupTarget)
	scheme, err := qeasy.Compile(s, d, qeasy.Config{Source: w, Target: w, Since: time.Now()})
	require.NoError(t, err)
	return scheme
}

// billed sums what was written of items, over all bills and effects.
func (w *world) billed(t *testing.T) map[string]int {
	t.Helper()
	out := map[string]int{}
	for _, all := range w.written {
		for _, wr := range all {
			var bill struct {
				FBillNo string
				FEntity []struct {
					FItem string
					FQty  json.Number
				}
			}
			require.NoError(t, json.Unmarshal(wr.Request, &bill))
			for _, l := range bill.FEntity {
				n, err := l.FQty.Int64()
				require.NoError(t, err)
				out[bill.FBillNo+" "+l.FItem] += int(n)
			}
		}
	}
	return out
}

// TestGroupedOnce: bills over many rows bill each row once, though windows read rows again
// and runs are cut short before and after the bills are written.
func TestGroupedOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		s := w.grouped(t)
		state := duijiesync.NewMemoryState()
		w.order(1, "S1", "2")
		w.order(2, "S1", "3")
		w.order(3, "S2", "5")
		time.Sleep(2 * time.Minute)

		crash := errors.New("crash")
		p := s.Pipeline("bills", state)
		inner := p.Sink
		p.Sink = duijiesync.SinkFunc[qeasy.Write](func(context.Context, duijiesync.Record[qeasy.Write]) (duijiesync.Outcome, error) {
			return duijiesync.Outcome{}, fmt.Errorf("%w: %w", duijie.ErrUnavailable, crash)
		})
		_, err := p.Run(t.Context())
		require.ErrorIs(t, err, crash)

		w.order(4, "S1", "7") // comes while the first bills are begun and not written
		time.Sleep(2 * time.Minute)
		p.Sink = inner
		_, err = p.Run(t.Context())
		require.NoError(t, err)
		require.Equal(t, map[string]int{"S1 A": 12, "S1 B": 3, "S2 A": 5, "S2 B": 1}, w.billed(t))

		for range 3 { // windows overlap by half an hour
			time.Sleep(2 * time.Minute)
			rep, err := p.Run(t.Context())
			require.NoError(t, err)
			require.EqualValues(t, 8, rep.Skipped)
		}
		w.order(5, "S2", "1")
		time.Sleep(2 * time.Minute)
		_, err = p.Run(t.Context())
		require.NoError(t, err)
		require.Equal(t, map[string]int{"S1 A": 12, "S1 B": 3, "S2 A": 6, "S2 B": 2}, w.billed(t))

		w.bills[0].row, w.bills[0].at = `{"id":1,"shop":"S1","lines":[{"item":"A","qty":"9"}]}`, time.Now()
		w.bills = append(w.bills, worldBill{time.Now(), `{"id":6,"shop":"S3","lines":[{"item":"A","qty":"many"},{"item":"B","qty":"4"}]}`})
		time.Sleep(2 * time.Minute)
		_, err = p.Run(t.Context())
		require.NoError(t, err)
		require.Equal(t, 4, w.billed(t)["S3 B"], "a row that can not be summed hurts itself alone")
		require.Equal(t, 12, w.billed(t)["S1 A"])
		letters, err := p.DeadLetters(t.Context(), duijiesync.DeadLetterQuery{})
		require.NoError(t, err)
		require.Len(t, letters, 2)
		require.Equal(t, "1-1", letters[0].Key)
		require.Contains(t, letters[0].Message, "was written with an earlier state")
		require.Equal(t, "6-1", letters[1].Key)
		rep, err := p.Replay(t.Context(), duijiesync.ReplayQuery{})
		require.NoError(t, err)
		require.Zero(t, rep.Created+rep.Updated, "rows are not replayed as bills")
	})
}

// TestGroupedRefusals: what can not be billed once is refused.
func TestGroupedRefusals(t *testing.T) {
	t.Parallel()
	for _, source := range []string{
		`{"api":"list","id":"{random}"}`,
		`{"api":"list","id":"id","idCheck":false}`,
	} {
		s, d := halves(t, source, groupTarget)
		w := newWorld()
		_, err := qeasy.Compile(s, d, qeasy.Config{Source: w, Target: w, FollowIDCheck: true})
		require.Equal(t, "unsupported_member /groupCalculate", verdict(nil, err))
	}
}

// TestGroupedPlan: a plan shows the bills and changes nothing.
func TestGroupedPlan(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		s := w.grouped(t)
		state := duijiesync.NewMemoryState()
		w.order(1, "S1", "2")
		w.order(2, "S2", "3")
		time.Sleep(2 * time.Minute)
		n := 0
		for item, err := range s.Pipeline("bills", state).Plan(t.Context()) {
			require.NoError(t, err)
			require.Equal(t, duijiesync.ActionCreate, item.Action)
			n++
		}
		require.Equal(t, 2, n)
		waits, err := state.CountDeadLetters(t.Context(), "bills"+qeasy.GroupedRows)
		require.NoError(t, err)
		require.Zero(t, waits)
		entries, _, err := state.Entries(t.Context(), "bills"+qeasy.GroupedRows, "", 0)
		require.NoError(t, err)
		require.Empty(t, entries)
	})
}

// TestGroupedIDCheck: with the vendor's idCheck a row that changed after it was billed is
// dropped and counted, and not a dead letter.
func TestGroupedIDCheck(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		s, d := halves(t, `{"api":"list","id":"id","beatFlat":["lines"]}`, groupTarget)
		scheme, err := qeasy.Compile(s, d, qeasy.Config{Source: w, Target: w, FollowIDCheck: true})
		require.NoError(t, err)
		state := duijiesync.NewMemoryState()
		w.order(1, "S1", "2")
		w.order(2, "S1", "3")
		run := func() *duijiesync.Report {
			time.Sleep(2 * time.Minute)
			rep, err := scheme.Pipeline("bills", state).Run(t.Context())
			require.NoError(t, err)
			return rep
		}
		require.EqualValues(t, 1, run().Created)
		w.bills = nil
		w.order(1, "S1", "9")
		w.order(2, "S1", "3")
		require.EqualValues(t, 4, run().Skipped)
		require.EqualValues(t, 1, scheme.Counts()[qeasy.SkipRepeated])
		require.Equal(t, map[string]int{"S1 A": 5, "S1 B": 2}, w.billed(t))
	})
}
