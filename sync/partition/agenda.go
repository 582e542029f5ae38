package partition

import (
	"errors"
	"slices"
	"time"
)

// agenda is what RunAll has to do. One goroutine has it.
type agenda struct {
	name     string
	o        Options
	parallel int
	patience time.Duration
	results  []Result

	tenants []string // in the order of their first partition
	turn    int      // whose turn it is
	queues  map[string][]*job
	running map[string]int
	rest    map[string]time.Time // until when a throttled tenant rests
	later   []*job               // put off
	flying  int                  // slices under way
	left    int                  // partitions not through
}

// job is one partition on the agenda.
type job struct {
	part   Partition
	result *Result
	begun  bool      // a slice of it ran
	stalls int       // slices in a row that got nowhere
	since  time.Time // when it was put off and could not get on since; zero: it gets on
	due    time.Time
}

// maxStalls is how many slices in a row may get nowhere: one may spend its time
// on what a crash left open.
const maxStalls = 3

func newAgenda(name string, parts []Partition, o Options) *agenda {
	a := &agenda{
		name: name, o: o, parallel: o.Parallel, patience: o.Patience, left: len(parts), results: make([]Result, len(parts)),
		queues: map[string][]*job{}, running: map[string]int{}, rest: map[string]time.Time{},
	}
	if a.parallel <= 0 {
		a.parallel = 4
	}
	if a.o.PerTenant <= 0 {
		a.o.PerTenant = a.parallel
	}
	if a.patience == 0 {
		a.patience = 5 * time.Minute
	}
	for i, part := range parts {
		a.results[i] = Result{Partition: part, Status: StatusStopped}
		if len(a.queues[part.Tenant]) == 0 {
			a.tenants = append(a.tenants, part.Tenant)
		}
		a.queues[part.Tenant] = append(a.queues[part.Tenant], &job{part: part, result: &a.results[i]})
	}
	return a
}

// next takes the job whose turn it is off the queue, nil when none may run now.
func (a *agenda) next(now time.Time) *job {
	a.later = slices.DeleteFunc(a.later, func(j *job) bool {
		if j.due.After(now) {
			return false
		}
		a.queues[j.part.Tenant] = append(a.queues[j.part.Tenant], j)
		return true
	})
	for i := range a.tenants {
		at := (a.turn + i) % len(a.tenants)
		tenant := a.tenants[at]
		queue := a.queues[tenant]
		if len(queue) == 0 || a.running[tenant] >= a.o.PerTenant || a.rest[tenant].After(now) {
			continue
		}
		a.queues[tenant] = queue[1:]
		a.turn = at + 1
		a.running[tenant]++
		a.flying++
		return queue[0]
	}
	return nil
}

// alarm rings when something that waits may run. Where there is no room for it,
// or nothing waits, only the end of a slice matters.
func (a *agenda) alarm(now time.Time, room bool) *time.Timer {
	const never = 24 * time.Hour // looking again does no harm
	first := now.Add(never)
	if !room {
		return time.NewTimer(never)
	}
	for _, j := range a.later {
		if j.due.Before(first) {
			first = j.due
		}
	}
	for tenant, until := range a.rest {
		if len(a.queues[tenant]) > 0 && until.After(now) && until.Before(first) {
			first = until
		}
	}
	return time.NewTimer(first.Sub(now))
}

// finish books a slice that has ended and decides how its partition goes on.
func (a *agenda) finish(done slot, now time.Time, stopped error) {
	j := done.job
	a.flying--
	a.running[j.part.Tenant]--
	if done.outcome.Report != nil {
		j.begun = true
		j.result.add(done.outcome.Report)
	}
	switch o := done.outcome; {
	case done.fresh:
		a.through(j, StatusFresh, nil)
	case done.err != nil && stopped != nil && errors.Is(done.err, stopped):
		a.through(j, StatusStopped, done.err)
	case done.err != nil:
		a.through(j, StatusFailed, done.err)
	case !o.More:
		a.through(j, StatusDone, nil)
	case o.Held:
		a.putOff(j, o, now, StatusHeld)
	case o.Throttled:
		if until := now.Add(o.RetryAfter); until.After(a.rest[j.part.Tenant]) {
			a.rest[j.part.Tenant] = until
		}
		a.putOff(j, o, now, StatusThrottled)
	default:
		a.goOn(j, o)
	}
}

// putOff comes back to a job later, or leaves it when patience is over.
func (a *agenda) putOff(j *job, o Outcome, now time.Time, status Status) {
	if j.since.IsZero() || o.Progress {
		j.since = now
	}
	if j.due = now.Add(o.RetryAfter); j.due.Sub(j.since) > a.patience {
		a.through(j, status, o.Why)
		return
	}
	a.later = append(a.later, j)
}

// goOn puts a job whose slice is over behind the others of its tenant.
func (a *agenda) goOn(j *job, o Outcome) {
	j.since = time.Time{}
	if j.stalls++; o.Progress {
		j.stalls = 0
	}
	if j.stalls >= maxStalls {
		a.through(j, StatusFailed, &Error{a.name, j.part, ErrStalled})
		return
	}
	a.queues[j.part.Tenant] = append(a.queues[j.part.Tenant], j)
}

// through takes a job off the agenda.
func (a *agenda) through(j *job, status Status, err error) {
	a.left--
	j.result.Status, j.result.Err = status, err
	if a.o.OnResult != nil {
		a.o.OnResult(*j.result)
	}
}
