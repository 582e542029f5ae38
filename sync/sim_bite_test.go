package sync_test

import (
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// biteSeeds is within how many worlds each missing protection must show.
const biteSeeds = 2000

// What shows a missing protection.
const (
	twice = "a second row|number used" // unique keys refuse the second one
	lost  = "is lost|moves the checkpoint past"
	back  = "goes back"
)

var weaknesses = map[string]weakness{
	"blind resend":                     {want: twice, write: sendBlindly},
	"lost answer taken for a failure":  {want: twice, write: takeForFailed},
	"no open batches":                  {want: twice, intents: true},
	"no fence, no look at the lease":   {want: twice + "|" + back, fence: true},
	"checkpoint before the outcome":    {want: lost, open: checkpointFirst},
	"checkpoint past earlier batches":  {want: lost, settle: checkpointFar},
	"settlement in two transactions":   {want: lost + "|" + twice, settle: tornSettlement},
	"refused batch refused as a whole": {want: "nothing to refuse", write: allAreBad(duijiesync.OutcomeRefused)},
	"refused batch dropped":            {want: lost, write: allAreBad(duijiesync.OutcomeUnchanged)},
	"windows without overlap":          {want: "is lost", knobs: func(k *knobs) { k.overlap = 0 }},
	"pages counted from the front":     {want: "is lost", knobs: func(k *knobs) { k.source = sourceForward }},
	"one lookup only":                  {want: twice + "|" + back, knobs: func(k *knobs) { k.attempts = 1 }},
	"no ledger":                        {want: twice, ledger: forgetAll},
	"no thought of lookups that lag":   {want: twice, ledger: forgetWhen, knobs: lagging},
	"no versions":                      {want: back, versions: true},
	"no order across lanes":            {want: "two sends at once|older state after|" + back, engine: duijiesync.WeakOrder},
	"no look at other partitions":      {want: twice + "|" + back, engine: duijiesync.WeakMoved},
}

// lagging makes worlds whose lookups are behind the times.
func lagging(k *knobs) {
	k.finder, k.idempotent, k.lag, k.late = findContents, false, 4*k.delay, 2*k.delay
}

// TestSimulationBites takes the protections away, one at a time, and expects the
// simulation to notice each by what comes of it.
func TestSimulationBites(t *testing.T) {
	deterministic(t)
	for name, weak := range weaknesses {
		t.Run(name, func(t *testing.T) {
			want := regexp.MustCompile(weak.want)
			for seed := range uint64(biteSeeds) {
				if v := simulate(t, seed, weak, false); want.MatchString(v.wrong) {
					t.Logf("noticed at seed %d: %s", seed, v.wrong)
					return
				} else if v.wrong != "" {
					t.Logf("seed %d: %s", seed, v.wrong)
				}
			}
			require.Fail(t, "not noticed")
		})
	}
}
