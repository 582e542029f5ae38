package qeasy_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie/mapping"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/qeasy"
)

// telling is a platform whose answers hold {"Id":…,"data":{"no":…}}.
type telling struct{ *world }

func (telling) AnswerPath(_, path string) qeasy.AnswerPath {
	switch path {
	case "Id":
		return qeasy.AnswerID
	case "data.no":
		return qeasy.AnswerSeen
	}
	return qeasy.AnswerUnknown
}

func (w telling) Sink(spec *qeasy.SinkSpec) (duijiesync.Sink[qeasy.Write], []qeasy.Note, error) {
	return duijiesync.Func(duijiesync.FuncConfig[qeasy.Write]{
		Write: func(ctx context.Context, r duijiesync.Record[qeasy.Write]) (duijiesync.Outcome, error) {
			o, err := w.write(ctx, r)
			if err == nil {
				qeasy.Answered(ctx, r.Key, fmt.Appendf(nil, `{"Id":"%s","data":{"no":"N-%s"}}`, o.TargetID, number(r.Value)))
			}
			return o, err
		},
		Find: func(ctx context.Context, r duijiesync.Record[qeasy.Write]) (duijiesync.Found, error) {
			if r.Target.KeyOnly {
				w.mu.Lock()
				defer w.mu.Unlock()
				if len(w.written["B"+r.Key]) > 0 {
					return duijiesync.Found{Match: duijiesync.Exists, TargetID: "TB" + r.Key}, nil
				}
				return duijiesync.Found{}, nil
			}
			return w.find(ctx, r)
		},
		Lanes: 2, SettleDelay: time.Second,
	}), nil, nil
}

const (
	tellingTarget = `{"api":"save","request":[{"field":"FBillNo","value":"{no}"},{"field":"FPaid","value":"{paid}"}],
 "response":[{"field":"primaryWriteback","type":"object","children":[{"field":"id","value":"{{Id}}"}%s]}],
 "callBackStrategy":{"strategyId":"next","bill":"{no}","paid":"{paid}","erp":"{{primaryWriteback.id}}"%s}}`
	seenValue    = `,{"field":"code","value":"{{data.no}}"}`
	nextSource   = `{"api":"list","id":"bill","request":[]}`
	nextTarget   = `{"api":"save","request":[{"field":"FBillNo","value":"{bill}"},{"field":"FErp","value":"{erp}"},{"field":"FPaid","value":"{paid}"},{"field":"FCode","value":"{code}"}]}`
	tellingLists = `{"api":"list","id":"id","request":[
  {"field":"start","value":"_function SUBTIME('{{LAST_SYNC_TIME|datetime}}', '00:30:01')"},{"field":"end","value":"{{CURRENT_TIME|datetime}}"}]}`
)

// chained is a scheme that hands what it wrote to another one.
func chained(t *testing.T, from, to *world, writeback, fields string) *qeasy.Scheme {
	t.Helper()
	s, d := halves(t, nextSource, nextTarget)
	next, err := qeasy.Compile(s, d, qeasy.Config{Source: to, Target: to, Since: time.Now()})
	require.NoError(t, err)
	s, d = halves(t, tellingLists, fmt.Sprintf(tellingTarget, writeback, fields))
	scheme, err := qeasy.Compile(s, d, qeasy.Config{Source: from, Target: telling{from}, Since: time.Now(), CallBacks: map[string]*qeasy.Scheme{"next": next}})
	require.NoError(t, err)
	return scheme
}

func (w *world) paid(i int, paid string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	row := fmt.Sprintf(`{"id":%d,"no":"B%d","paid":"%s"}`, i, i, paid)
	w.bills = slices.DeleteFunc(w.bills, func(b worldBill) bool { return b.row[:len(fmt.Sprintf(`{"id":%d,`, i))] == fmt.Sprintf(`{"id":%d,`, i) })
	w.bills = append(w.bills, worldBill{time.Now(), row})
}

// TestCallBack: what was written is handed to another scheme once, with the target's id, also
// where the answer was lost; a change is handed on too, and lookups read the values.
func TestCallBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		from, to := newWorld(), newWorld()
		s := chained(t, from, to, "", "")
		state := duijiesync.NewMemoryState()
		for i := range 10 {
			from.paid(i, "1.00")
		}
		from.loseAt = map[int]string{2: "after", 5: "before"}
		to.loseAt = map[int]string{3: "after", 7: "before"}
		from.refuse = "B9"
		time.Sleep(2 * time.Minute)
		p, back := s.Pipeline("bills", state), s.CallBack("bills", "next", state)
		rep, err := p.Run(t.Context())
		require.NoError(t, err)
		require.EqualValues(t, 9, rep.Created)
		rep, err = back.Run(t.Context())
		require.NoError(t, err)
		require.EqualValues(t, 9, rep.Created, "the refused one is not handed on")
		require.JSONEq(t, `{"FBillNo":"B1","FErp":"TB1","FPaid":"1.00"}`, string(to.written["B1"][0].Request))

		from.paid(4, "7.00")
		time.Sleep(2 * time.Minute)
		for range 2 {
			_, err = p.Run(t.Context())
			require.NoError(t, err)
			_, err = back.Run(t.Context())
			require.NoError(t, err)
		}
		require.Len(t, to.written, 9)
		for no, all := range to.written {
			require.Len(t, all, map[bool]int{true: 2, false: 1}[no == "B4"], no)
			require.Contains(t, string(all[0].Request), `"FErp":"T`+no+`"`)
		}
		n, err := state.CountDeadLetters(t.Context(), "bills"+qeasy.AnswerRows)
		require.NoError(t, err)
		require.Zero(t, n, "nothing waits")
		for _, err := range s.Pipeline("anew", state).Plan(t.Context()) { // whose ledger knows nothing, and whose target has all
			require.NoError(t, err)
		}
		n, err = state.CountDeadLetters(t.Context(), "anew"+qeasy.AnswerRows)
		require.NoError(t, err)
		require.Zero(t, n, "a plan hands nothing on")
		values, err := qeasy.Answers(state, "bills", []string{"id"}).Find(t.Context(), []mapping.Query{
			{Want: "primaryWriteback.id", Where: mapping.Filter{Path: "id", Values: []string{"4"}}},
			{Want: "primaryWriteback.id", Where: mapping.Filter{Path: "id", Values: []string{"9"}}},
		})
		require.NoError(t, err)
		require.JSONEq(t, `"TB4"`, string(values[0].Values[0]))
		require.Empty(t, values[1].Values)
	})
}

// TestAnswerLost: a value that the lost answer alone held is a dead letter of the pipeline that
// hands on, with its name, and goes through once somebody puts it there.
func TestAnswerLost(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		from, to := newWorld(), newWorld()
		s := chained(t, from, to, seenValue, `,"code":"{{primaryWriteback.code}}"`)
		state := duijiesync.NewMemoryState()
		from.paid(1, "1.00")
		from.paid(2, "1.00")
		from.loseAt = map[int]string{2: "after"}
		time.Sleep(2 * time.Minute)
		_, err := s.Pipeline("bills", state).Run(t.Context())
		require.NoError(t, err)
		require.EqualValues(t, 1, s.Counts()[qeasy.NoteAnswerLost])
		back := s.CallBack("bills", "next", state)
		rep, err := back.Run(t.Context())
		require.NoError(t, err)
		require.EqualValues(t, 1, rep.Created)
		require.EqualValues(t, 1, rep.Refused)
		letters, err := back.DeadLetters(t.Context(), duijiesync.DeadLetterQuery{})
		require.NoError(t, err)
		require.Len(t, letters, 1)
		require.Contains(t, letters[0].Message, "the answer that held code was lost")
		rep, err = back.Replay(t.Context(), duijiesync.ReplayQuery{Edit: func(l duijiesync.DeadLetter) (json.RawMessage, error) {
			var all map[string]json.RawMessage
			err := json.Unmarshal(l.Raw, &all)
			all["primaryWriteback"] = json.RawMessage(`{"id":"T","code":"by hand"}`)
			delete(all, "missing")
			out, err2 := json.Marshal(all)
			return out, errors.Join(err, err2)
		}})
		require.NoError(t, err)
		require.EqualValues(t, 1, rep.Created)
		no := "B" + letters[0].Key // of two lanes either may lose its answer
		require.Len(t, to.written[no], 1)
		require.Contains(t, string(to.written[no][0].Request), "by hand")
	})
}

// mortal is a state of a process that dies after some calls.
type mortal struct {
	duijiesync.State
	mu   *sync.Mutex
	left *int
	die  context.CancelFunc
}

var errDied = errors.New("the process died")

func (m mortal) step() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	*m.left--
	if *m.left < 0 {
		m.die()
		return errDied
	}
	return nil
}

func (m mortal) Open(ctx context.Context, l duijiesync.Lease, b duijiesync.OpenBatch) (bool, error) {
	if err := m.step(); err != nil {
		return false, err
	}
	return m.State.Open(ctx, l, b)
}

func (m mortal) Settle(ctx context.Context, l duijiesync.Lease, s duijiesync.Settlement) error {
	if err := m.step(); err != nil {
		return err
	}
	return m.State.Settle(ctx, l, s)
}

func (m mortal) Ledger(ctx context.Context, name string, keys []string) (map[string]duijiesync.Entry, error) {
	if err := m.step(); err != nil {
		return nil, err
	}
	return m.State.Ledger(ctx, name, keys)
}

// unbooked is a state that can not book the writes of a pipeline.
type unbooked struct{ duijiesync.State }

func (u unbooked) Settle(ctx context.Context, l duijiesync.Lease, s duijiesync.Settlement) error {
	if l.Scope.Pipeline == "bills" {
		return errDied
	}
	return u.State.Settle(ctx, l, s)
}

// TestAnswerKept: what an answer said is kept before the write is booked, and a lookup after
// the crash does not take it away. What became of a record while it was handed on stays.
func TestAnswerKept(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		from, to := newWorld(), newWorld()
		s := chained(t, from, to, seenValue, `,"code":"{{primaryWriteback.code}}"`)
		state := duijiesync.NewMemoryState()
		from.paid(1, "1.00")
		time.Sleep(2 * time.Minute)
		_, err := s.Pipeline("bills", unbooked{state}).Run(t.Context())
		require.ErrorIs(t, err, errDied)
		time.Sleep(2 * time.Minute)
		_, err = s.Pipeline("bills", state).Run(t.Context())
		require.NoError(t, err)
		require.Zero(t, s.Counts()[qeasy.NoteAnswerLost])
		back := s.CallBack("bills", "next", state)
		inner := back.Sink
		back.Sink = duijiesync.SinkFunc[qeasy.Write](func(ctx context.Context, r duijiesync.Record[qeasy.Write]) (duijiesync.Outcome, error) {
			if len(to.written) == 0 { // the record changes and is written while its first state is handed on
				from.paid(1, "2.00")
				time.Sleep(2 * time.Minute)
				_, err := s.Pipeline("bills", state).Run(t.Context())
				require.NoError(t, err)
			}
			o, err := inner.Write(ctx, []duijiesync.Record[qeasy.Write]{r})
			return o[0], err
		})
		for range 2 {
			_, err = back.Run(t.Context())
			require.NoError(t, err)
		}
		require.Len(t, to.written["B1"], 2)
		require.Contains(t, string(to.written["B1"][0].Request), `"FPaid":"1.00","FCode":"N-B1"`)
		require.Contains(t, string(to.written["B1"][1].Request), `"FPaid":"2.00","FCode":"N-B1"`)
	})
}

// TestCallBackCrashes: wherever a process dies, before, between and behind write, keeping and
// booking, on either side: each record is written once and handed on once.
func TestCallBackCrashes(t *testing.T) {
	t.Parallel()
	alive := 0
	for life := 0; alive < 2; life += 1 + slowness/5 { // not at each step under the race detector
		synctest.Test(t, func(t *testing.T) {
			from, to := newWorld(), newWorld()
			s := chained(t, from, to, "", "")
			state := duijiesync.NewMemoryState()
			for i := range 5 {
				from.paid(i, "1.00")
			}
			time.Sleep(2 * time.Minute)
			run := func(state duijiesync.State) error {
				_, err := s.Pipeline("bills", state).Run(t.Context())
				_, err2 := s.CallBack("bills", "next", state).Run(t.Context())
				return errors.Join(err, err2)
			}
			left := life
			if err := run(mortal{state, new(sync.Mutex), &left, func() {}}); err == nil {
				alive++
			}
			from.paid(5, "1.00")
			for range 3 {
				time.Sleep(5 * time.Minute)
				require.NoError(t, run(state))
			}
			require.Len(t, from.written, 6)
			require.Len(t, to.written, 6, "died after %d calls", life)
			for no, all := range from.written {
				require.Len(t, all, 1, "%s, died after %d calls", no, life)
			}
			for no, all := range to.written {
				require.Len(t, all, 1, "%s, died after %d calls", no, life)
				require.Contains(t, string(all[0].Request), `"FErp":"T`+no+`"`)
			}
			n, err := state.CountDeadLetters(t.Context(), "bills"+qeasy.AnswerRows)
			require.NoError(t, err)
			require.Zero(t, n)
		})
		if t.Failed() {
			return
		}
	}
}

// TestCallBackRefusals: what can not be handed on says why.
func TestCallBackRefusals(t *testing.T) {
	t.Parallel()
	w := newWorld()
	s, d := halves(t, `{"api":"list","id":"id","beatFlat":["lines"]}`, groupTarget)
	bills, err := qeasy.Compile(s, d, qeasy.Config{Source: w, Target: w})
	require.NoError(t, err)
	for target, want := range map[string]string{
		`{"api":"save","callBackStrategy":{"strategyId":"bills"}}`:                                                         "unsupported_member /callBackStrategy/strategyId",
		`{"api":"save","callBackStrategy":{"strategyId":"bill"}}`:                                                          "lookup_unknown_scheme /callBackStrategy/strategyId",
		fmt.Sprintf(tellingTarget, "", `,"x":"{{primaryWriteback.code}}"`):                                                 "lookup_unknown_scheme /callBackStrategy/strategyId",
		`{"api":"写入空操作","response":[{"field":"primaryWriteback","children":[{"field":"a","value":"{{Id}}"}]}]}`:            "unsupported_member /response",
		`{"api":"save","response":[{"field":"primaryWriteback","children":[{"field":"a","value":"{{Other}}"}]}]}`:          "unsupported_member /response/0/children/0/value",
		`{"api":"save","response":[{"field":"primaryWriteback","children":[{"field":"a","value":"{{Id}}-{{data.no}}"}]}]}`: "",
	} {
		s, d := halves(t, plainSource, target)
		_, err := qeasy.Compile(s, d, qeasy.Config{Source: w, Target: telling{w}, CallBacks: map[string]*qeasy.Scheme{"bills": bills}})
		if want == "" {
			require.NoError(t, err)
			continue
		}
		require.Equal(t, want, verdict(nil, err), target)
	}
}
