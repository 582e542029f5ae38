package fxiaoke

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"mime"
	"net/http"
	"path"
	"strings"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/transport"
)

type downloadKey struct{}

// download is a file on its way, over all attempts to fetch it.
type download struct {
	to   io.Writer
	size int64 // 0: not known
	most int64
	stop context.CancelCauseFunc

	file DownloadedFile
	sum  hash.Hash // of what was written
	done bool
	err  error // what no repeat can change
}

func newDownload(to io.Writer, size, most int64) *download {
	return &download{to: to, size: size, most: most, sum: sha256.New()}
}

// fileTransport passes files of answers on to the writer of the download that asked, and leaves
// a short answer of success in their place.
type fileTransport struct{ base http.RoundTripper }

// newFileTransport makes the sending side of calls that carry files, and the connections it
// uses unless the user gave some.
func newFileTransport(cfg Config, o duijie.Options, tokens transport.TokenSource) (*transport.Transport, *http.Transport) {
	var own *http.Transport
	var base http.RoundTripper
	if o.HTTPClient != nil {
		base = o.HTTPClient.Transport
	}
	if base == nil {
		own = http.DefaultTransport.(*http.Transport).Clone()
		own.Protocols = new(http.Protocols)
		own.Protocols.SetHTTP1(true)
		own.ForceAttemptHTTP2 = false
		base = own
	}
	o.HTTPClient = &http.Client{Transport: fileTransport{base}}
	o.AttemptTimeout = max(o.AttemptTimeout, fileTimeout)
	return transport.New(transport.Config{
		Platform: platform, Options: o, Retry: retryPolicy(), Tokens: tokens, Secrets: []duijie.Secret{cfg.AppSecret, cfg.PermanentCode},
		Limits: map[string]transport.Limit{"": {PerSecond: 5, Burst: 20, InFlight: 4}},
	}), own
}

// RoundTrip sends one request.
func (t fileTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := t.base.RoundTrip(r)
	d, ok := r.Context().Value(downloadKey{}).(*download)
	if err != nil || !ok {
		return resp, err
	}
	return d.answer(resp)
}

// answer takes the file out of an answer that has one.
func (d *download) answer(resp *http.Response) (*http.Response, error) {
	body := bufio.NewReader(resp.Body)
	if !d.isFile(resp, body) {
		resp.Body = struct {
			io.Reader
			io.Closer
		}{body, resp.Body}
		return resp, nil
	}
	defer func() { _ = resp.Body.Close() }()
	if err := d.take(resp, body); err != nil {
		return nil, err
	}
	const success = `{"errorCode":0}`
	resp.Body, resp.ContentLength = io.NopCloser(strings.NewReader(success)), int64(len(success))
	return resp, nil
}

// isFile looks at the type of the content, as the platform wants it.
func (d *download) isFile(resp *http.Response, body *bufio.Reader) bool {
	if resp.StatusCode != http.StatusOK {
		return false
	}
	kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	switch {
	case kind == "":
		first, _ := body.Peek(1)
		return !bytes.Equal(first, []byte("{")) && !bytes.Equal(first, []byte("<"))
	case strings.HasSuffix(kind, "json"):
		return false
	case kind == "text/html":
		return d.size > 0 && resp.ContentLength == d.size
	}
	return true
}

// take writes what was not written yet.
func (d *download) take(resp *http.Response, body io.Reader) error {
	d.file.ContentType = resp.Header.Get("Content-Type")
	if _, params, err := mime.ParseMediaType(resp.Header.Get("Content-Disposition")); err == nil {
		d.file.Name = path.Base("/" + strings.ReplaceAll(params["filename"], `\`, "/"))
		if d.file.Name == "/" || !validText(d.file.Name) {
			d.file.Name = ""
		}
	}
	switch n := resp.ContentLength; {
	case n > d.most:
		return d.failed(fmt.Errorf("the file has %d bytes, the cap is %d: %w", n, d.most, duijie.ErrBodyTooLarge))
	case n >= 0 && d.size > 0 && n != d.size:
		return d.failed(fmt.Errorf("the file has %d bytes, and should have %d: %w", n, d.size, duijie.ErrMalformedAnswer))
	}
	if err := d.skip(body); err != nil {
		return err
	}
	_, err := io.Copy((*downloadWriter)(d), body)
	switch {
	case d.err != nil:
		return d.err
	case err != nil:
		return err // the connection's: it is asked for again
	case d.size > 0 && d.file.Written != d.size:
		return d.failed(fmt.Errorf("the file has %d bytes, and should have %d: %w", d.file.Written, d.size, duijie.ErrMalformedAnswer))
	}
	d.done = true
	return nil
}

// skip passes over what an earlier attempt wrote, and checks that it is the same.
func (d *download) skip(body io.Reader) error {
	if d.file.Written == 0 {
		return nil
	}
	again := sha256.New()
	if _, err := io.CopyN(again, body, d.file.Written); err != nil && !errors.Is(err, io.EOF) {
		return err
	} else if err != nil || !bytes.Equal(again.Sum(nil), d.sum.Sum(nil)) {
		return d.failed(fmt.Errorf("the file came otherwise when it was asked for again: %w", duijie.ErrMalformedAnswer))
	}
	return nil
}

// failed ends the call.
func (d *download) failed(err error) error {
	d.err = fmt.Errorf("fxiaoke: %s: %w", mediaDownloadPath, err)
	d.stop(d.err)
	return d.err
}

// downloadWriter writes within the cap.
type downloadWriter download

// Write writes, and counts what was written.
func (w *downloadWriter) Write(p []byte) (int, error) {
	d := (*download)(w)
	room := d.most - d.file.Written
	if d.size > 0 {
		room = min(room, d.size-d.file.Written)
	}
	fits := p[:min(int64(len(p)), room)]
	n, err := d.to.Write(fits)
	n = min(max(n, 0), len(fits))
	d.file.Written += int64(n)
	d.sum.Write(fits[:n])
	switch {
	case err == nil && n < len(fits):
		err = io.ErrShortWrite
	case err == nil && len(fits) < len(p) && d.size > 0 && d.file.Written == d.size:
		err = fmt.Errorf("the file has more than the %d bytes it should have: %w", d.size, duijie.ErrMalformedAnswer)
	case err == nil && len(fits) < len(p):
		err = fmt.Errorf("the file has more than %d bytes: %w", d.most, duijie.ErrBodyTooLarge)
	}
	if err != nil {
		return n, d.failed(err)
	}
	return n, nil
}
