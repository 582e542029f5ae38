package qeasy_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"math/rand/v2"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/qeasy"
)

// ledgerWorld writes bills by their key and keeps each effect.
type ledgerWorld struct {
	*world
	rng     *rand.Rand
	effects map[string][]string
	lossy   bool
}

func (w *ledgerWorld) Sink(*qeasy.SinkSpec) (duijiesync.Sink[qeasy.Write], []qeasy.Note, error) {
	return duijiesync.Func(duijiesync.FuncConfig[qeasy.Write]{
		Write: func(_ context.Context, r duijiesync.Record[qeasy.Write]) (duijiesync.Outcome, error) {
			w.mu.Lock()
			defer w.mu.Unlock()
			lost := w.lossy && w.rng.IntN(4) == 0
			if lost && w.rng.IntN(2) == 0 {
				return duijiesync.Outcome{}, fmt.Errorf("%w: %w", duijie.ErrOutcomeUnknown, io.ErrUnexpectedEOF)
			}
			w.effects[r.Key] = append(w.effects[r.Key], string(r.Value.Request))
			if lost {
				return duijiesync.Outcome{}, fmt.Errorf("%w: %w", duijie.ErrOutcomeUnknown, io.ErrUnexpectedEOF)
			}
			return duijiesync.Outcome{TargetID: r.Key}, nil
		},
		Find: func(_ context.Context, r duijiesync.Record[qeasy.Write]) (duijiesync.Found, error) {
			w.mu.Lock()
			defer w.mu.Unlock()
			if len(w.effects[r.Key]) == 0 {
				return duijiesync.Found{}, nil
			}
			return duijiesync.Found{Match: duijiesync.Exists, TargetID: r.Key}, nil
		},
		SettleDelay: time.Second,
	}), nil, nil
}

const (
	listedTarget = `{"api":"save","groupCalculate":{"headerGroup":["shop"],"bodyGroup":["lines_item"],"bodyName":"details","bodyMaxLine":2,
  "calculate":{"lines_qty":"$sum","lines_copy":"$push","lines_no":"$push"}},
 "request":[{"field":"Shop","value":"{shop}"},{"field":"Lines","type":"array","value":"details","children":[
  {"field":"Qty","value":"{{details.lines_qty}}"},{"field":"Copy","type":"array","value":"{{details.lines_copy}}"},{"field":"No","type":"array","value":"{{details.lines_no}}"}]}]}`
	listedSource = `{"api":"list","id":"id","beatFlat":["lines"],"request":[
  {"field":"start","value":"_function SUBTIME('{{LAST_SYNC_TIME|datetime}}', '00:30:01')"},{"field":"end","value":"{{CURRENT_TIME|datetime}}"}],
 "omissionRemedy":{"crontab":"* * * * *","takeOverRequest":[{"field":"start","value":"{{DAYS_AGO_2|datetime}}"},{"field":"end","value":"{{CURRENT_TIME|datetime}}"}]}}`
)

// checkBills: every row is in one bill, which was written once, and the sums are exact.
func (w *ledgerWorld) checkBills(t *testing.T, seed uint64, want map[string]bool) {
	t.Helper()
	in := map[string]string{}
	for key, all := range w.effects {
		require.Len(t, all, 1, "seed %d: bill %s", seed, key)
		var bill struct {
			Lines []struct {
				Qty      string
				Copy, No []string
			}
		}
		require.NoError(t, json.Unmarshal([]byte(all[0]), &bill))
		require.LessOrEqual(t, len(bill.Lines), 2)
		for _, l := range bill.Lines {
			sum := duijie.Decimal{}
			for _, q := range l.Copy {
				d, err := duijie.ParseDecimal(q)
				require.NoError(t, err)
				sum = sum.Add(d)
			}
			total, err := duijie.ParseDecimal(l.Qty)
			require.NoError(t, err)
			require.Zero(t, sum.Cmp(total), "seed %d: %s of %v", seed, l.Qty, l.Copy)
			for _, no := range l.No {
				require.Empty(t, in[no], "seed %d: row %s is in two bills", seed, no)
				in[no] = key
			}
		}
	}
	for no := range want {
		require.NotEmpty(t, in[no], "seed %d: row %s is in no bill", seed, no)
	}
	require.Len(t, in, len(want), "seed %d", seed)
}

// TestGroupedThroughCrashes: orders come and come again, answers are lost, and processes die at
// any step of either pass. In the end each row is in one bill, and each bill written once.
func TestGroupedThroughCrashes(t *testing.T) {
	t.Parallel()
	for seed := range uint64(40 / slowness) {
		synctest.Test(t, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(seed, 7))
			w := &ledgerWorld{world: newWorld(), rng: rng, effects: map[string][]string{}, lossy: true}
			s, d := halves(t, listedSource, listedTarget)
			dir := t.TempDir()
			scheme, err := qeasy.Compile(s, d, qeasy.Config{Source: w, Target: w, Since: time.Now(), TempDir: dir})
			require.NoError(t, err)
			state := duijiesync.NewMemoryState()
			want := map[string]bool{}
			orders := 0
			run := func(state duijiesync.State) error {
				p := scheme.Pipeline("bills", state)
				if rng.IntN(3) == 0 {
					p, _ = scheme.Remedy("bills", state)
				}
				qeasy.GroupInMemory(p.Source, 300+rng.IntN(2000))
				p.LeaseWait = 2 * time.Minute
				if rng.IntN(4) == 0 {
					for _, err := range p.Plan(t.Context()) { // it must change nothing
						if err != nil {
							break
						}
					}
				}
				_, err := p.Run(t.Context())
				return err
			}
			for range 8 {
				for range rng.IntN(4) {
					var lines []string
					for l := range 1 + rng.IntN(4) {
						no := fmt.Sprintf("%d-%d", orders, l)
						qty := fmt.Sprintf("%d.%02d", rng.IntN(9), rng.IntN(100))
						lines = append(lines, fmt.Sprintf(`{"item":"I%d","qty":"%s","copy":"%s","no":"%s"}`, rng.IntN(4), qty, qty, no))
						want[no] = true
					}
					w.bills = append(w.bills, worldBill{time.Now(), fmt.Sprintf(`{"id":%d,"shop":"S<%d>","lines":[%s]}`, orders, rng.IntN(3), strings.Join(lines, ","))})
					orders++
				}
				time.Sleep(2 * time.Minute)
				left := rng.IntN(40)
				if err := run(mortal{state, new(sync.Mutex), &left, func() {}}); err != nil && !errors.Is(err, duijiesync.ErrKeyOpen) {
					require.ErrorIs(t, err, errDied, "seed %d", seed)
				}
				time.Sleep(2 * time.Minute)
			}
			for range 3 {
				time.Sleep(5 * time.Minute)
				p, _ := scheme.Remedy("bills", state) // settles what it left open, which the other pass waits for
				_, err := p.Run(t.Context())
				require.NoError(t, err, "seed %d", seed)
				_, err = scheme.Pipeline("bills", state).Run(t.Context())
				require.NoError(t, err, "seed %d", seed)
			}
			w.checkBills(t, seed, want)
			n, err := state.CountDeadLetters(t.Context(), "bills")
			require.NoError(t, err)
			require.Zero(t, n, "seed %d", seed)
			n, err = state.CountDeadLetters(t.Context(), "bills"+qeasy.GroupedRows)
			require.NoError(t, err)
			require.Zero(t, n, "seed %d: bills wait", seed)
			left, err := os.ReadDir(dir)
			require.NoError(t, err)
			require.Empty(t, left, "files stay")
		})
		if t.Failed() {
			return
		}
	}
}

// TestGroupedMemory: a pull of many rows is grouped in little memory.
func TestGroupedMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	const rows = 30_000
	list := func(yield func(duijiesync.Batch[json.RawMessage], error) bool) {
		for from := 0; from < rows; from += 500 {
			var b duijiesync.Batch[json.RawMessage]
			for i := from; i < from+500; i++ {
				b.Records = append(b.Records, duijiesync.Record[json.RawMessage]{Value: fmt.Appendf(nil, `{"id":%d,"shop":"S%d","qty":"1","text":"%s"}`, i, i%600, strings.Repeat("x", 1000))})
			}
			if !yield(b, nil) {
				return
			}
		}
	}
	w := manyRows{newWorld(), list}
	s, d := halves(t, `{"api":"list","id":"id"}`, `{"api":"写入空操作","groupCalculate":{"headerGroup":["shop"],"bodyGroup":[],"bodyName":"d","calculate":{"qty":"$sum"}},"request":[{"field":"Shop","value":"{shop}"}]}`)
	scheme, err := qeasy.Compile(s, d, qeasy.Config{Source: w, TempDir: t.TempDir()})
	require.NoError(t, err)
	p := scheme.Pipeline("many", duijiesync.NewMemoryState())
	qeasy.GroupInMemory(p.Source, 1<<20)
	var before, now runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	var bills, most int
	for b, err := range p.Source.Read(t.Context(), "") {
		require.NoError(t, err)
		bills += len(b.Records)
		if bills == 0 {
			continue
		}
		runtime.GC()
		runtime.ReadMemStats(&now)
		most = max(most, int(now.HeapAlloc)-int(before.HeapAlloc))
	}
	require.Equal(t, 600, bills)
	t.Logf("%d MB of rows, %d KB held at most where bills come", rows>>10, most>>10)
	require.Less(t, most, 20<<20)
}

type manyRows struct {
	*world
	list func(func(duijiesync.Batch[json.RawMessage], error) bool)
}

func (m manyRows) Source(*qeasy.SourceSpec) (duijiesync.Source[json.RawMessage], []qeasy.Note, error) {
	return duijiesync.SourceFunc[json.RawMessage](func(context.Context, duijiesync.Checkpoint) iter.Seq2[duijiesync.Batch[json.RawMessage], error] {
		return m.list
	}), nil, nil
}
