package fxiaoke

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/transport"
	"github.com/duijie-go/duijie/internal/wire"
)

// MaxFileSize is the largest file [Client.UploadFile] takes, 100 MiB.
const MaxFileSize = 104857600

// fileTimeout bounds one attempt to send or fetch a file, if no longer time was asked for: a
// file of 100 MiB passes at 1 Mbit/s.
const fileTimeout = 15 * time.Minute

// FileUpload is a file that is to be stored.
type FileUpload struct {
	Name string // "合同.pdf"; it must have an ending, which tells the type
	// Size is the number of bytes, 1 to [MaxFileSize]. 0 asks the reader, which must be an
	// io.Seeker then: an *os.File, a *bytes.Reader. A reader with more or less is duijie.ErrInvalid,
	// and nothing is stored.
	Size int64
	// Temporary stores it for a while only (resourceType TN).
	Temporary bool
	// Expires is how long the platform's leave to send it holds, 1 min to 7 days; 0 = 1 h.
	Expires time.Duration
}

// StoredFile is a file the platform keeps.
type StoredFile struct {
	Path string // npath, N_… or TN_…: what file fields hold in header mode
	Name string // as it was given
	Ext  string // its ending without the point
	Size int64  // bytes
}

// Attachment is the file as a field of a record holds it: write a list of them.
func (f StoredFile) Attachment() Attachment {
	return Attachment{Name: f.Name, Path: f.Path, Ext: f.Ext, Size: f.Size}
}

// Attachment is one file of a field of type file_attachment or image; such fields are lists.
//
// Path is a mediaId in body mode and an npath in header mode, unless convertMediaId says
// otherwise; an update that writes npaths in body mode must set
// [UpdateRequest.IgnoreMediaIDConvert].
type Attachment struct {
	Name    string `json:"filename"`
	Path    string `json:"path"`
	Ext     string `json:"ext"`     // ending without the point
	Size    int64  `json:"size"`    // bytes
	IsImage bool   `json:"isImage"` // of image fields

	Extra map[string]json.RawMessage `json:"-"` // members without a field, such as name on some pages
}

// MarshalJSON writes the fields that are set, and what Extra has beyond them.
func (a Attachment) MarshalJSON() ([]byte, error) { return encodeObject(a) }

// UnmarshalJSON reads loosely and keeps what has no field.
func (a *Attachment) UnmarshalJSON(b []byte) error { return decodeObject(b, a) }

const credentialPath = "/cgi/crm/v2/generatorFileUploadCredential" //nolint:gosec // a path

// UploadFile stores a file of up to 100 MiB (获取文件上传凭证, 流式上传文件) and returns its npath, for
// fields that hold files. The file is read while it is sent, and not after UploadFile has returned: a
// reader that blocks holds it.
//
// It goes to the file server that the platform names, with a leave for this one file: neither the
// token nor headers of the caller are sent there, it must be https where the platform is, and
// redirects are not followed. When the answer is lost the error matches duijie.ErrOutcomeUnknown;
// uploading it once more is harmless, since no record refers to what may have been stored.
// An upload is repeated by itself only when it surely was not taken, and then the reader must be an
// io.Seeker if something was read of it. An attempt takes 15 min at most, or
// duijie.WithAttemptTimeout where that is longer.
//
// Effect: write. Limit: 100 calls in 20 s, 100 MiB.
func (c *Client) UploadFile(ctx context.Context, file FileUpload, from io.Reader, opts ...duijie.CallOption) (StoredFile, error) {
	const op = "file upload"
	ext, err := fileEnding(op, file.Name)
	if err != nil {
		return StoredFile{}, err
	}
	expires := cmp.Or(file.Expires, time.Hour)
	if expires < time.Minute || expires > 7*24*time.Hour {
		return StoredFile{}, invalid(op, "Expires must be 1 min to 7 days")
	}
	body, err := newFileBody(op, from, file.Size, MaxFileSize)
	if err != nil {
		return StoredFile{}, err
	}
	kind := "N"
	if file.Temporary {
		kind = "TN"
	}
	r, err := newRequest(credentialPath, map[string]any{"data": map[string]any{
		"expireTime": int64(expires / time.Second), "resourceType": kind, "isStreamUpload": true,
		"filename": file.Name, "extension": ext, "fileSize": body.size,
	}})
	if err != nil {
		return StoredFile{}, err
	}
	o := duijie.NewCallOptions(opts...)
	e, err := c.send(ctx, r, o)
	if err != nil {
		return StoredFile{}, err
	}
	leave, err := c.readLeave(e)
	if err != nil {
		return StoredFile{}, err
	}
	o.Header, o.Effect = nil, duijie.EffectDefault
	npath, err := c.sendFile(ctx, leave, body, o)
	if err != nil {
		return StoredFile{}, err
	}
	return StoredFile{Path: npath, Name: file.Name, Ext: ext, Size: body.size}, nil
}

// fileEnding checks a file's name and takes its ending.
func fileEnding(op, name string) (string, error) {
	ext := strings.TrimPrefix(path.Ext(name), ".")
	switch {
	case name == "" || !validText(name) || strings.ContainsAny(name, `/\`):
		return "", invalid(op, "Name is missing, or holds a path or control characters")
	case ext == "":
		return "", invalid(op, "Name has no ending, which the platform wants")
	}
	return ext, nil
}

// leave is the platform's leave to send one file to its file server.
type leave struct {
	url    *url.URL
	header http.Header
	trace  string // of the call that gave it
	hide   func(string) string
}

// leaveMembers are sent as headers of the same name, as they came.
var leaveMembers = []string{"acid", "resource", "ak", "sign", "expiry", "filename", "size", "digest"}

// readLeave reads a leave, and refuses to send a file where it could be read on its way.
func (c *Client) readLeave(e envelope) (leave, error) {
	bad := func(what string) (leave, error) { return leave{}, malformedAnswer(credentialPath, e.traceID, what) }
	m := membersOf(e.data)
	where := scalar(m["url"])
	u, err := url.Parse(where)
	base, baseErr := url.Parse(c.base)
	switch {
	case err != nil || u.Host == "" || u.User != nil || u.Fragment != "" || !headerText(where):
		return bad("the answer names no address to send the file to")
	case u.Scheme != "https" && (baseErr != nil || base.Scheme != "http" || u.Scheme != "http"):
		return bad("the file would be sent without encryption, to " + u.Host)
	case scalar(m["sign"]) == "":
		return bad("the answer holds no signature for the file")
	}
	if method := scalar(m["method"]); method != "" && !strings.EqualFold(method, http.MethodPost) {
		return bad("the file is to be sent by another method than POST")
	}
	l := leave{url: u, header: http.Header{}, trace: e.traceID}
	for _, name := range leaveMembers {
		value := scalar(m[name])
		if name == "filename" && strings.ContainsFunc(value, func(r rune) bool { return r < ' ' || r > '~' }) {
			value = url.PathEscape(value)
		}
		if value == "" {
			continue
		}
		if !headerText(value) {
			return bad("the member " + name + " of the answer can not be sent as a header")
		}
		l.header.Set(name, value)
	}
	query := u.Query()
	query.Set("linkId", e.traceID)
	u.RawQuery = query.Encode()
	l.hide = transport.Blanker(slices.DeleteFunc([]string{scalar(m["sign"]), scalar(m["ak"])}, func(s string) bool { return len(s) < 4 })...)
	return l, nil
}

// sendFile sends a file to the file server, and returns its npath.
func (c *Client) sendFile(ctx context.Context, l leave, body *fileBody, o duijie.CallOptions) (npath string, err error) {
	ctx, body.stop = context.WithCancelCause(ctx)
	defer body.stop(nil)
	trace := ""
	_, err = c.files.Do(ctx, &transport.Call{
		Op: "file upload", Effect: duijie.EffectWrite, NoToken: true, Options: o, Hide: l.hide,
		Sign: func(ctx context.Context, _ transport.Attempt) (*http.Request, error) {
			trace = c.trace()
			u := *l.url
			query := u.Query()
			query.Set("traceId", trace)
			u.RawQuery = query.Encode()
			return body.request(ctx, u.String(), "application/octet-stream", l.header.Clone())
		},
		Judge: func(a *transport.Answer) (v transport.Verdict) {
			npath, v = judgeUpload(trace, a)
			return v
		},
	})
	if failed := body.end(); failed != nil {
		return "", failed
	}
	return npath, finish(err, trace)
}

// request is one attempt to send the file.
func (b *fileBody) request(ctx context.Context, to, kind string, header http.Header) (*http.Request, error) {
	r, err := b.open()
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, to, r)
	if err != nil {
		return nil, fmt.Errorf("fxiaoke: the address of the file server is none: %w", duijie.ErrInvalid)
	}
	req.ContentLength, req.Header = b.length(), header
	req.Header.Set("Content-Type", kind)
	req.Header.Set("Accept", "application/json")
	return req, nil
}

// judgeUpload reads an answer of the file server, whose envelope is another than the gateway's.
func judgeUpload(trace string, a *transport.Answer) (npath string, v verdict) {
	if wire.First(a.Body) != '{' || !json.Valid(a.Body) {
		return "", byStatus(a)
	}
	m := membersOf(a.Body)
	if m["success"] == nil {
		if _, v = judge(anywhere, trace, a); v.Class == duijie.ClassOK {
			v = verdict{Class: duijie.ClassUnavailable, Malformed: true, Message: "the answer does not say whether the file was stored"}
		}
		return "", v
	}
	code := scalar(m["code"])
	v = verdict{Code: code, Message: scalar(m["message"]), RequestID: trace}
	npath = scalar(m["data"])
	stored := scalar(m["success"]) == "true" && code == "200" && a.Status >= 200 && a.Status <= 299
	switch {
	case stored && npath != "":
		return npath, verdict{RequestID: trace}
	case stored || scalar(m["success"]) == "true":
		v.Class, v.Malformed = duijie.ClassUnavailable, true
		v.Message = "the answer says success, and names no file, or not with code 200"
	case code == "429" || a.Status == http.StatusTooManyRequests:
		v.Class = duijie.ClassThrottled
	case strings.HasPrefix(code, "5") && len(code) == 3 || a.Status >= http.StatusInternalServerError:
		v.Class = duijie.ClassUnavailable
	default:
		v.Class, v.Hint = duijie.ClassRefused, hintSupport
	}
	return "", v
}
