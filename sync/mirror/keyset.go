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
	return cmp.Or(cmp.Compare(h.hi, o.hi), cmp.Compare(h.lo, o.lo))
}

// keySet is a set of keys in 16 to 27 bytes each, however often a key is
// added. It is filled, then sealed, then asked.
type keySet struct{ shards [256][]hash }

func (s *keySet) add(h hash) {
	shard := &s.shards[h.hi>>56]
	if len(*shard) == cap(*shard) {
		*shard = grow(compact(*shard))
	}
	*shard = append(*shard, h)
}

// grow makes room where what is left is short: not after many doubles went.
func grow(shard []hash) []hash {
	if n := len(shard); n < cap(shard)*3/4 {
		return shard
	}
	return append(make([]hash, 0, len(shard)*5/4+8), shard...)
}

func compact(shard []hash) []hash {
	slices.SortFunc(shard, hash.compare)
	return slices.Compact(shard)
}

// seal ends the filling.
func (s *keySet) seal() {
	for i := range s.shards {
		s.shards[i] = compact(s.shards[i])
	}
}

// has tells whether a sealed set has a key.
func (s *keySet) has(h hash) bool {
	_, found := slices.BinarySearchFunc(s.shards[h.hi>>56], h, hash.compare)
	return found
}

// size is the number of keys in a sealed set.
func (s *keySet) size() (n int64) {
	for i := range s.shards {
		n += int64(len(s.shards[i]))
	}
	return n
}
