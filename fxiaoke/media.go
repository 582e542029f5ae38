package fxiaoke

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/transport"
)

// The largest files of the older way, which names files by a mediaId.
const (
	MaxImageSize    = 5 << 20  // of an image, 5 MiB
	MaxDocumentSize = 20 << 20 // of any other file, 20 MiB
)

const (
	mediaUploadPath   = "/media/upload"
	mediaDownloadPath = "/media/download"
)

// MediaUpload is a file that is to be stored in the older way.
type MediaUpload struct {
	Name string // "合同.pdf", with an ending
	// Size is as in [FileUpload], up to [MaxDocumentSize], or [MaxImageSize] for an image.
	Size  int64
	Image bool // an image (type image), else a document
}

// UploadMedia stores a file in the older way (上传媒体文件) and returns its mediaId, which file
// fields hold in body mode. For larger files, and for npaths, see [Client.UploadFile].
//
// The platform takes the token in the address of this call in body mode; it is in no error and no
// log. Reading, repeats and a lost answer are as for [Client.UploadFile].
//
// Effect: write. Limit: images 5 MiB, documents 20 MiB; 100 calls in 20 s.
func (c *Client) UploadMedia(ctx context.Context, file MediaUpload, from io.Reader, opts ...duijie.CallOption) (mediaID string, err error) {
	kind, most := "document", int64(MaxDocumentSize)
	if file.Image {
		kind, most = "image", MaxImageSize
	}
	if _, err := fileEnding(mediaUploadPath, file.Name); err != nil {
		return "", err
	}
	body, err := newFileBody(mediaUploadPath, from, file.Size, most)
	if err != nil {
		return "", err
	}
	contentType, err := body.frame("media", file.Name)
	if err != nil {
		return "", err
	}
	ctx, body.stop = context.WithCancelCause(ctx)
	defer body.stop(nil)
	r := &request{
		op: &Operation{Path: mediaUploadPath, Effect: duijie.EffectWrite}, via: c.files,
		build: func(ctx context.Context, trace string, a transport.Attempt) (*http.Request, error) {
			return c.mediaRequest(ctx, kind, contentType, trace, a, body)
		},
	}
	o := duijie.NewCallOptions(opts...)
	o.Effect = duijie.EffectWrite
	e, err := c.send(ctx, r, o)
	if failed := body.end(); failed != nil {
		return "", failed
	}
	if err != nil {
		return "", err
	}
	if mediaID = scalar(memberOf(e.body, "mediaId")); mediaID == "" {
		mediaID = scalar(memberOf(e.data, "mediaId"))
	}
	if mediaID == "" {
		return "", &duijie.APIError{
			Platform: platform, Op: mediaUploadPath, Class: duijie.ClassUnavailable, StatusCode: 200, Attempts: 1, OutcomeUnknown: true,
			RequestID: e.traceID, Err: duijie.ErrMalformedAnswer, Message: "the answer to the upload holds no mediaId",
		}
	}
	return mediaID, nil
}

// frame makes a form of one part around the file.
func (b *fileBody) frame(part, name string) (contentType string, err error) {
	var buf bytes.Buffer
	w := multipart.NewWriter(&buf)
	if _, err := w.CreateFormFile(part, name); err != nil {
		return "", fmt.Errorf("fxiaoke: %w", err)
	}
	b.before = bytes.Clone(buf.Bytes())
	buf.Reset()
	if err := w.Close(); err != nil {
		return "", fmt.Errorf("fxiaoke: %w", err)
	}
	b.after = buf.Bytes()
	return w.FormDataContentType(), nil
}

// mediaRequest is one attempt of an upload: credentials are in the address or the headers, since
// the body is a form.
func (c *Client) mediaRequest(ctx context.Context, kind, contentType, trace string, a transport.Attempt, body *fileBody) (*http.Request, error) {
	if err := c.bookCall(ctx, mediaUploadPath); err != nil {
		return nil, err
	}
	s, err := readSession(a.Token)
	if err != nil {
		return nil, err
	}
	query, header := url.Values{"type": {kind}, "thirdTraceId": {trace}}, http.Header{}
	if c.cfg.mode() == ModeHeader {
		c.setHeaders(header, s, c.cfg.OpenUserID)
	} else {
		query.Set("corpAccessToken", s.Token)
		query.Set("corpId", s.CorpID)
	}
	return body.request(ctx, c.base+mediaUploadPath+"?"+query.Encode(), contentType, header)
}

// DeleteMedia deletes a file by its mediaId (删除媒体文件).
// Effect: idempotent. Limit: 100 calls in 20 s.
func (c *Client) DeleteMedia(ctx context.Context, mediaID string, opts ...duijie.CallOption) error {
	if mediaID == "" {
		return invalid("/media/delete", "the mediaId is missing")
	}
	return c.Call(ctx, "/media/delete", map[string]any{"mediaId": mediaID}, nil, opts...)
}

// MediaDownload is a file that is to be fetched.
type MediaDownload struct {
	MediaID string
	// Size is the number of bytes the file has, as a record tells it; 0 where it is not known. A file of
	// another size is duijie.ErrMalformedAnswer.
	Size int64
	// MaxSize is the largest file that is taken; 0 = [MaxFileSize]. A larger one is
	// duijie.ErrBodyTooLarge, known before anything is written where the platform tells the length.
	MaxSize int64
}

// DownloadedFile is a file that was fetched.
type DownloadedFile struct {
	Written     int64  // bytes written, also with an error
	ContentType string // as the platform has it
	Name        string // as the platform has it, without a path; "" where it gives none
}

// DownloadMedia fetches a file by its mediaId (下载媒体文件) and writes it to a writer while it comes.
// Files with an npath only can not be fetched: no call for them is documented.
//
// A download that breaks off is repeated and goes on where it broke off, once what comes again
// was found to be the same. Redirects are not followed. An answer of JSON or HTML is a failure and no
// file; only an HTML file of just the Size that was said is taken. An attempt takes as long as
// for [Client.UploadFile].
//
// Effect: read. Limit: 100 calls in 20 s.
func (c *Client) DownloadMedia(ctx context.Context, file MediaDownload, to io.Writer, opts ...duijie.CallOption) (DownloadedFile, error) {
	most := file.MaxSize
	if most == 0 {
		most = MaxFileSize
	}
	if file.MediaID == "" || to == nil || file.Size < 0 || most < 0 {
		return DownloadedFile{}, invalid(mediaDownloadPath, "MediaID or the writer is missing, or a size is below 0")
	}
	r, err := newRequest(mediaDownloadPath, map[string]any{"mediaId": file.MediaID})
	if err != nil {
		return DownloadedFile{}, err
	}
	d := newDownload(to, file.Size, most)
	r.op, r.via = &Operation{Path: mediaDownloadPath, Effect: duijie.EffectRead}, c.files
	r.build = func(ctx context.Context, trace string, a transport.Attempt) (*http.Request, error) {
		req, err := c.request(ctx, r, trace, a)
		if err == nil {
			req.Header.Set("Accept", "*/*")
		}
		return req, err
	}
	ctx, d.stop = context.WithCancelCause(context.WithValue(ctx, downloadKey{}, d))
	defer d.stop(nil)
	o := duijie.NewCallOptions(opts...)
	o.Effect = duijie.EffectRead
	e, err := c.send(ctx, r, o)
	switch {
	case d.err != nil:
		err = d.err
	case err == nil && !d.done:
		err = malformedAnswer(mediaDownloadPath, e.traceID, "the answer is no file")
	}
	return d.file, err
}
