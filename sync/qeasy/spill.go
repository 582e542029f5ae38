package qeasy

import (
	"bufio"
	"container/heap"
	"encoding/binary"
	"errors"
	"io"
	"iter"
	"os"
	"slices"
	"strings"
)

// spill sorts values by key, and those of one key in the order they came. It holds about
// limit bytes of them in memory, the others in temporary files, which nobody else can read
// and which go with close.
type spill struct {
	dir   string
	limit int

	held  []spilled
	bytes int
	seq   uint64
	files []*os.File
}

// spilled is one value.
type spilled struct {
	key   string
	seq   uint64
	value []byte
}

func (a *spilled) before(b *spilled) bool {
	if c := strings.Compare(a.key, b.key); c != 0 {
		return c < 0
	}
	return a.seq < b.seq
}

// mostSpillFiles is how many files are open; then they are made one.
const mostSpillFiles = 48

func (s *spill) add(key string, value []byte) error {
	s.held = append(s.held, spilled{key, s.seq, value})
	s.seq++
	s.bytes += len(key) + len(value) + 64
	if s.bytes < s.limit {
		return nil
	}
	if err := s.write(s.sorted()); err != nil {
		return err
	}
	s.held, s.bytes = nil, 0
	if len(s.files) < mostSpillFiles {
		return nil
	}
	old := s.files
	err := s.write(merged(old))
	s.files = s.files[len(old):]
	return errors.Join(err, discard(old))
}

func (s *spill) sorted() iter.Seq2[*spilled, error] {
	slices.SortFunc(s.held, func(a, b spilled) int {
		if a.before(&b) {
			return -1
		}
		return 1 // no two share their number
	})
	return func(yield func(*spilled, error) bool) {
		for i := range s.held {
			if !yield(&s.held[i], nil) {
				return
			}
		}
	}
}

// write makes a file of values that are in order.
func (s *spill) write(values iter.Seq2[*spilled, error]) error {
	f, err := os.CreateTemp(s.dir, "duijie-group-*")
	if err != nil {
		return err
	}
	_ = os.Remove(f.Name()) // where the system lets go of open files, a killed process leaves none
	s.files = append(s.files, f)
	w := bufio.NewWriterSize(f, 64<<10)
	var head []byte
	for v, err := range values {
		if err != nil {
			return err
		}
		head = binary.AppendUvarint(head[:0], v.seq)
		head = binary.AppendUvarint(head, uint64(len(v.key)))
		head = binary.AppendUvarint(head, uint64(len(v.value)))
		for _, part := range [][]byte{head, []byte(v.key), v.value} {
			if _, err := w.Write(part); err != nil {
				return err
			}
		}
	}
	return w.Flush()
}

// all yields the values in order. Nothing is added meanwhile or afterwards.
func (s *spill) all() iter.Seq2[*spilled, error] {
	if len(s.files) == 0 {
		return s.sorted()
	}
	return func(yield func(*spilled, error) bool) {
		if len(s.held) > 0 {
			if err := s.write(s.sorted()); err != nil {
				yield(nil, err)
				return
			}
			s.held, s.bytes = nil, 0
		}
		for v, err := range merged(s.files) {
			if !yield(v, err) || err != nil {
				return
			}
		}
	}
}

func (s *spill) close() error {
	err := discard(s.files)
	s.files, s.held = nil, nil
	return err
}

func discard(files []*os.File) error {
	var errs []error
	for _, f := range files {
		errs = append(errs, f.Close())
		if err := os.Remove(f.Name()); err != nil && !errors.Is(err, os.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// spillRun is a file that is read back.
type spillRun struct {
	r    *bufio.Reader
	next *spilled
}

// step reads the next value; nil behind the last.
func (r *spillRun) step() error {
	r.next = nil
	seq, err := binary.ReadUvarint(r.r)
	if errors.Is(err, io.EOF) {
		return nil
	}
	var sizes [2]uint64
	for i := range sizes {
		if err == nil {
			sizes[i], err = binary.ReadUvarint(r.r)
		}
	}
	if err != nil {
		return err
	}
	body := make([]byte, sizes[0]+sizes[1])
	if _, err := io.ReadFull(r.r, body); err != nil {
		return err
	}
	r.next = &spilled{string(body[:sizes[0]]), seq, body[sizes[0]:]}
	return nil
}

type spillRuns []*spillRun

func (h spillRuns) Len() int           { return len(h) }
func (h spillRuns) Less(i, j int) bool { return h[i].next.before(h[j].next) }
func (h spillRuns) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *spillRuns) Push(x any)        { *h = append(*h, x.(*spillRun)) }
func (h *spillRuns) Pop() any {
	last := (*h)[len(*h)-1]
	*h = (*h)[:len(*h)-1]
	return last
}

// merged yields the values of several files in order.
func merged(files []*os.File) iter.Seq2[*spilled, error] {
	return func(yield func(*spilled, error) bool) {
		var runs spillRuns
		for _, f := range files {
			_, err := f.Seek(0, io.SeekStart)
			r := &spillRun{r: bufio.NewReaderSize(f, 32<<10)}
			if err == nil {
				err = r.step()
			}
			if err != nil {
				yield(nil, err)
				return
			}
			if r.next != nil {
				runs = append(runs, r)
			}
		}
		heap.Init(&runs)
		for len(runs) > 0 {
			if !yield(runs[0].next, nil) {
				return
			}
			if err := runs[0].step(); err != nil {
				yield(nil, err)
				return
			}
			if runs[0].next == nil {
				heap.Pop(&runs)
			} else {
				heap.Fix(&runs, 0)
			}
		}
	}
}
