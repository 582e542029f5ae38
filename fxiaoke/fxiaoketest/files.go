package fxiaoketest

import (
	"bytes"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	uploadPath    = "/fileupload/"
	mediaUpload   = "/media/upload"
	mediaDownload = "/media/download"
	maxFile       = 104857600
	maxImage      = 5 << 20
	maxDocument   = 20 << 20

	fileMember = "\x00file" // of a reply that is no JSON
)

// leave is what a file server may take: one file of one size.
type leave struct {
	id, trace, name string
	kind            string // N or TN
	size            int64
	stream          bool
	until           time.Time
	used            bool
}

func (l *leave) header() map[string]string {
	return map[string]string{
		"acid": l.id, "resource": l.kind, "ak": "ak" + l.id, "sign": "sg" + l.id, "expiry": strconv.FormatInt(l.until.Unix(), 10),
		"filename": url.PathEscape(l.name), "size": strconv.FormatInt(l.size, 10),
	}
}

// SetFileURL has files go to another address than the server's own, as the platform's file
// server is another host. Serve it with the same Server.
func (s *Server) SetFileURL(base string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fileURL = strings.TrimSuffix(base, "/")
}

// uploadCredential answers where a file goes: to the fake itself.
func (c *call) uploadCredential() (map[string]any, *refusal) {
	if ref := c.prepare(); ref != nil {
		return nil, ref
	}
	size, ok := whole(c.data["fileSize"])
	kind, stream := text(c.data["resourceType"]), text(c.data["isStreamUpload"])
	expire, okExpire := whole(c.data["expireTime"])
	name := text(c.data["filename"])
	if !ok || size <= 0 || size > maxFile || kind != "N" && kind != "TN" || !okExpire || expire < 60 || expire > 604800 ||
		stream != "true" && stream != "false" || name == "" || text(c.data["extension"]) == "" {
		return nil, refuse(32000, "parameter error")
	}
	l := &leave{
		id: c.s.newID(), trace: c.s.trace(), name: name, kind: kind, size: size, stream: stream == "true",
		until: c.s.clock().Add(time.Duration(expire) * time.Second),
	}
	c.s.leaves[l.id] = l
	base := c.s.fileURL
	if base == "" {
		base = "http://" + c.request.Host
	}
	data := map[string]any{"method": http.MethodPost, "url": base + uploadPath + l.id + "/", "digest": "", "contentType": "application/octet-stream"}
	for name, v := range l.header() {
		data[name] = v
	}
	return map[string]any{"data": data, "traceId": l.trace}, nil
}

// receiveFile takes the bytes of a file; its answer has an envelope of its own.
func (s *Server) receiveFile(r *http.Request, raw []byte) reply {
	no := func(code int, why string) reply {
		return reply{"success": false, "code": code, "message": why, "data": nil}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	l := s.leaves[strings.Trim(strings.TrimPrefix(r.URL.Path, uploadPath), "/")]
	if l == nil || r.Method != http.MethodPost {
		return no(404, "no such upload")
	}
	for name, want := range l.header() {
		if r.Header.Get(name) != want {
			return no(403, "签名错误: "+name)
		}
	}
	if kind := r.Header.Get("Content-Type"); l.stream && kind != "application/octet-stream" {
		return no(400, "Content-Type is error")
	} else if !l.stream {
		var err error
		if _, raw, err = formFile(kind, raw, "facishareFile"); err != nil {
			return no(400, err.Error())
		}
	}
	switch {
	case r.URL.Query().Get("linkId") != l.trace || r.URL.Query().Get("traceId") == "":
		return no(400, "linkId is error")
	case s.clock().After(l.until):
		return no(400, "签名已过期")
	case l.used:
		return no(400, "签名已使用")
	case int64(len(raw)) != l.size:
		return no(400, "size is error")
	}
	l.used = true
	path := l.kind + "_202611_28_" + l.id
	s.files[path] = raw
	return reply{"success": true, "code": 200, "message": "OK", "data": path}
}

// formFile takes one part out of a form.
func formFile(contentType string, raw []byte, part string) (name string, file []byte, err error) {
	r := http.Request{Method: http.MethodPost, Header: http.Header{"Content-Type": {contentType}}, Body: io.NopCloser(bytes.NewReader(raw))}
	if err := r.ParseMultipartForm(maxFileBody); err != nil {
		return "", nil, fmt.Errorf("no form: %w", err)
	}
	defer func() { _ = r.MultipartForm.RemoveAll() }()
	f, head, err := r.FormFile(part)
	if err != nil {
		return "", nil, fmt.Errorf("no part %s", part)
	}
	defer func() { _ = f.Close() }()
	file, err = io.ReadAll(f)
	return head.Filename, file, err
}

// File returns the bytes of an uploaded file by its npath.
func (s *Server) File(npath string) ([]byte, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, ok := s.files[npath]
	return b, ok
}

// Media is a file of the older way, which has a mediaId.
type Media struct {
	Name        string
	ContentType string // "" = application/octet-stream
	Data        []byte
}

func (m Media) write(w http.ResponseWriter) {
	kind := m.ContentType
	if kind == "" {
		kind = "application/octet-stream"
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": m.Name}))
	w.Header().Set("Content-Length", strconv.Itoa(len(m.Data)))
	w.WriteHeader(http.StatusOK)
	_, _ = w.Write(m.Data)
}

// AddMedia stores a file and returns its mediaId.
func (s *Server) AddMedia(m Media) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.addMedia(m)
}

func (s *Server) addMedia(m Media) string {
	id := "M_" + s.newID()
	m.Data = slices.Clone(m.Data)
	s.medias[id] = m
	return id
}

// MediaFile returns a file of the older way by its mediaId.
func (s *Server) MediaFile(mediaID string) (Media, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m, ok := s.medias[mediaID]
	return m, ok
}

// queryBody is what the call that uploads has in its address in place of a body.
func queryBody(r *http.Request) Row {
	out := Row{}
	for name, values := range r.URL.Query() {
		out[name] = values[0]
	}
	return out
}

func (c *call) takeMedia() (map[string]any, *refusal) {
	name, data, err := formFile(c.request.Header.Get("Content-Type"), c.raw, "media")
	most := map[string]int{"image": maxImage, "document": maxDocument}[text(c.body["type"])]
	switch {
	case most == 0:
		return nil, refuse(32000, "type is error")
	case err != nil:
		return nil, refuse(32000, "%s", err)
	case len(data) > most:
		return nil, refuse(32000, "the file is too large")
	}
	return map[string]any{"mediaId": c.s.addMedia(Media{Name: name, Data: data})}, nil
}

func (c *call) giveMedia() (map[string]any, *refusal) {
	m, ok := c.s.medias[text(c.body["mediaId"])]
	if !ok {
		return nil, refuse(32000, "mediaId is error")
	}
	return map[string]any{fileMember: m}, nil
}

func (c *call) deleteMedia() (map[string]any, *refusal) {
	id := text(c.body["mediaId"])
	if _, ok := c.s.medias[id]; !ok {
		return nil, refuse(32000, "mediaId is error")
	}
	delete(c.s.medias, id)
	return nil, nil
}
