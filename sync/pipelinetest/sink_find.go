package pipelinetest

import (
	"strings"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// testFind asks for known and unknown records among each other, as many as the
// sink says it takes, backwards.
func testFind[T any](s *sinkTest[T]) {
	s.lacks.need(s.T, Find, s.finder != nil)
	n := min(s.limits.FindRows, 100)
	ids := s.create(s.records(0, n/2+1, 1))
	s.seen(keysOf(s.records(0, n/2+1, 1))...)
	records := s.records(0, n, 1)
	for i := range n / 2 { // backwards
		records[i], records[n-1-i] = records[n-1-i], records[i]
	}
	for i, f := range s.find(records) {
		id, there := ids[records[i].Key]
		switch {
		case there != (f.Match != duijiesync.Absent):
			s.Errorf("answer %d of %d: record %q is %v", i+1, n, records[i].Key, f.Match)
		case there && f.TargetID != "" && f.TargetID != id:
			s.Errorf("answer %d of %d: record %q has TargetID %q, its write said %q", i+1, n, records[i].Key, f.TargetID, id)
		case there && f.Match == duijiesync.Different:
			s.Errorf("record %q was written and is found different: %v", records[i].Key, f.Changes)
		case !there && (f.TargetID != "" || len(f.Changes) > 0):
			s.Errorf("record %q is absent, with TargetID %q and %d changes", records[i].Key, f.TargetID, len(f.Changes))
		}
	}
}

// testFindKeyOnly: after a crash the engine knows keys alone.
func testFindKeyOnly[T any](s *sinkTest[T]) {
	s.lacks.need(s.T, Find, s.finder != nil)
	ids := s.create(s.records(0, 2, 1))
	s.seen(s.key(0), s.key(1))
	keys := []string{s.key(1), s.key(7), s.key(0)}
	keys = keys[:min(len(keys), s.limits.FindRows)]
	for i, f := range s.find(keyOnly[T](keys...)) {
		want := duijiesync.Absent
		if ids[keys[i]] != "" {
			want = duijiesync.Exists
		}
		if f.Match != want {
			s.Errorf("record %q by its key alone: %v, want %v", keys[i], f.Match, want)
		}
		if f.TargetID != "" && f.TargetID != ids[keys[i]] {
			s.Errorf("record %q by its key alone: TargetID %q, its write said %q", keys[i], f.TargetID, ids[keys[i]])
		}
	}
}

// testFindCompares: equal contents are never written again, and other ones are
// never taken for written.
func testFindCompares[T any](s *sinkTest[T]) {
	s.lacks.need(s.T, Find, s.finder != nil)
	ids := s.create(s.records(0, 2, 1))
	s.seen(s.key(0), s.key(1))
	records := []duijiesync.Record[T]{s.record(s.key(0), 1), s.record(s.key(1), 2)}
	if s.limits.FindRows < 2 {
		s.Skip("one record a lookup")
	}
	found := s.find(records)
	if found[0].Match == duijiesync.Exists && found[1].Match == duijiesync.Exists {
		s.lacks.need(s.T, Compare, false)
	}
	s.lacks.need(s.T, Compare, true)
	if found[0].Match != duijiesync.Identical {
		s.Errorf("a record as it was written is %v: %v", found[0].Match, found[0].Changes)
	}
	if found[1].Match != duijiesync.Different || len(found[1].Changes) == 0 {
		s.Errorf("a record with other contents is %v, with %d changes for the plan", found[1].Match, len(found[1].Changes))
	}
	if !s.updates() {
		return
	}
	// What Find says is what an update needs.
	r := s.record(s.key(1), 2)
	r.Target = duijiesync.Target{ID: found[1].TargetID, Note: found[1].Note}
	if r.Target.ID == "" {
		r.Target.ID = ids[r.Key]
	}
	if out := mustWrite(s, []duijiesync.Record[T]{r}); !certain(out[0].Kind) {
		s.Errorf("an update by what Find says: %v (%s)", out[0].Kind, out[0].Message)
	}
	s.holds(s.key(1), 2, "after an update by what Find says")
}

// neighbours are keys that a mangled odd key could hit.
var neighbours = []string{"aXb", "ab", "a", "axb", "123", "b", "a?", strings.Repeat("x", 100)}

// oddTargetKeys are keys that targets get wrong.
var oddTargetKeys = []string{
	"a'b", "a''b", `a"b`, `a\b`, "a%b", "%", "a_b", "a*b", "*", "a?b", "a[b]", "a b", "a  b", " a", "a ", " ", "\t", "\u3000a", "a\u00a0", "A", "AB", "0123", "1e3", "123.0", "null",
	"a;b--", "a,b", "a|b", "a&b=c", "a+b", "<a>", "a/b", "..", "#a", "a\tb", "a\nb", "a\r\nb", `{"a":1}`, "${a}", "{{a}}", "(a)", "a or 1=1", "' or '1'='1",
	"订单/2026-0001", "é", "e\u0301", "ａ", "ß", "🧾", "a\u200bb", "\u202ea", "a\x00b", "a\x00", "\xff", "a\xffb", strings.Repeat("x", 512), strings.Repeat("单", 170),
}

// testOddKeys: each key is taken exactly or refused, and hits no other record.
func testOddKeys[T any](s *sinkTest[T]) {
	same := s.suite.SameKey
	if same == nil {
		same = func(string, string) bool { return false }
	}
	contents := map[string]int{}
	for _, key := range neighbours {
		if out, err := s.write(s.Context(), []duijiesync.Record[T]{s.record(key, 1)}); err == nil && certain(out[0].Kind) {
			contents[key] = 1
		}
	}
	if len(contents) == 0 {
		s.Fatalf("the target takes none of the plain keys %q", neighbours)
	}
	var refused []string
	for _, key := range append(oddTargetKeys[:len(oddTargetKeys):len(oddTargetKeys)], s.suite.OddKeys...) {
		taken := false
		for other := range contents {
			taken = taken || key == other || same(key, other)
		}
		switch {
		case taken:
		case s.oddKey(key):
			contents[key] = 3
		default:
			refused = append(refused, key)
		}
	}
	for key, n := range contents {
		if n == 3 && !s.updates() {
			n = 2
		}
		s.holds(key, n, "after records with keys like it were written")
	}
	s.Logf("%d odd keys are taken, and refused are %q", len(contents)-len(neighbours), refused)
}

// oddKey creates and updates one record, and tells whether the target took it.
func (s *sinkTest[T]) oddKey(key string) bool {
	s.Helper()
	if s.finder != nil {
		if f := s.find(keyOnly[T](key))[0]; f.Match != duijiesync.Absent {
			s.Errorf("record %q is found, as %q, before it was written: its key was changed on the way", key, f.TargetID)
			return false
		}
		if f := s.find([]duijiesync.Record[T]{s.record(key, 2)})[0]; f.Match != duijiesync.Absent {
			s.Errorf("record %q is %v before it was written", key, f.Match)
		}
	}
	out, err := s.write(s.Context(), []duijiesync.Record[T]{s.record(key, 2)})
	if refusedWhole(err) || err == nil && out[0].Kind == duijiesync.OutcomeRefused {
		if n := s.c.Count(key); n != 0 {
			s.Errorf("record %q is refused, and in the target", key)
		}
		return false
	}
	if err != nil || out[0].Kind != duijiesync.OutcomeCreated {
		s.Errorf("record %q: outcomes %v, error %v: it must be created or refused", key, out, err)
		return false
	}
	s.holds(key, 2, "after it was created")
	id := out[0].TargetID
	if s.finder != nil {
		s.seen(key)
		f := s.find([]duijiesync.Record[T]{s.record(key, 2)})[0]
		if f.Match == duijiesync.Absent || f.Match == duijiesync.Different || id != "" && f.TargetID != "" && f.TargetID != id {
			s.Errorf("record %q was created as %q and is found as %v, as %q", key, id, f.Match, f.TargetID)
		}
	}
	if s.updates() {
		r := s.record(key, 3)
		if r.Target.ID = id; id == "" {
			r.Target.ID = key
		}
		if out := mustWrite(s, []duijiesync.Record[T]{r}); !certain(out[0].Kind) {
			s.Errorf("an update of %q: %v (%s)", key, out[0].Kind, out[0].Message)
		}
		s.holds(key, 3, "after it was updated")
	}
	return true
}
