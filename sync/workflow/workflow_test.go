package workflow_test

import (
	"context"
	"fmt"
	"iter"
	"math"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/workflow"
)

// TestRefusedStepResumes: the letter knows how far the bill came, and the replay
// makes only the step that is left.
func TestRefusedStepResumes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		e, state := newERP(), duijiesync.NewMemoryState()
		e.always["audit"] = refuse
		p := e.pipe(t, state, doc{"N", "new"})
		rep, err := p.Run(t.Context())
		require.NoError(t, err)
		require.EqualValues(t, 1, rep.Refused)
		left := letters(t, state)
		require.Equal(t, "R1", left[0].Code)
		require.Equal(t, "credit limit", left[0].Message)
		entry := entryOf(t, state, "N")
		require.Equal(t, "submit", workflow.StepName(entry.Step))
		require.Equal(t, "id1", entry.TargetID)
		rep, err = p.Run(t.Context())
		require.NoError(t, err)
		require.EqualValues(t, 1, rep.Refused)
		require.Equal(t, 1, e.calls["audit"], "a run does not try it again")

		delete(e.always, "audit")
		rep, err = p.Replay(t.Context(), duijiesync.ReplayQuery{})
		require.NoError(t, err)
		require.EqualValues(t, 1, rep.Updated)
		require.Zero(t, rep.DeadLetters)
		require.Equal(t, []string{"create", "submit", "audit"}, e.bills["id1"].effects)
		require.Equal(t, map[string]int{"save": 1, "submit": 1, "audit": 2}, only(e.calls, "save", "submit", "audit"))
		require.Equal(t, "audit", workflow.StepName(entryOf(t, state, "N").Step))
	})
}

func only(calls map[string]int, ops ...string) map[string]int {
	m := map[string]int{}
	for _, op := range ops {
		m[op] = calls[op]
	}
	return m
}

// TestChangedBetweenSaveAndAudit: the change is saved into the same bill, which
// is taken back for it.
func TestChangedBetweenSaveAndAudit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		e, state := newERP(), duijiesync.NewMemoryState()
		e.always["audit"] = refuse
		_, err := e.pipe(t, state, doc{"N", "first"}).Run(t.Context())
		require.NoError(t, err)
		delete(e.always, "audit")
		rep, err := e.pipe(t, state, doc{"N", "second"}).Run(t.Context())
		require.NoError(t, err)
		require.EqualValues(t, 1, rep.Updated)
		require.Zero(t, rep.DeadLetters)
		require.Equal(t, []string{"create", "submit", "cancel", "update", "submit", "audit"}, e.bills["id1"].effects)
		require.Equal(t, "second", e.bills["id1"].Text)
	})
}

// TestRefusedChange: an audited bill is taken back for a change the platform
// does not take.
func TestRefusedChange(t *testing.T) {
	t.Parallel()
	for _, restore := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			e, state := newERP(), duijiesync.NewMemoryState()
			e.put("N", "old", "C")
			c := e.config()
			c.RestoreRefused = restore
			_, err := pipeOf(t, c, state, doc{"N", "bad"}, doc{"M", "fine"}).Run(t.Context())
			require.NoError(t, err)
			left := letters(t, state)
			require.Len(t, left, 1)
			require.Equal(t, "T1", left[0].Code)
			require.Equal(t, "old", e.bills["id1"].Text)
			if restore {
				require.Equal(t, []string{"unaudit", "submit", "audit"}, e.bills["id1"].effects)
				require.Contains(t, left[0].Message, `back in status "C"`)
				require.Equal(t, "audit", workflow.StepName(entryOf(t, state, "N").Step))
			} else {
				require.Equal(t, []string{"unaudit"}, e.bills["id1"].effects)
				require.Contains(t, left[0].Message, `left in status "D"`)
				require.Equal(t, "unaudit", workflow.StepName(entryOf(t, state, "N").Step))
			}
			require.Equal(t, "C", e.byNo("M")[0].status)
		})
	}
}

// TestPoisonedAudit: an unnamed refusal of many is parted within the room, in few
// calls, and the good ones are audited.
func TestPoisonedAudit(t *testing.T) {
	t.Parallel()
	for _, bad := range []int{1, 3, 7} {
		synctest.Test(t, func(t *testing.T) {
			e, state := newERP(), duijiesync.NewMemoryState()
			docs := []doc{}
			for i := range 64 {
				docs = append(docs, doc{fmt.Sprintf("N%02d", i), "new"})
			}
			for i := range bad {
				e.poison[fmt.Sprint("id", 1+(i*17)%64)] = true
			}
			rep, err := e.pipe(t, state, docs...).Run(t.Context())
			require.NoError(t, err)
			require.EqualValues(t, bad, rep.Refused)
			require.EqualValues(t, 64-bad, rep.Created)
			p := float64(bad)
			require.LessOrEqual(t, float64(e.calls["audit"]-1), 2*p*math.Log2(64)+p)
			require.Equal(t, 1, e.calls["save"])
			require.Equal(t, 1, e.calls["submit"])
			for id, b := range e.bills {
				want := []string{"create", "submit", "audit"}
				if e.poison[id] {
					want = want[:2]
				}
				require.Equal(t, want, b.effects)
			}
			t.Logf("%d bad of 64: %d audit calls", bad, e.calls["audit"])
		})
	}
}

// TestForbiddenStepStopsTheRun: no right to audit is no record's fault. The run
// ends with the reason and the next one goes on where it stopped.
func TestForbiddenStepStopsTheRun(t *testing.T) {
	t.Parallel()
	for f, want := range map[fault]error{forbidden: duijie.ErrPermission, throttle: duijie.ErrRateLimited, down: duijie.ErrUnavailable} {
		synctest.Test(t, func(t *testing.T) {
			e, state := newERP(), duijiesync.NewMemoryState()
			e.always["audit"] = f
			p := e.pipe(t, state, doc{"N", "new"}, doc{"M", "new"})
			_, err := p.Run(t.Context())
			require.ErrorIs(t, err, want)
			require.Empty(t, letters(t, state))
			require.Equal(t, 1, e.calls["save"])
			_, err = p.Run(t.Context())
			require.ErrorIs(t, err, want, "the same sink, another run")

			delete(e.always, "audit")
			rep, err := p.Run(t.Context())
			require.NoError(t, err)
			require.True(t, rep.Complete())
			require.Equal(t, 1, e.calls["save"])
			for _, b := range e.bills {
				require.Equal(t, []string{"create", "submit", "audit"}, b.effects)
			}
		})
	}
}

// TestStoppedRunLeavesADoubt: a bill that was saved before the run stopped is not
// saved again by the next one, although lookups do not show it yet.
func TestStoppedRunLeavesADoubt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		e, state := newERP(), duijiesync.NewMemoryState()
		e.hidden = 20 * time.Second
		e.always["submit"] = forbidden
		ctx, cancel := context.WithCancel(t.Context())
		e.onCall[call{"submit", 1}] = cancel
		p := e.pipe(t, state, doc{"N", "new"})
		p.StopGrace = time.Millisecond
		_, err := p.Run(ctx)
		require.Error(t, err)
		open, err := state.OpenBatches(t.Context(), duijiesync.Scope{Pipeline: "bills"})
		require.NoError(t, err)
		require.Len(t, open, 1)

		delete(e.always, "submit")
		p.Settle.Delay = 10 * time.Second
		_, err = p.Run(t.Context())
		require.NoError(t, err)
		require.Len(t, e.bills, 1)
		require.Equal(t, []string{"create", "submit", "audit"}, e.bills["id1"].effects)
	})
}

// TestLostStepIsSettledInTheRoom: one Write waits for the target, reads the
// status and makes the step again.
func TestLostStepIsSettledInTheRoom(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		e, state := newERP(), duijiesync.NewMemoryState()
		e.faults[call{"submit", 1}] = lostBefore
		rep, err := e.pipe(t, state, doc{"N", "new"}).Run(t.Context())
		require.NoError(t, err)
		require.EqualValues(t, 1, rep.Created)
		require.EqualValues(t, 1, rep.Writes)
		require.Equal(t, 2, e.calls["submit"])
		require.Equal(t, time.Second, e.at[call{"status", 2}].Sub(e.at[call{"submit", 1}]), "the target gets its time")
	})
}

// TestPersonAuditsFirst: the refusal of what is done already is none.
func TestPersonAuditsFirst(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		e, state := newERP(), duijiesync.NewMemoryState()
		e.onCall[call{"audit", 1}] = func() { e.bills["id1"].status = "C" }
		rep, err := e.pipe(t, state, doc{"N", "new"}, doc{"M", "new"}).Run(t.Context())
		require.NoError(t, err)
		require.True(t, rep.Complete())
		require.Equal(t, 1, e.calls["audit"])
		require.Equal(t, "audit", workflow.StepName(entryOf(t, state, "N").Step))
	})
}

// TestPersonTakesItBack: what somebody takes back in the middle of a Write is left
// to them, and a replay goes on.
func TestPersonTakesItBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		e, state := newERP(), duijiesync.NewMemoryState()
		e.onCall[call{"audit", 1}] = func() { e.bills["id1"].status = "A" }
		p := e.pipe(t, state, doc{"N", "new"})
		_, err := p.Run(t.Context())
		require.NoError(t, err)
		left := letters(t, state)
		require.Len(t, left, 1)
		require.Equal(t, workflow.CodeMovedBack, left[0].Code)
		require.Equal(t, 1, e.calls["submit"])
		_, err = p.Replay(t.Context(), duijiesync.ReplayQuery{})
		require.NoError(t, err)
		require.Empty(t, letters(t, state))
		require.Equal(t, "C", e.bills["id1"].status)
	})
}

// TestBroughtBackAlthoughAnswersAreLost: the way back to Final passes statuses it
// came from.
func TestBroughtBackAlthoughAnswersAreLost(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		e, state := newERP(), duijiesync.NewMemoryState()
		e.put("N", "old", "C")
		e.faults[call{"audit", 1}] = lostAfter
		c := e.config()
		c.RestoreRefused = true
		_, err := pipeOf(t, c, state, doc{"N", "bad"}).Run(t.Context())
		require.NoError(t, err)
		left := letters(t, state)
		require.Equal(t, "T1", left[0].Code)
		require.Contains(t, left[0].Message, `back in status "C"`)
		require.Equal(t, []string{"unaudit", "submit", "audit"}, e.bills["id1"].effects)
	})
}

// TestStatusRefusedInTheMiddle: a reading that is refused between lookup and save
// is no refusal of the record.
func TestStatusRefusedInTheMiddle(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		e, state := newERP(), duijiesync.NewMemoryState()
		e.put("N", "old", "A")
		e.faults[call{"status", 2}] = refuse
		_, err := e.pipe(t, state, doc{"N", "new"}).Run(t.Context())
		require.ErrorContains(t, err, "read the status")
		require.Empty(t, letters(t, state))
	})
}

// TestStatusThatLags: readings show what was done only after a while.
func TestStatusThatLags(t *testing.T) {
	t.Parallel()
	for _, p := range priors[:9] {
		synctest.Test(t, func(t *testing.T) {
			e, state := newERP(), duijiesync.NewMemoryState()
			e.lag = 1500 * time.Millisecond
			if p.status != "" {
				e.put("N", p.text, p.status)
				time.Sleep(time.Minute) // virtual
			}
			_, err := e.pipe(t, state, doc{"N", "new"}).Run(t.Context())
			require.NoError(t, err)
			require.Empty(t, letters(t, state))
			require.Len(t, e.bills, 1)
			require.Equal(t, p.want, e.bills["id1"].effects, p.String())
		})
	}
}

// TestBusyRows: a locked document is tried again, and becomes a letter in the end.
func TestBusyRows(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		e, state := newERP(), duijiesync.NewMemoryState()
		c := e.config()
		locked := map[string]int{"id1": 2, "id2": 100}
		do := c.Steps[1].Do
		c.Steps[1].Do = func(ctx context.Context, ids []string) ([]duijiesync.Outcome, error) {
			var free []string
			for _, id := range ids {
				if locked[id]--; locked[id] < 0 {
					free = append(free, id)
				}
			}
			got, err := do(ctx, free)
			out := make([]duijiesync.Outcome, len(ids))
			for i, id := range ids {
				out[i] = duijiesync.Outcome{Kind: duijiesync.OutcomeRetryable, Code: "13", Message: "locked"}
				if j := slices.Index(free, id); j >= 0 && err == nil {
					out[i] = got[j]
				}
			}
			return out, err
		}
		rep, err := pipeOf(t, c, state, doc{"N", "new"}, doc{"M", "new"}).Run(t.Context())
		require.NoError(t, err)
		require.EqualValues(t, 1, rep.Created)
		left := letters(t, state)
		require.Len(t, left, 1)
		require.Equal(t, "13", left[0].Code)
		require.Equal(t, "C", e.bills["id1"].status)
		require.Equal(t, []string{"create", "submit"}, e.bills["id2"].effects)
	})
}

// TestWrongSetting: a status that can not be read because a setting is wrong is no
// refusal of records.
func TestWrongSetting(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		e, state := newERP(), duijiesync.NewMemoryState()
		c := e.config()
		c.Status = func(context.Context, []string) (map[string]string, error) {
			return nil, &duijie.APIError{Platform: "erp", Class: duijie.ClassInvalid, Message: "no field FStatus"}
		}
		_, err := pipeOf(t, c, state, doc{"N", "new"}).Run(t.Context())
		require.ErrorContains(t, err, "no field FStatus")
		require.Empty(t, letters(t, state))
		_, err = e.pipe(t, state, doc{"N", "new"}).Run(t.Context())
		require.NoError(t, err)
		require.Equal(t, []string{"create", "submit", "audit"}, e.bills["id1"].effects)
	})
}

// mute is a save sink that tells no ids and does not compare.
type mute struct{ *erp }

func (m mute) Write(ctx context.Context, records []duijiesync.Record[doc]) ([]duijiesync.Outcome, error) {
	out, err := m.erp.Write(ctx, records)
	for i := range out {
		out[i].TargetID = ""
	}
	return out, err
}

func (m mute) Find(ctx context.Context, records []duijiesync.Record[doc]) ([]duijiesync.Found, error) {
	found, err := m.erp.Find(ctx, records)
	for i := range found {
		if found[i].Match != duijiesync.Absent {
			found[i].Match = duijiesync.Exists
		}
	}
	return found, err
}

func TestSaveSinkThatSaysLittle(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		e, state := newERP(), duijiesync.NewMemoryState()
		c := e.config()
		c.Save = mute{e}
		e.put("M", "old", "C")
		p := pipeOf(t, c, state, doc{"N", "new"}, doc{"M", "new"})
		_, err := p.Run(t.Context())
		require.NoError(t, err)
		require.Empty(t, letters(t, state))
		require.Equal(t, []string{"unaudit", "update", "submit", "audit"}, e.byNo("M")[0].effects)
		require.Equal(t, []string{"create", "submit", "audit"}, e.byNo("N")[0].effects)
		require.Equal(t, e.byNo("N")[0].id, entryOf(t, state, "N").TargetID)
	})
}

// TestResumesWithoutComparing: where contents can not be compared, the ledger tells
// that these were saved, unless a repair is wanted.
func TestResumesWithoutComparing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		e, state := newERP(), duijiesync.NewMemoryState()
		c := e.config()
		c.Save = mute{e}
		e.always["audit"] = refuse
		p := pipeOf(t, c, state, doc{"N", "new"})
		_, err := p.Run(t.Context())
		require.NoError(t, err)
		delete(e.always, "audit")
		_, err = p.Replay(t.Context(), duijiesync.ReplayQuery{})
		require.NoError(t, err)
		require.Equal(t, []string{"create", "submit", "audit"}, e.bills["id1"].effects)

		e.bills["id1"].Text = "changed by hand"
		p.Source = forced(p.Source)
		_, err = p.Run(t.Context())
		require.NoError(t, err)
		require.Equal(t, "new", e.bills["id1"].Text)
		require.Equal(t, "C", e.bills["id1"].status)
	})
}

// TestRefusedSaveIsNoSave: the step of a document whose change was refused does not
// claim these contents.
func TestRefusedSaveIsNoSave(t *testing.T) {
	t.Parallel()
	for _, status := range []string{"A", "C"} {
		synctest.Test(t, func(t *testing.T) {
			e, state := newERP(), duijiesync.NewMemoryState()
			e.put("N", "old", status)
			e.faults[call{"save", 1}] = refuse
			c := e.config()
			c.Save = mute{e}
			p := pipeOf(t, c, state, doc{"N", "new"})
			_, err := p.Run(t.Context())
			require.NoError(t, err)
			require.Len(t, letters(t, state), 1)
			_, err = p.Replay(t.Context(), duijiesync.ReplayQuery{})
			require.NoError(t, err)
			require.Empty(t, letters(t, state))
			require.Equal(t, "new", e.bills["id1"].Text)
			require.Equal(t, "C", e.bills["id1"].status)
		})
	}
}

// forced is a source that wants everything repaired.
func forced(source duijiesync.Source[doc]) duijiesync.Source[doc] {
	return duijiesync.SourceFunc[doc](func(ctx context.Context, after duijiesync.Checkpoint) iter.Seq2[duijiesync.Batch[doc], error] {
		return func(yield func(duijiesync.Batch[doc], error) bool) {
			for b, err := range source.Read(ctx, after) {
				for i := range b.Records {
					b.Records[i].Force = true
				}
				if !yield(b, err) {
					return
				}
			}
		}
	})
}

func TestPlanShowsTheStatus(t *testing.T) {
	t.Parallel()
	e := newERP()
	e.put("N", "new", "B")
	var got []duijiesync.PlanItem
	for item, err := range e.pipe(t, duijiesync.NewMemoryState(), doc{"N", "new"}, doc{"M", "new"}).Plan(t.Context()) {
		require.NoError(t, err)
		got = append(got, item)
	}
	require.Equal(t, duijiesync.ActionUpdate, got[0].Action)
	require.Equal(t, []duijiesync.Change{{Field: "status", Old: "B", New: "C"}}, got[0].Changes)
	require.Equal(t, duijiesync.ActionCreate, got[1].Action)
	require.Zero(t, e.calls["save"]+e.calls["audit"])
}

func TestStepsAreObserved(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		e := newERP()
		e.faults[call{"submit", 1}] = lostAfter
		p := e.pipe(t, duijiesync.NewMemoryState(), doc{"N", "new"}, doc{"M", "new"})
		var got []workflow.StepCalled
		p.Observer = duijiesync.ObserverFunc(func(_ context.Context, ev duijiesync.Event) {
			if s, ok := ev.(workflow.StepCalled); ok {
				require.NotEmpty(t, ev.EventName())
				got = append(got, s)
			}
		})
		_, err := p.Run(t.Context())
		require.NoError(t, err)
		require.Equal(t, []workflow.StepCalled{{Step: "submit", Unknown: 2}, {Step: "audit", Done: 2}}, got)
	})
}

func TestConfigIsChecked(t *testing.T) {
	t.Parallel()
	e := newERP()
	for name, c := range map[string]struct {
		change func(*workflow.Config[doc])
		says   string
	}{
		"no save":        {func(c *workflow.Config[doc]) { c.Save = nil }, "the save sink is missing"},
		"no status":      {func(c *workflow.Config[doc]) { c.Status = nil }, "the function Status is missing"},
		"no final":       {func(c *workflow.Config[doc]) { c.Final = "" }, "the final status is missing"},
		"no editable":    {func(c *workflow.Config[doc]) { c.Editable = nil }, "(Editable)"},
		"dead end":       {func(c *workflow.Config[doc]) { c.Steps = c.Steps[:1] }, `end in "B" and not in Final`},
		"circle":         {func(c *workflow.Config[doc]) { c.Steps[1].To = "A" }, "and not in Final"},
		"no way":         {func(c *workflow.Config[doc]) { c.Editable = append(c.Editable, "Z") }, `no step leads from "Z"`},
		"two ways":       {func(c *workflow.Config[doc]) { c.Steps[1].From = []string{"A", "B"} }, `lead from "A"`},
		"beyond final":   {func(c *workflow.Config[doc]) { c.Steps[1].From = []string{"B", "C"} }, "final, beyond it or stopped"},
		"nowhere back":   {func(c *workflow.Config[doc]) { c.Undo[0].To = "B"; c.Undo = c.Undo[:1] }, "not editable"},
		"name twice":     {func(c *workflow.Config[doc]) { c.Undo[0].Name = "submit" }, `"submit" is taken`},
		"name of saving": {func(c *workflow.Config[doc]) { c.Steps[0].Name = workflow.StepSaved }, `"save" is taken`},
		"no do":          {func(c *workflow.Config[doc]) { c.Steps[0].Do = nil }, "needs a Name"},
	} {
		config := e.config()
		c.change(&config)
		_, err := workflow.New(config)
		require.ErrorIs(t, err, workflow.ErrConfig, name)
		require.ErrorContains(t, err, c.says, name)
	}
}
