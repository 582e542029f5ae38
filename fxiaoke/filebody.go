package fxiaoke

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/duijie-go/duijie"
)

// fileBody is the request of an upload: a file, and what stands around it. It is read
// while it is sent, and is in memory nowhere.
type fileBody struct {
	before, after []byte
	size          int64 // of the file
	stop          context.CancelCauseFunc

	mu    sync.Mutex // held while the file is read, so that two attempts never read it together
	from  io.Reader
	seek  io.Seeker // nil: the file can be read once
	start int64     // where it begins in seek
	read  bool      // something was read of it
	turn  int       // the attempt that may read
	err   error     // why the file could not be read
}

// newFileBody finds out how large the file is. size is what the caller says, 0 for nothing.
func newFileBody(op string, from io.Reader, size, most int64) (*fileBody, error) {
	if from == nil {
		return nil, invalid(op, "there is no reader")
	}
	b := &fileBody{from: from, size: size}
	if s, ok := from.(io.Seeker); ok {
		if at, err := s.Seek(0, io.SeekCurrent); err == nil { // a pipe is a file that can not
			end, err := s.Seek(0, io.SeekEnd)
			if err == nil {
				_, err = s.Seek(at, io.SeekStart)
			}
			if err != nil {
				return nil, fmt.Errorf("fxiaoke: %s: read the file: %w", op, err)
			}
			b.seek, b.start = s, at
			if size == 0 {
				b.size = end - at
			}
		}
	}
	switch {
	case b.size < 0, b.size == 0 && b.seek == nil:
		return nil, invalid(op, "Size is missing, and the reader can not tell it")
	case b.size == 0:
		return nil, invalid(op, "the file is empty")
	case b.size > most:
		return nil, invalid(op, fmt.Sprintf("the file has %d bytes, the platform takes %d", b.size, most))
	}
	return b, nil
}

func (b *fileBody) length() int64 { return int64(len(b.before)) + b.size + int64(len(b.after)) }

// open begins a reading of the request, for one attempt. An earlier one reads no more.
func (b *fileBody) open() (io.ReadCloser, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.turn++
	if b.read {
		if b.seek == nil {
			return nil, fmt.Errorf("fxiaoke: the upload must be repeated, and its reader can not: give an io.Seeker: %w", duijie.ErrUnavailable)
		}
		if _, err := b.seek.Seek(b.start, io.SeekStart); err != nil {
			return nil, b.failed(err)
		}
		b.read = false
	}
	file := &fileReader{body: b, turn: b.turn, left: b.size}
	return io.NopCloser(io.MultiReader(bytes.NewReader(b.before), file, bytes.NewReader(b.after))), nil
}

// end lets go of the file: a connection that still sends gets no more of it. It tells why
// the file could not be read.
func (b *fileBody) end() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.turn++
	return b.err
}

// failed ends the call: what is wrong with the file is so for each repeat.
func (b *fileBody) failed(err error) error {
	b.err = fmt.Errorf("fxiaoke: read the file: %w", err)
	if b.stop != nil {
		b.stop(b.err)
	}
	return b.err
}

var errOver = errors.New("the attempt is over")

type fileReader struct {
	body *fileBody
	turn int
	left int64
}

// Read reads the file. The last bytes are given only when it is known that none
// follow, so that a file of another size than was said never arrives whole.
func (r *fileReader) Read(p []byte) (int, error) {
	b := r.body
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case r.turn != b.turn:
		return 0, errOver
	case b.err != nil:
		return 0, b.err
	case r.left == 0:
		return 0, io.EOF
	}
	b.read = true
	n, err := b.from.Read(p[:min(int64(len(p)), r.left)])
	r.left -= int64(n)
	switch {
	case err != nil && !errors.Is(err, io.EOF):
		return 0, b.failed(err)
	case err != nil && r.left > 0:
		return 0, b.failed(fmt.Errorf("it has %d bytes less than Size: %w", r.left, duijie.ErrInvalid))
	case err == nil && r.left == 0:
		var one [1]byte
		if more, err := io.ReadFull(b.from, one[:]); more > 0 {
			return 0, b.failed(fmt.Errorf("it has more than the %d bytes of Size: %w", b.size, duijie.ErrInvalid))
		} else if !errors.Is(err, io.EOF) {
			return 0, b.failed(err)
		}
	}
	return n, nil
}
