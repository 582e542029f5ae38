package kingdee

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	"sync/atomic"
)

// partReader cuts a stream into parts, one in memory at a time.
type partReader struct {
	from  io.Reader
	free  []byte // the buffer of the part before, once it was sent
	ahead []byte // read beyond the part before
	body  *streamBody
	ended bool
}

// next reads a part, and one byte beyond it: that tells which part is the last.
func (p *partReader) next() (*streamBody, error) {
	buf := p.free
	if p.body != nil && !p.body.idle() {
		buf = nil // its sender may still be reading
	}
	if buf == nil {
		buf = make([]byte, filePart+1)
	}
	n := copy(buf, p.ahead)
	for n < len(buf) && !p.ended {
		got, err := p.from.Read(buf[n:])
		n += got
		if errors.Is(err, io.EOF) {
			p.ended = true
		} else if err != nil {
			return nil, err
		}
	}
	body := &streamBody{data: buf[:min(n, filePart)], last: n <= filePart}
	p.ahead = append(p.ahead[:0], buf[len(body.data):n]...)
	p.free, p.body = buf, body
	return body, nil
}

// streamBody is a request that carries a part of a file. The part becomes base64
// while it is sent, so that it is in memory once.
type streamBody struct {
	data    []byte
	last    bool
	before  []byte
	after   []byte
	readers atomic.Int32 // those that are not closed
}

// frame makes the request around the part: its member SendByte.
func (b *streamBody) frame(positional bool, data uploadData) error {
	const mark = "\x00" // in no text a caller may give: encoded it is not found elsewhere
	whole, err := requestBody(positional, parameter{"data", struct {
		uploadData
		SendByte string
	}{data, mark}})
	if err != nil {
		return err
	}
	text := []byte(`\u0000`)
	if positional {
		text = []byte(`\\u0000`)
	}
	at := bytes.LastIndex(whole, text) // the last member
	b.before, b.after = whole[:at], whole[at+len(text):]
	return nil
}

func (b *streamBody) length() int64 {
	return int64(len(b.before) + base64.StdEncoding.EncodedLen(len(b.data)) + len(b.after))
}

// open begins a reading of the request, for one attempt.
func (b *streamBody) open() io.ReadCloser {
	b.readers.Add(1)
	return &streamReader{
		Reader: io.MultiReader(bytes.NewReader(b.before), &base64Reader{rest: b.data}, bytes.NewReader(b.after)), body: b,
	}
}

// idle: no attempt reads the part any more.
func (b *streamBody) idle() bool { return b.readers.Load() == 0 }

type streamReader struct {
	io.Reader
	body   *streamBody
	closed atomic.Bool
}

// Close lets go of the part.
func (r *streamReader) Close() error {
	if r.closed.CompareAndSwap(false, true) {
		r.body.readers.Add(-1)
	}
	return nil
}

// base64Reader encodes while it is read.
type base64Reader struct {
	rest  []byte
	coded []byte
	buf   [4096]byte
}

// Read gives what was encoded, and encodes more when there is none.
func (r *base64Reader) Read(p []byte) (int, error) {
	if len(r.coded) == 0 {
		if len(r.rest) == 0 {
			return 0, io.EOF
		}
		n := min(len(r.rest), len(r.buf)/4*3)
		base64.StdEncoding.Encode(r.buf[:], r.rest[:n])
		r.coded, r.rest = r.buf[:base64.StdEncoding.EncodedLen(n)], r.rest[n:]
	}
	n := copy(p, r.coded)
	r.coded = r.coded[n:]
	return n, nil
}
