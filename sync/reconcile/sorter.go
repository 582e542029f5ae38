package reconcile

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"io"
	"slices"
)

// blocks yields stored rows in order of key; rows of equal keys in the order in
// which they were read. io.EOF ends it. A block is valid until the next call.
type blocks interface {
	next() ([]byte, error)
}

const (
	chunkMax  = 256 << 10 // memory is taken in chunks, so that little input takes little
	bufferMax = 64 << 10  // of one open run
	fanInMax  = 64        // runs merged at a time
	entrySize = 16
)

// sorter collects rows in memory up to its budget, sorts them, and puts them
// into a run on disk when there are more.
type sorter struct {
	disk   *disk
	budget int
	chunk  int // size of a chunk
	buffer int // of a file

	chunks [][]byte // length is what is used
	at     int      // the one being filled
	held   int      // bytes of all chunks
	index  []entry
	most   int // the longest block
	file   *spillFile
	runs   []run
}

// entry refers to a block. Where prefixes are equal, keys tell; where keys are,
// places do: chunks are filled in order.
type entry struct {
	prefix     uint64 // first 8 bytes of the key
	chunk, off uint32
}

func newSorter(d *disk, budget int) *sorter {
	return &sorter{
		disk: d, budget: budget,
		chunk: min(max(budget/16, 64), chunkMax), buffer: min(max(budget/32, 512), bufferMax),
	}
}

// add takes a copy of the block.
func (s *sorter) add(block []byte) error {
	need := len(block) + binary.MaxVarintLen32
	if !s.makeRoom(need) {
		if err := s.spill(); err != nil {
			return err
		}
		s.makeRoom(need)
	}
	s.most = max(s.most, len(block))
	c := s.chunks[s.at]
	s.index = append(s.index, entry{prefix: prefixOf(keyOf(block)), chunk: uint32(s.at), off: uint32(len(c))}) //nolint:gosec // G115: chunks are small
	s.chunks[s.at] = appendText(c, block)
	return nil
}

// makeRoom finds room for need bytes and an entry, without exceeding the budget
// unless there is nothing else in memory.
func (s *sorter) makeRoom(need int) bool {
	entries, grow := cap(s.index)*entrySize, 0
	if len(s.index) == cap(s.index) {
		grow = max(len(s.index)/2, 4)
		entries += grow * entrySize
	}
	if len(s.index) > 0 && s.held+entries > s.budget {
		return false
	}
	s.index = slices.Grow(s.index, grow)
	for ; s.at < len(s.chunks); s.at++ {
		if cap(s.chunks[s.at])-len(s.chunks[s.at]) >= need {
			return true
		}
	}
	size := max(s.chunk, need)
	if len(s.index) > 0 && s.held+size+entries > s.budget {
		s.at = len(s.chunks) - 1
		return false
	}
	s.chunks = append(s.chunks, make([]byte, 0, size))
	s.held += size
	return true
}

func prefixOf(key []byte) uint64 {
	if len(key) >= 8 {
		return binary.BigEndian.Uint64(key)
	}
	var p [8]byte
	copy(p[:], key)
	return binary.BigEndian.Uint64(p[:])
}

func (s *sorter) block(e entry) []byte {
	b, _, _ := cutText(s.chunks[e.chunk][e.off:])
	return b
}

func (s *sorter) sort() {
	slices.SortFunc(s.index, func(a, b entry) int {
		if a.prefix != b.prefix {
			return cmp.Compare(a.prefix, b.prefix)
		}
		if c := bytes.Compare(keyOf(s.block(a)), keyOf(s.block(b))); c != 0 {
			return c
		}
		return cmp.Or(cmp.Compare(a.chunk, b.chunk), cmp.Compare(a.off, b.off))
	})
}

// spill puts what is in memory into a run and makes the memory free again.
func (s *sorter) spill() error {
	s.sort()
	if s.file == nil {
		var err error
		if s.file, err = s.disk.create(); err != nil {
			return err
		}
	}
	w := newRunWriter(s.disk, s.file, s.buffer)
	for _, e := range s.index {
		if err := w.add(s.block(e)); err != nil {
			return err
		}
	}
	r, err := w.finish()
	if err != nil {
		return err
	}
	s.runs = append(s.runs, r)
	s.index, s.at = s.index[:0], 0
	keep := s.chunks[:0]
	for _, c := range s.chunks {
		if cap(c) <= s.chunk { // not one made for a long row
			keep = append(keep, c[:0])
		}
	}
	clear(s.chunks[len(keep):])
	s.chunks, s.held = keep, len(keep)*s.chunk
	return nil
}

// sorted returns all that was added, in order. Nothing can be added any more.
func (s *sorter) sorted(stop func() error) (blocks, error) {
	if len(s.runs) == 0 {
		s.sort()
		return &memoryBlocks{s: s}, nil
	}
	if len(s.index) > 0 {
		if err := s.spill(); err != nil {
			return nil, err
		}
	}
	s.chunks, s.index = nil, nil
	fanIn := min(max(s.budget/(s.buffer+s.most), 2), fanInMax)
	for len(s.runs) > fanIn {
		if err := s.pass(fanIn, stop); err != nil {
			return nil, err
		}
	}
	return openMerged(s.runs, s.buffer)
}

// pass makes one run of every fanIn, in a new file.
func (s *sorter) pass(fanIn int, stop func() error) error {
	to, err := s.disk.create()
	if err != nil {
		return err
	}
	var merged []run
	for group := range slices.Chunk(s.runs, fanIn) {
		r, err := s.merge(group, to, stop)
		if err != nil {
			return err
		}
		merged = append(merged, r)
	}
	old := s.file
	s.file, s.runs = to, merged
	return s.disk.drop(old)
}

// merge makes one run of several.
func (s *sorter) merge(group []run, to *spillFile, stop func() error) (run, error) {
	in, err := openMerged(group, s.buffer)
	if err != nil {
		return run{}, err
	}
	w := newRunWriter(s.disk, to, s.buffer)
	for {
		block, err := in.next()
		if errors.Is(err, io.EOF) {
			return w.finish()
		}
		if err == nil {
			err = stop()
		}
		if err == nil {
			err = w.add(block)
		}
		if err != nil {
			return run{}, err
		}
	}
}

// memoryBlocks are rows that never left memory.
type memoryBlocks struct {
	s *sorter
	i int
}

func (m *memoryBlocks) next() ([]byte, error) {
	if m.i == len(m.s.index) {
		return nil, io.EOF
	}
	m.i++
	return m.s.block(m.s.index[m.i-1]), nil
}
