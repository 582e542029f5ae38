package reconcile

import (
	"encoding/json"
	"time"
)

// Kind says what a [Difference] is.
type Kind uint8

// The kinds of differences.
const (
	Missing     Kind = iota + 1 // in the source, not in the target
	Extra                       // in the target, not in the source
	Different                   // in both, with fields that do not agree
	Duplicate                   // the same key more than once on one side
	Collision                   // keys of one side that differ only before they are normalized
	Undecodable                 // a row that could not be decoded, with or without a key
)

var kindNames = [...]string{"invalid", "missing", "extra", "different", "duplicate", "collision", "undecodable"}

// String names the kind.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return kindNames[0]
}

// Which is a side of the comparison.
type Which uint8

// The sides.
const (
	OnSource Which = iota + 1
	OnTarget
)

var whichNames = [...]string{"", "source", "target"}

// String names the side; it is empty for a difference between the two.
func (w Which) String() string {
	if int(w) < len(whichNames) {
		return whichNames[w]
	}
	return whichNames[0]
}

// Change is one field that differs: what the target has and what the source
// has, which a repair would write.
type Change struct {
	Field string
	Old   Value // the target's
	New   Value // the source's
}

// Difference is one find.
type Difference struct {
	Kind Kind
	Side Which // of Duplicate, Collision and Undecodable
	// Key is the key as its side wrote it: the source's, where the source has it.
	Key string
	// TargetKey is the target's way to write the key where it is another one.
	TargetKey          string
	SourceID, TargetID string
	Changes            []Change // of Different, in the order of the fields
	Count              int64    // of Duplicate and Collision: rows that share the key
	Keys               []string // of Collision: the keys, at most 16
	IDs                []string // of Duplicate and Collision: the rows' ids, at most 16
	Err                string   // of Undecodable: why
	// Ambiguous marks a Missing, Extra or Different whose key is also in a Collision:
	// which of the rows belong together is not certain, and repairs leave it out.
	Ambiguous bool
	// Version and Raw are those of the source's row, for Missing and Different. Raw is
	// there with [Comparison].KeepRaw.
	Version int64
	Raw     json.RawMessage
}

// Summary counts what a comparison found. It is complete when the sequence of
// differences has ended without an error.
//
// Keys = Equal + Missing + Extra + Different + Settled + Unjudged.
type Summary struct {
	Source SideSummary `json:"source"`
	Target SideSummary `json:"target"`

	Keys      int64 `json:"keys"` // different keys, both sides together
	Equal     int64 `json:"equal"`
	Missing   int64 `json:"missing"`
	Extra     int64 `json:"extra"`
	Different int64 `json:"different"`
	Settled   int64 `json:"settled"`  // looked different and agreed when asked again
	Unjudged  int64 `json:"unjudged"` // a side has the key in rows that can not be decoded alone

	// Fields counts the differences of each field.
	Fields map[string]int64 `json:"fields"`

	TempBytes int64     `json:"temp_bytes"` // most on disk at a time
	TempRuns  int64     `json:"temp_runs"`  // sorted parts written, those merged of others too
	Started   time.Time `json:"started"`
	Ended     time.Time `json:"ended"`
	// Complete tells that both sides were compared to the end.
	Complete bool `json:"complete"`
	// Error is what ended the comparison before; empty also when the caller stopped it.
	Error string `json:"error,omitempty"`
}

// SideSummary counts one side.
type SideSummary struct {
	Rows        int64 `json:"rows"`        // read
	Keys        int64 `json:"keys"`        // different ones among them
	Repeated    int64 `json:"repeated"`    // rows that were another state of a record, see [Side].Repeats
	Duplicates  int64 `json:"duplicates"`  // keys with more than one record
	Collisions  int64 `json:"collisions"`  // keys that are one only once normalized
	Undecodable int64 `json:"undecodable"` // rows
}

// Clean tells that both sides were compared to the end and nothing was found.
func (s *Summary) Clean() bool {
	finds := s.Missing + s.Extra + s.Different + s.Unjudged
	for _, side := range [...]SideSummary{s.Source, s.Target} {
		finds += side.Duplicates + side.Collisions + side.Undecodable
	}
	return s.Complete && finds == 0
}

func (s *Summary) side(w Which) *SideSummary {
	if w == OnTarget {
		return &s.Target
	}
	return &s.Source
}

// count adds a difference that is handed out.
func (s *Summary) count(d *Difference) {
	switch d.Kind {
	case Missing:
		s.Missing++
	case Extra:
		s.Extra++
	case Different:
		s.Different++
		for _, c := range d.Changes {
			s.Fields[c.Field]++
		}
	case Duplicate:
		s.side(d.Side).Duplicates++
	case Collision:
		s.side(d.Side).Collisions++
	case Undecodable:
		s.side(d.Side).Undecodable++
	}
}
