package pipelinetest_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/pipelinetest"
)

// table is the target: rows with an id each, and nothing that keeps a key from
// having two.
type table struct {
	mu       sync.Mutex
	rows     []tableRow
	next     int
	requests int
	writing  int

	down                    bool
	loseBefore, loseAfter   int
	throttled               int
	refused, refusedUnnamed map[string]bool
}

type tableRow struct{ id, key, text string }

var (
	errLost      = &duijie.APIError{Platform: "table", Op: "Write", Class: duijie.ClassUnavailable, OutcomeUnknown: true}
	errNotSent   = &duijie.APIError{Platform: "table", Op: "Write", Class: duijie.ClassUnavailable}
	errThrottled = &duijie.APIError{Platform: "table", Op: "Write", Class: duijie.ClassThrottled}
	errBadRow    = &duijie.APIError{Platform: "table", Op: "Write", Class: duijie.ClassRefused, Code: "11", Message: "one of the rows is bad"}
)

// ask is one request, which may not get through.
func (m *table) ask(do func() error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.requests++
	switch {
	case m.down:
		return errNotSent
	case m.throttled > 0:
		m.throttled--
		return errThrottled
	}
	return do()
}

func (m *table) byID(id string) int {
	return slices.IndexFunc(m.rows, func(r tableRow) bool { return r.id == id })
}

func (m *table) byKey(key string) int {
	return slices.IndexFunc(m.rows, func(r tableRow) bool { return r.key == key })
}

// put writes one row.
func (m *table) put(key, id, text string) duijiesync.Outcome {
	at := m.byID(id)
	switch {
	case m.refused[key]:
		return duijiesync.Outcome{Kind: duijiesync.OutcomeRefused, Code: "11", Message: "bad row"}
	case id == "" && m.byKey(key) >= 0:
		return duijiesync.Outcome{Kind: duijiesync.OutcomeConflict, Code: "12", Message: "key used"}
	case id == "":
		m.next++
		id = fmt.Sprint("id", m.next)
		m.rows = append(m.rows, tableRow{id, key, text})
		return duijiesync.Outcome{Kind: duijiesync.OutcomeCreated, TargetID: id}
	case at < 0:
		return duijiesync.Outcome{Kind: duijiesync.OutcomeRefused, Code: "13", Message: "no such id"}
	}
	m.rows[at].text = text
	return duijiesync.Outcome{Kind: duijiesync.OutcomeUpdated, TargetID: id}
}

// tableSink writes to a table. The rest of its fields break it.
type tableSink struct {
	table                *table
	idempotent           bool
	upserts, takesAnyKey bool

	reversed, oneShort, keeps, changes, dropsConcurrent                bool
	lostIsRefused, lostIsDone, lostIsNothing, resendsLost              bool
	throttleIsRefused, outageIsRefused, outageIsAbsent                 bool
	ignoresContext, asksForNothing, lookupIgnoresContext               bool
	updatesCreate, updatesNothing, removedIsUpdated, createsTwice      bool
	sortsFound, alwaysIdentical, alwaysDifferent, comparesKeyOnly      bool
	cutsKeys, trimsKeys, foldsKeys, failsOddKeys, likeKeys             bool
	refusesNeighbours, writesRefused, halfUnnamed, silentRefusal, leak bool
	findsNothing                                                       bool

	mu   sync.Mutex
	kept []duijiesync.Record[shop]
}

func (s *tableSink) Limits() duijiesync.Limits {
	return duijiesync.Limits{Rows: 5, FindRows: 7, Lanes: 3, SettleDelay: 2 * time.Millisecond, Idempotent: s.idempotent}
}

func (s *tableSink) key(key string) string {
	if s.cutsKeys {
		key = key[:min(len(key), 100)]
	}
	if s.trimsKeys {
		key = strings.TrimSpace(key)
	}
	if s.foldsKeys {
		key = strings.ToLower(key)
	}
	return key
}

func (s *tableSink) Write(ctx context.Context, records []duijiesync.Record[shop]) ([]duijiesync.Outcome, error) {
	if len(records) == 0 && !s.asksForNothing {
		return nil, nil
	}
	if ctx.Err() != nil && !s.ignoresContext {
		return nil, ctx.Err()
	}
	if s.changes {
		records[0].Version = 99
	}
	if s.leak {
		go func() { <-context.WithoutCancel(ctx).Done() }()
	}
	s.mu.Lock()
	kept := s.kept
	if s.keeps {
		s.kept = records // written with the next write
	}
	s.mu.Unlock()
	if s.keeps {
		if _, err := s.send(kept); err != nil {
			return nil, err
		}
		return make([]duijiesync.Outcome, len(records)), nil
	}
	out, err := s.send(records)
	if err != nil {
		return nil, s.broken(err)
	}
	if s.reversed {
		slices.Reverse(out)
	}
	if s.oneShort {
		out = out[1:]
	}
	return out, nil
}

func (s *tableSink) broken(err error) error {
	switch {
	case s.throttleIsRefused && errors.Is(err, duijie.ErrRateLimited), s.outageIsRefused && errors.Is(err, duijie.ErrUnavailable) && !errors.Is(err, duijie.ErrOutcomeUnknown):
		return errBadRow
	}
	return err
}

func (s *tableSink) send(records []duijiesync.Record[shop]) (out []duijiesync.Outcome, err error) {
	m := s.table
	m.mu.Lock()
	m.writing++
	alone := m.writing == 1
	m.mu.Unlock()
	defer func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		m.writing--
	}()
	if s.dropsConcurrent {
		<-time.After(5 * time.Millisecond) // lets others come in
	}
	err = m.ask(func() error {
		out = make([]duijiesync.Outcome, len(records))
		if m.loseBefore > 0 {
			m.loseBefore--
			return s.lost(out, nil)
		}
		if slices.ContainsFunc(records, func(r duijiesync.Record[shop]) bool { return m.refusedUnnamed[r.Key] }) {
			if s.halfUnnamed {
				s.putAll(records[:1], out)
			}
			return errBadRow
		}
		if alone || !s.dropsConcurrent {
			s.putAll(records, out)
		}
		if m.loseAfter > 0 {
			m.loseAfter--
			again := func() { s.putAll(records, make([]duijiesync.Outcome, len(records))) }
			return s.lost(out, again)
		}
		return nil
	})
	return out, err
}

// lost is what the sink makes of an answer that does not come.
func (s *tableSink) lost(out []duijiesync.Outcome, again func()) error {
	var kind duijiesync.OutcomeKind
	switch {
	case s.lostIsRefused:
		kind = duijiesync.OutcomeRefused
	case s.lostIsDone:
		kind = duijiesync.OutcomeCreated
	case s.lostIsNothing:
		return errNotSent
	case s.resendsLost && again != nil:
		again()
		return nil
	default:
		return errLost
	}
	for i := range out {
		out[i] = duijiesync.Outcome{Kind: kind}
	}
	return nil
}

func (s *tableSink) putAll(records []duijiesync.Record[shop], out []duijiesync.Outcome) {
	m := s.table
	for i, r := range records {
		key, id, text := s.key(r.Key), r.Target.ID, r.Value.Name
		at := m.byKey(key)
		switch {
		case !s.takesAnyKey && (!utf8.ValidString(key) || strings.Contains(key, "\x00")):
			out[i] = duijiesync.Outcome{Kind: duijiesync.OutcomeRefused, Code: "14", Message: "the key is no text"}
			continue
		case s.refusesNeighbours && slices.ContainsFunc(records, func(r duijiesync.Record[shop]) bool { return m.refused[r.Key] }):
			out[i] = duijiesync.Outcome{Kind: duijiesync.OutcomeRefused, Code: "11", Message: "bad row"}
			continue
		case s.silentRefusal && m.refused[key]:
			out[i] = duijiesync.Outcome{Kind: duijiesync.OutcomeRefused}
			continue
		case s.removedIsUpdated && id != "" && m.byID(id) < 0, s.updatesNothing && id != "":
			out[i] = duijiesync.Outcome{Kind: duijiesync.OutcomeUpdated, TargetID: id}
			continue
		case s.updatesCreate, s.createsTwice && id == "", s.resendsLost && id == "", s.writesRefused && m.refused[key]:
			m.next++
			m.rows = append(m.rows, tableRow{fmt.Sprint("id", m.next), key, text})
			out[i] = duijiesync.Outcome{Kind: duijiesync.OutcomeCreated, TargetID: fmt.Sprint("id", m.next)}
			if s.writesRefused {
				out[i].Kind, out[i].Message = duijiesync.OutcomeRefused, "bad row"
			}
			if id != "" {
				out[i].Kind = duijiesync.OutcomeUpdated
			}
			continue
		case s.upserts && id == "" && at >= 0:
			id = m.rows[at].id
		case s.likeKeys && id == "" && strings.Contains(key, "%") && len(m.rows) > 0:
			id = m.rows[0].id
		}
		out[i] = m.put(key, id, text)
	}
}

// findingSink can look its records up.
type findingSink struct{ *tableSink }

func (s findingSink) Find(ctx context.Context, records []duijiesync.Record[shop]) ([]duijiesync.Found, error) {
	if len(records) == 0 {
		return nil, nil
	}
	if ctx.Err() != nil && !s.lookupIgnoresContext {
		return nil, ctx.Err()
	}
	found := make([]duijiesync.Found, len(records))
	err := s.table.ask(func() error {
		for i, r := range records {
			if s.failsOddKeys && strings.Contains(r.Key, "'") {
				return errBadRow
			}
			found[i] = s.look(r)
		}
		return nil
	})
	if err != nil && s.outageIsAbsent {
		return make([]duijiesync.Found, len(records)), nil
	}
	if s.sortsFound {
		slices.SortStableFunc(found, func(a, b duijiesync.Found) int { return strings.Compare(a.TargetID, b.TargetID) })
	}
	return found, err
}

func (s findingSink) look(r duijiesync.Record[shop]) duijiesync.Found {
	at := s.table.byKey(s.key(r.Key))
	if at < 0 || s.findsNothing {
		return duijiesync.Found{}
	}
	row := s.table.rows[at]
	f := duijiesync.Found{Match: duijiesync.Exists, TargetID: row.id}
	switch {
	case r.Target.KeyOnly && !s.comparesKeyOnly:
	case row.text == r.Value.Name && !s.alwaysDifferent, s.alwaysIdentical:
		f.Match = duijiesync.Identical
	default:
		f.Match = duijiesync.Different
		f.Changes = []duijiesync.Change{{Field: "Name", Old: row.text, New: r.Value.Name}}
	}
	return f
}

func tableSuite(change func(*tableSink)) pipelinetest.SinkSuite[shop] {
	return pipelinetest.SinkSuite[shop]{
		Value: func(key string, n int) shop { return shop{No: len(key), Name: fmt.Sprintf("%q, edition %d", key, n)} },
		Open: func(*testing.T) pipelinetest.SinkCase[shop] {
			m := &table{refused: map[string]bool{}, refusedUnnamed: map[string]bool{}}
			sink := &tableSink{table: m}
			change(sink)
			c := tableCase(m)
			c.Sink = findingSink{sink}
			return c
		},
	}
}

// tableCase is all but the sink.
func tableCase(m *table) pipelinetest.SinkCase[shop] {
	set := func(f func()) {
		m.mu.Lock()
		defer m.mu.Unlock()
		f()
	}
	return pipelinetest.SinkCase[shop]{
		Count: func(key string) (n int) {
			set(func() {
				for _, r := range m.rows {
					if r.key == key {
						n++
					}
				}
			})
			return n
		},
		Holds: func(key string, v shop) (ok bool) {
			set(func() { at := m.byKey(key); ok = at >= 0 && m.rows[at].text == v.Name })
			return ok
		},
		Requests:      func() (n int) { set(func() { n = m.requests }); return n },
		LoseBefore:    func() { set(func() { m.loseBefore++ }) },
		LoseAfter:     func() { set(func() { m.loseAfter++ }) },
		Refuse:        func(key string) { set(func() { m.refused[key] = true }) },
		RefuseUnnamed: func(key string) { set(func() { m.refusedUnnamed[key] = true }) },
		Throttle:      func(n int) { set(func() { m.throttled = n }) },
		Remove: func(key string) {
			set(func() { m.rows = slices.DeleteFunc(m.rows, func(r tableRow) bool { return r.key == key }) })
		},
		Down: func(down bool) { set(func() { m.down = down }) },
	}
}

func TestTableSink(t *testing.T) {
	t.Parallel()
	pipelinetest.TestSink(t, tableSuite(func(*tableSink) {}))
}

// without Find the sink of a suite is blind.
func blind(suite pipelinetest.SinkSuite[shop]) pipelinetest.SinkSuite[shop] {
	open := suite.Open
	suite.Open = func(t *testing.T) pipelinetest.SinkCase[shop] {
		c := open(t)
		c.Sink = c.Sink.(findingSink).tableSink
		return c
	}
	suite.Lacks = map[pipelinetest.Feature]string{pipelinetest.Find: "it can not look up"}
	return suite
}

func TestSinkThatCanNotLookUp(t *testing.T) {
	t.Parallel()
	pipelinetest.TestSink(t, blind(tableSuite(func(*tableSink) {})))
}

func TestIdempotentSink(t *testing.T) {
	t.Parallel()
	suite := blind(tableSuite(func(s *tableSink) { s.idempotent, s.upserts = true, true }))
	suite.Lacks[pipelinetest.Conflict] = "it writes what is there already again"
	pipelinetest.TestSink(t, suite)
}

func sinkMutants() []mutant {
	breaks := []struct {
		name, caught string
		change       func(*tableSink)
	}{
		{"reorders outcomes", "OutcomesInOrder", func(s *tableSink) { s.reversed = true }},
		{"leaves an outcome out", "FullWrite", func(s *tableSink) { s.oneShort = true }},
		{"keeps records for later", "RecordsStayTheEngines", func(s *tableSink) { s.keeps = true }},
		{"changes records", "RecordsStayTheEngines", func(s *tableSink) { s.changes = true }},
		{"loses writes side by side", "ConcurrentWrites", func(s *tableSink) { s.dropsConcurrent = true }},
		{"calls a lost answer refused", "LostAfter", func(s *tableSink) { s.lostIsRefused = true }},
		{"calls a lost write done", "LostBefore", func(s *tableSink) { s.lostIsDone = true }},
		{"calls a lost answer nothing done", "LostAfter", func(s *tableSink) { s.lostIsNothing = true }},
		{"calls a lost update nothing done", "LostUpdate", func(s *tableSink) { s.lostIsNothing = true }},
		{"writes again what was lost", "LostAfter", func(s *tableSink) { s.resendsLost = true }},
		{"calls throttling refused", "Throttle", func(s *tableSink) { s.throttleIsRefused = true }},
		{"calls an outage refused", "Outage", func(s *tableSink) { s.outageIsRefused = true }},
		{"finds nothing in an outage", "Outage", func(s *tableSink) { s.outageIsAbsent = true }},
		{"ignores its context", "ContextBefore", func(s *tableSink) { s.ignoresContext = true }},
		{"looks up after its context", "ContextBefore", func(s *tableSink) { s.lookupIgnoresContext = true }},
		{"asks for nothing", "EmptyWrite", func(s *tableSink) { s.asksForNothing = true }},
		{"creates instead of updating", "Update", func(s *tableSink) { s.updatesCreate = true }},
		{"updates nothing", "Update", func(s *tableSink) { s.updatesNothing = true }},
		{"updates what is gone", "UpdateOfARemovedRecord", func(s *tableSink) { s.removedIsUpdated = true }},
		{"creates twice", "Conflict", func(s *tableSink) { s.createsTwice = true }},
		{"claims to be idempotent", "Idempotent", func(s *tableSink) { s.idempotent, s.createsTwice = true, true }},
		{"finds in another order", "Find", func(s *tableSink) { s.sortsFound = true }},
		{"never finds what it wrote", "FindKeyOnly", func(s *tableSink) { s.findsNothing = true }},
		{"finds all identical", "FindCompares", func(s *tableSink) { s.alwaysIdentical = true }},
		{"finds all different", "FindCompares", func(s *tableSink) { s.alwaysDifferent = true }},
		{"finds all different after all", "PipelineLosesState", func(s *tableSink) { s.alwaysDifferent = true }},
		{"compares without a value", "FindKeyOnly", func(s *tableSink) { s.comparesKeyOnly = true }},
		{"cuts keys", "OddKeys", func(s *tableSink) { s.cutsKeys = true }},
		{"trims keys", "OddKeys", func(s *tableSink) { s.trimsKeys = true }},
		{"folds keys", "OddKeys", func(s *tableSink) { s.foldsKeys = true }},
		{"takes % for anything", "OddKeys", func(s *tableSink) { s.likeKeys = true }},
		{"can not look up quotes", "OddKeys", func(s *tableSink) { s.failsOddKeys = true }},
		{"refuses neighbours", "Refusal", func(s *tableSink) { s.refusesNeighbours = true }},
		{"writes what it refuses", "Refusal", func(s *tableSink) { s.writesRefused = true }},
		{"refuses without a word", "Refusal", func(s *tableSink) { s.silentRefusal = true }},
		{"writes half of a refused write", "UnnamedRefusal", func(s *tableSink) { s.halfUnnamed = true }},
		{"leaves goroutines behind", "Pipeline", func(s *tableSink) { s.leak = true }},
	}
	var out []mutant
	for _, b := range breaks {
		out = append(out, mutant{"sink " + b.name, b.caught, func(t *testing.T) {
			t.Helper()
			pipelinetest.TestSink(t, tableSuite(b.change))
		}})
	}
	return append(out,
		mutant{"sink not idempotent whose answer is lost", "PipelineLosesAnswers", func(t *testing.T) {
			t.Helper()
			pipelinetest.TestSink(t, blind(tableSuite(func(s *tableSink) { s.idempotent, s.createsTwice = true, true })))
		}},
		mutant{"sink not idempotent whose process dies", "PipelineCrashes", func(t *testing.T) {
			t.Helper()
			pipelinetest.TestSink(t, blind(tableSuite(func(s *tableSink) { s.idempotent, s.createsTwice = true, true })))
		}},
		mutant{"sink suite with a feature nobody knows", "", func(t *testing.T) {
			t.Helper()
			suite := tableSuite(func(*tableSink) {})
			suite.Lacks = map[pipelinetest.Feature]string{"Fnid": "a slip"}
			pipelinetest.TestSink(t, suite)
		}},
	)
}
