package paging

import (
	"encoding/binary"
	"fmt"
	"hash/maphash"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// rowID stands for a key: 128 bits, so that two keys never share one.
type rowID [16]byte

// met is the newest state of a row, and the pass it was met in last.
type met struct {
	state   uint64 // hash of the state met last
	version int64  // newest version met
	pass    int32
}

// seen is what is kept of the rows of one reading: 32 bytes for each, whatever
// its size, and what a map adds.
type seen[T any] struct {
	rows  map[rowID]met
	a, b  maphash.Seed
	state func(duijiesync.Record[T]) string
	limit int
}

func newSeen[T any](state func(duijiesync.Record[T]) string, limit int) *seen[T] {
	return &seen[T]{rows: map[rowID]met{}, a: maphash.MakeSeed(), b: maphash.MakeSeed(), state: state, limit: limit}
}

// pass counts what one walk over the list met.
type pass struct {
	no       int32
	distinct int64  // rows met
	again    int64  // of those, met in the pass before in the same state
	twice    string // key of a row met twice, "" for none
	rows     int64  // rows read, those met twice too
}

// take notes the rows of a page and returns those that are new, or newer than
// when they were met before.
func (s *seen[T]) take(p *pass, records []duijiesync.Record[T]) ([]duijiesync.Record[T], error) {
	fresh := make([]duijiesync.Record[T], 0, len(records))
	for _, r := range records {
		if err := keyed(&r); err != nil {
			return nil, err
		}
		state, err := s.stateOf(r)
		if err != nil {
			return nil, err
		}
		id := s.id(r.Key)
		before, known := s.rows[id]
		p.rows++
		switch {
		case known && before.pass == p.no:
			p.twice = r.Key
		default:
			p.distinct++
			if known && before.pass == p.no-1 && before.state == state {
				p.again++
			}
		}
		if !known || state != before.state && r.Version >= before.version {
			fresh = append(fresh, r)
		}
		s.rows[id] = met{state: state, version: max(r.Version, before.version), pass: p.no}
	}
	if len(s.rows) > s.limit {
		return nil, fmt.Errorf("more than %d rows: narrow the list, or raise MaxRows at 60 bytes of memory a row: %w", s.limit, ErrTooMany)
	}
	return fresh, nil
}

func (s *seen[T]) id(key string) (id rowID) {
	binary.LittleEndian.PutUint64(id[:8], maphash.String(s.a, key))
	binary.LittleEndian.PutUint64(id[8:], maphash.String(s.b, key))
	return id
}

// stateOf is the hash of a row's version and contents.
func (s *seen[T]) stateOf(r duijiesync.Record[T]) (uint64, error) {
	var h maphash.Hash
	h.SetSeed(s.a)
	if s.state != nil {
		_, _ = h.WriteString(s.state(r))
		return h.Sum64(), nil
	}
	var version [8]byte
	binary.LittleEndian.PutUint64(version[:], uint64(r.Version)) //nolint:gosec // a hash of its bits
	_, _ = h.Write(version[:])
	body, err := item(r)
	_, _ = h.Write(body)
	return h.Sum64(), err
}

// pageSum stands for the rows of a page in their order, to find a list that
// ignores the page number.
func (s *seen[T]) pageSum(records []duijiesync.Record[T]) uint64 {
	var h maphash.Hash
	h.SetSeed(s.b)
	for _, r := range records {
		_, _ = h.WriteString(r.Key)
		_ = h.WriteByte(0)
		_, _ = h.Write(r.Raw)
	}
	return h.Sum64()
}
