package mirror

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"slices"
)

// hash stands for a key: the first 16 bytes of its SHA-256. Two keys of one
// hash are as good as impossible; they would keep a row that should go, never
// the other way about.
type hash struct{ hi, lo uint64 }

func hashOf(key string) hash {
	sum := sha256.Sum256([]byte(key))
	return hash{binary.BigEndian.Uint64(sum[:8]), binary.BigEndian.Uint64(sum[8:16])}
}

func (h hash) compare(o hash) int {
	switch {
	case h.hi < o.hi:
		return -1
	case h.hi > o.hi:
		return 1
	}
	return cmp.Compare(h.lo, o.lo)
}

// keySet is a set of keys in some 20 bytes each, however often a key is added.
// It is filled, then sealed, then asked.
type keySet struct{ shards [256]shard }

// shard is a part of the set: first sorted keys, each once, then those that were
// added since.
type shard struct {
	keys   []hash
	sorted int
}

func (s *keySet) add(h hash) {
	part := &s.shards[h.hi>>56]
	if len(part.keys) == cap(part.keys) {
		part.merge(0.25)
	}
	part.keys = append(part.keys, h)
}

// merge sorts a shard and drops doubles, into memory with room for a share more.
func (s *shard) merge(share float64) {
	known, added := s.keys[:s.sorted], s.keys[s.sorted:]
	slices.SortFunc(added, hash.compare)
	added = slices.DeleteFunc(slices.Compact(added), func(h hash) bool { return contains(known, h) })
	n := len(known) + len(added)
	all := make([]hash, 0, n+int(share*float64(n+32)))
	for len(known) > 0 && len(added) > 0 {
		if known[0].compare(added[0]) < 0 {
			all, known = append(all, known[0]), known[1:]
		} else {
			all, added = append(all, added[0]), added[1:]
		}
	}
	s.keys, s.sorted = append(append(all, known...), added...), n
}

func contains(sorted []hash, h hash) bool {
	_, found := slices.BinarySearchFunc(sorted, h, hash.compare)
	return found
}

// seal ends the filling.
func (s *keySet) seal() {
	for i := range s.shards {
		if part := &s.shards[i]; part.sorted < len(part.keys) {
			part.merge(0)
		}
	}
}

// has tells whether a sealed set has a key.
func (s *keySet) has(h hash) bool {
	return contains(s.shards[h.hi>>56].keys, h)
}

// all yields the keys of a sealed set.
func (s *keySet) all(yield func(hash) bool) {
	for i := range s.shards {
		for _, h := range s.shards[i].keys {
			if !yield(h) {
				return
			}
		}
	}
}

// size is the number of keys in a sealed set.
func (s *keySet) size() (n int64) {
	for i := range s.shards {
		n += int64(len(s.shards[i].keys))
	}
	return n
}
