package reconcile

import (
	"bytes"
	"errors"
	"io"
)

// merged reads several runs as one: a heap of runs, the one with the smallest
// key on top; of equal keys the older run's.
type merged struct {
	heap []*source
	used bool // the top's block was given out
}

// source is a run in the heap.
type source struct {
	r     *runReader
	order int
	block []byte
	key   []byte
}

func openMerged(runs []run, buffer int) (blocks, error) {
	m := &merged{}
	for i, r := range runs {
		section := io.NewSectionReader(r.file, r.off, r.size)
		s := &source{r: newRunReader(section, r.size, buffer), order: i}
		switch more, err := s.advance(); {
		case err != nil:
			return nil, err
		case more:
			m.heap = append(m.heap, s)
		}
	}
	for i := len(m.heap)/2 - 1; i >= 0; i-- {
		m.down(i)
	}
	return m, nil
}

func (s *source) advance() (more bool, err error) {
	s.block, err = s.r.next()
	if errors.Is(err, io.EOF) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	s.key = keyOf(s.block)
	return true, nil
}

func (m *merged) next() ([]byte, error) {
	if m.used {
		m.used = false
		more, err := m.heap[0].advance()
		if err != nil {
			return nil, err
		}
		if !more {
			last := len(m.heap) - 1
			m.heap[0] = m.heap[last]
			m.heap = m.heap[:last]
		}
		m.down(0)
	}
	if len(m.heap) == 0 {
		return nil, io.EOF
	}
	m.used = true
	return m.heap[0].block, nil
}

func (m *merged) less(i, j int) bool {
	a, b := m.heap[i], m.heap[j]
	c := bytes.Compare(a.key, b.key)
	return c < 0 || c == 0 && a.order < b.order
}

func (m *merged) down(i int) {
	for {
		least := i
		for _, child := range [...]int{2*i + 1, 2*i + 2} {
			if child < len(m.heap) && m.less(child, least) {
				least = child
			}
		}
		if least == i {
			return
		}
		m.heap[i], m.heap[least] = m.heap[least], m.heap[i]
		i = least
	}
}
