package kingdee

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
)

// Download names a file to be read.
type Download struct {
	FileID string // of the attachment
	Start  int64  // how many bytes to leave out: the Written of a download that stopped
}

// DownloadedFile is what is known of a file that was read.
type DownloadedFile struct {
	FileName string
	Size     int64 // of the whole file, as the server tells; -1 when it does not
	Written  int64 // bytes from the beginning of the file that are written, those left out included
}

type downloadData struct {
	FileID     string `json:"FileId"`
	StartIndex int64
}

// AttachmentDownload reads a file into w (附件下载), in parts of 4 MiB with one part
// in memory. A part is written when it is here completely, so that retries
// write nothing twice.
//
// When it stops early the file is returned beside the error: its Written is
// where to begin again. A server that does not get on is [duijie.ErrNoProgress];
// parts that do not join, or a size other than promised, is
// [duijie.ErrMalformedAnswer].
//
// Effect: read.
func (c *Client) AttachmentDownload(ctx context.Context, file Download, w io.Writer, opts ...duijie.CallOption) (*DownloadedFile, error) {
	if file.FileID == "" || file.Start < 0 || w == nil {
		return nil, fmt.Errorf("kingdee: AttachmentDownload: FileID or the writer is missing, or Start is negative: %w", duijie.ErrInvalid)
	}
	out := &DownloadedFile{Size: -1, Written: file.Start}
	var answers bytes.Buffer
	for {
		last, err := c.downloadPart(ctx, file.FileID, out, w, &answers, opts)
		if err != nil {
			return out, err
		}
		if !last {
			continue
		}
		if out.Size >= 0 && out.Size != out.Written {
			return out, fmt.Errorf("kingdee: AttachmentDownload: the file has %d bytes, the server promised %d: %w", out.Written, out.Size, duijie.ErrMalformedAnswer)
		}
		return out, nil
	}
}

// downloadPart reads and writes the part behind out.Written.
func (c *Client) downloadPart(ctx context.Context, id string, out *DownloadedFile, w io.Writer, into *bytes.Buffer, opts []duijie.CallOption) (last bool, err error) {
	op := operation{service: "AttachmentDownLoad", effect: duijie.EffectRead, shape: fileShape, into: into}
	r, err := c.form(ctx, op, opts, parameter{"data", downloadData{id, out.Written}})
	if err != nil {
		return false, err
	}
	var part struct {
		StartIndex wire.Int // where the next one begins
		IsLast     wire.Bool
		FileSize   *wire.Int
		FileName   wire.Text
	}
	if err := r.members("AttachmentDownload", &part); err != nil {
		return false, err
	}
	out.FileName = string(part.FileName)
	if part.FileSize != nil {
		out.Size = int64(*part.FileSize)
	}
	size, err := writePart(r.file, nil)
	switch {
	case err != nil:
		return false, err
	case bool(part.IsLast):
	case size == 0 || int64(part.StartIndex) <= out.Written:
		return false, fmt.Errorf("kingdee: AttachmentDownload: the next part begins at %d, and so did this one: %w", int64(part.StartIndex), duijie.ErrNoProgress)
	case int64(part.StartIndex) != out.Written+size:
		return false, fmt.Errorf("kingdee: AttachmentDownload: the next part begins at %d, this one ends at %d: %w",
			int64(part.StartIndex), out.Written+size, duijie.ErrMalformedAnswer)
	}
	size, err = writePart(r.file, w)
	out.Written += size
	return bool(part.IsLast), err
}

// writePart decodes a part, a JSON text of base64, into w; nil only measures it.
// The part is decoded a little at a time.
func writePart(raw json.RawMessage, w io.Writer) (int64, error) {
	text := []byte(raw)
	if bytes.IndexByte(raw, '\\') >= 0 || wire.First(raw) != '"' {
		var plain wire.Text // a / may be escaped; null is no bytes
		if err := plain.UnmarshalJSON(raw); err != nil {
			return 0, fmt.Errorf("kingdee: AttachmentDownload: FilePart is no text: %w", duijie.ErrMalformedAnswer)
		}
		text = []byte(plain)
	} else {
		text = bytes.Trim(text, `"`)
	}
	from := &sourceReader{Reader: base64.NewDecoder(base64.StdEncoding, bytes.NewReader(text))}
	if w == nil {
		w = io.Discard
	}
	n, err := io.Copy(w, from)
	if from.err != nil {
		return n, fmt.Errorf("kingdee: AttachmentDownload: FilePart is not base64: %w: %w", from.err, duijie.ErrMalformedAnswer)
	}
	return n, err
}

// sourceReader remembers the error of reading, to tell it from one of writing.
type sourceReader struct {
	io.Reader
	err error
}

// Read reads on.
func (s *sourceReader) Read(p []byte) (int, error) {
	n, err := s.Reader.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		s.err = err
	}
	return n, err
}

// cutMember takes a member of Result out of an answer, before anything is
// decoded of it: both share the answer's memory. An answer without it stays as
// it is.
func cutMember(body []byte, name string) (rest []byte, cut json.RawMessage) {
	if wire.First(body) != '{' || !json.Valid(body) {
		return body, nil
	}
	for outer := range wire.Walk(body) {
		if string(outer.Key) != "Result" {
			continue
		}
		for m := range wire.Walk(outer.Value) {
			if string(m.Key) == name && wire.First(m.Value) == '"' {
				at := offset(body, m.Value)
				rest = append(rest, body[:at]...)
				rest = append(rest, `""`...)
				return append(rest, body[at+len(m.Value):]...), m.Value
			}
		}
	}
	return body, nil
}

// offset is where part, a slice of whole, begins in it.
func offset(whole, part []byte) int { return cap(whole) - cap(part) }
