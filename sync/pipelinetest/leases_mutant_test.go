package pipelinetest_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"testing"
	"time"

	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/pipelinetest"
)

// brokenLeases is a store of leases that is right but for one thing.
type brokenLeases struct {
	broken string

	mu   sync.Mutex
	rows map[string]*leaseRow
}

type leaseRow struct {
	lease duijiesync.Lease
	until time.Time
	held  bool
}

func (b *brokenLeases) row(sc duijiesync.Scope) *leaseRow {
	name := fmt.Sprintf("%q %q", sc.Pipeline, sc.Partition)
	if b.broken == "runs names together" {
		name = sc.Pipeline + ":" + sc.Partition
	}
	if b.rows[name] == nil {
		b.rows[name] = &leaseRow{}
	}
	return b.rows[name]
}

func (b *brokenLeases) Acquire(_ context.Context, sc duijiesync.Scope, owner string, ttl time.Duration) (duijiesync.Lease, error) {
	bad := owner == "" || len(owner) > 128 || sc.Pipeline == "" || len(sc.Pipeline) > 128 || len(sc.Partition) > 255 || ttl <= 0
	if bad && b.broken != "takes any name" {
		return duijiesync.Lease{}, errors.New("too short or too long")
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	r := b.row(sc)
	now := time.Now()
	ours := b.broken == "the owner may again" && r.lease.Owner == owner
	if r.held && now.Before(r.until) && !ours {
		return duijiesync.Lease{}, duijiesync.ErrLeaseHeld
	}
	if b.broken == "looks, then takes" {
		b.mu.Unlock()
		for range 50 {
			runtime.Gosched()
		}
		b.mu.Lock()
	}
	fence := r.lease.Fence + 1
	if b.broken == "fence stays" {
		fence = 1
	}
	r.lease = duijiesync.Lease{Scope: sc, Owner: owner, Fence: fence}
	r.held, r.until = true, now.Add(ttl)
	return r.lease, nil
}

func (b *brokenLeases) owns(r *leaseRow, lease duijiesync.Lease) bool {
	switch b.broken {
	case "no fence":
		lease.Fence = r.lease.Fence
	case "no owner":
		lease.Owner = r.lease.Owner
	case "ends by the clock":
		return r.held && r.lease == lease && time.Now().Before(r.until)
	}
	return r.held && r.lease == lease
}

func (b *brokenLeases) Renew(_ context.Context, lease duijiesync.Lease, ttl time.Duration) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	r := b.row(lease.Scope)
	if !b.owns(r, lease) {
		return duijiesync.ErrLeaseLost
	}
	from := time.Now()
	if b.broken == "renewals add up" {
		from = r.until
	}
	r.until = from.Add(ttl)
	return nil
}

func (b *brokenLeases) Release(_ context.Context, lease duijiesync.Lease) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	r := b.row(lease.Scope)
	switch {
	case b.owns(r, lease) || b.broken == "releases for others":
		r.held = b.broken == "releases nothing"
	case b.broken == "what is lost is an error":
		return duijiesync.ErrLeaseLost
	}
	return nil
}

// leaseMutants are by what is broken, and the test that must notice.
func leaseMutants() (list []mutant) {
	for broken, caught := range map[string]string{
		"the owner may again":      "LeaseIsExclusive",
		"releases nothing":         "LeaseIsExclusive",
		"fence stays":              "FenceGrows",
		"no fence":                 "ForgedLease",
		"no owner":                 "ForgedLease",
		"ends by the clock":        "LeaseTakenOver",
		"renewals add up":          "RenewKeepsOthersOut",
		"releases for others":      "LeaseTakenOver",
		"what is lost is an error": "LeaseTakenOver",
		"looks, then takes":        "OneOfManyAcquires",
		"runs names together":      "LeaseNames",
		"takes any name":           "LeaseNames",
	} {
		list = append(list, mutant{name: "leases: " + broken, caught: caught, run: func(t *testing.T) {
			pipelinetest.TestLeaseStore(t, openLeases(broken))
		}})
	}
	return list
}

func openLeases(broken string) func(*testing.T) duijiesync.LeaseStore {
	return func(*testing.T) duijiesync.LeaseStore {
		return &brokenLeases{broken: broken, rows: map[string]*leaseRow{}}
	}
}

// The store the mutants are made from passes, and so does a whole State.
func TestUnbrokenLeaseStores(t *testing.T) {
	t.Parallel()
	pipelinetest.TestLeaseStore(t, openLeases(""))
	pipelinetest.TestLeaseStore(t, func(*testing.T) duijiesync.LeaseStore { return duijiesync.NewMemoryState() })
}
