package fxiaoke

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/fxiaoke/fxiaoketest"
)

const (
	fileOp     = "/fileupload"
	uploadOp   = mediaUploadPath
	downloadOp = mediaDownloadPath
)

// headerClient calls a fake in header mode.
func headerClient(t *testing.T, s *fxiaoketest.Server, opts ...duijie.Option) *Client {
	t.Helper()
	return clientOf(t, Config{
		BaseURL: s.URL(), AppID: s.AppID(), AppSecret: duijie.NewSecret(s.AppSecret()), PermanentCode: duijie.NewSecret(s.PermanentCode()), OpenUserID: s.EmployeeID(),
	}, opts...)
}

// unseekable hides what a reader can beside reading.
type unseekable struct{ io.Reader }

// A file goes to the file server with its leave alone: no token, no header of the caller, and
// comes there as it is.
func TestUploadFile(t *testing.T) {
	t.Parallel()
	s := fxiaoketest.NewServer(fxiaoketest.WithRate(0))
	away := httptest.NewServer(s)
	t.Cleanup(away.Close)
	s.SetFileURL(away.URL)
	body, header := fakeOf(t, s), headerClient(t, s)
	file := bytes.Repeat([]byte("合同\x00\xff"), 50_000)
	disk := filepath.Join(t.TempDir(), "f")
	require.NoError(t, os.WriteFile(disk, append([]byte("head"), file...), 0o600))
	opened, err := os.Open(disk)
	require.NoError(t, err)
	t.Cleanup(func() { _ = opened.Close() })
	_, err = opened.Seek(4, io.SeekStart) // it is sent from where it stands
	require.NoError(t, err)
	for _, c := range []*Client{body, header} {
		for _, from := range []io.Reader{bytes.NewReader(file), unseekable{bytes.NewReader(file)}, opened} {
			got, err := c.UploadFile(t.Context(), FileUpload{Name: `合同 "1".pdf`, Size: int64(len(file)), Temporary: c == header}, from, duijie.WithHeader("X-Mine", "secret"))
			require.NoError(t, err)
			require.Equal(t, StoredFile{Path: got.Path, Name: `合同 "1".pdf`, Ext: "pdf", Size: int64(len(file))}, got)
			require.Equal(t, c == header, strings.HasPrefix(got.Path, "TN_"))
			kept, ok := s.File(got.Path)
			require.True(t, ok)
			require.True(t, bytes.Equal(file, kept))
			_, _ = opened.Seek(4, io.SeekStart)
		}
	}
	require.Equal(t, 6, s.Count(fileOp))
	tokens := s.Tokens()
	for _, call := range s.Calls() {
		if call.Op != fileOp {
			continue
		}
		all := fmt.Sprint(call.Head, call.Query)
		for _, secret := range append(tokens, "secret", s.AppSecret(), s.OpenUserID()) {
			require.NotContains(t, all, secret)
		}
	}
	out, err := duijieJSON(StoredFile{Path: "N_1", Name: "a.pdf", Ext: "pdf", Size: 5}.Attachment())
	require.NoError(t, err)
	require.JSONEq(t, `{"filename":"a.pdf","path":"N_1","ext":"pdf","size":5}`, out)
	var back Attachment
	require.NoError(t, back.UnmarshalJSON([]byte(`{"name":"b","path":"N_2","size":"7","isImage":true}`)))
	require.Equal(t, [3]any{"N_2", int64(7), true}, [3]any{back.Path, back.Size, back.IsImage})
	require.Equal(t, `"b"`, string(back.Extra["name"]))
}

func duijieJSON(v interface{ MarshalJSON() ([]byte, error) }) (string, error) {
	b, err := v.MarshalJSON()
	return string(b), err
}

// What can not be stored is refused before the platform is asked, and a file of another size than
// was said never arrives whole.
func TestUploadsAreChecked(t *testing.T) {
	t.Parallel()
	s := fxiaoketest.NewServer(fxiaoketest.WithRate(0))
	c := fakeOf(t, s)
	_, err := c.Token(t.Context())
	require.NoError(t, err)
	calls := s.Count("")
	for name, f := range map[string]struct {
		file FileUpload
		from io.Reader
	}{
		"no name":   {FileUpload{}, strings.NewReader("x")},
		"a path":    {FileUpload{Name: "../a.pdf"}, strings.NewReader("x")},
		"no ending": {FileUpload{Name: "a"}, strings.NewReader("x")},
		"newline":   {FileUpload{Name: "a\n.pdf"}, strings.NewReader("x")},
		"no reader": {FileUpload{Name: "a.pdf"}, nil},
		"empty":     {FileUpload{Name: "a.pdf"}, strings.NewReader("")},
		"no size":   {FileUpload{Name: "a.pdf"}, unseekable{strings.NewReader("x")}},
		"too large": {FileUpload{Name: "a.pdf", Size: MaxFileSize + 1}, unseekable{zeros{}}},
		"expires":   {FileUpload{Name: "a.pdf", Expires: time.Second}, strings.NewReader("x")},
	} {
		_, err := c.UploadFile(t.Context(), f.file, f.from)
		require.ErrorIs(t, err, duijie.ErrInvalid, name)
	}
	for image, most := range map[bool]int64{true: MaxImageSize, false: MaxDocumentSize} {
		_, err := c.UploadMedia(t.Context(), MediaUpload{Name: "a.png", Size: most + 1, Image: image}, unseekable{zeros{}})
		require.ErrorIs(t, err, duijie.ErrInvalid)
	}
	require.Equal(t, calls, s.Count(""), "nothing is asked for")

	broken := errors.New("disk gone")
	for name, f := range map[string]struct {
		from io.Reader
		err  error
	}{
		"shorter": {unseekable{strings.NewReader("1234")}, duijie.ErrInvalid},
		"longer":  {unseekable{strings.NewReader("123456")}, duijie.ErrInvalid},
		"breaks":  {io.MultiReader(strings.NewReader("12"), readerFunc(func([]byte) (int, error) { return 0, broken })), broken},
	} {
		before := s.Count(uploadOp) + s.Count(fileOp)
		_, err := c.UploadFile(t.Context(), FileUpload{Name: "a.pdf", Size: 5}, f.from)
		require.ErrorIs(t, err, f.err, name)
		require.NotErrorIs(t, err, duijie.ErrOutcomeUnknown, name)
		require.LessOrEqual(t, s.Count(uploadOp)+s.Count(fileOp), before+1, name)
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// An upload is repeated only where it surely was not taken; a lost answer is told as one, and
// no secret is in any error or log.
func TestUploadFaults(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		kind   fxiaoketest.FaultKind
		want   error // nil: it goes through
		stored int
	}{
		{fxiaoketest.CutAfter, duijie.ErrOutcomeUnknown, 1},
		{fxiaoketest.Cut, duijie.ErrOutcomeUnknown, 0},
		{fxiaoketest.UnavailableAfter, duijie.ErrOutcomeUnknown, 1},
		{fxiaoketest.TruncateAfter, duijie.ErrOutcomeUnknown, 1},
		{fxiaoketest.GarbageAfter, duijie.ErrOutcomeUnknown, 1},
		{fxiaoketest.HTML, duijie.ErrOutcomeUnknown, 0},
		{fxiaoketest.TooManyRequests, nil, 1},
		{fxiaoketest.Throttle, nil, 1},
		{fxiaoketest.RedirectAway, duijie.ErrRedirected, 0},
	} {
		t.Run(string(test.kind), func(t *testing.T) {
			t.Parallel()
			s := fxiaoketest.NewServer(fxiaoketest.WithRate(0))
			var log syncBuffer
			c := fakeOf(t, s, duijie.WithLogger(slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))))
			for _, op := range []string{fileOp, uploadOp} {
				s.Inject(fxiaoketest.Fault{Op: op, Kind: test.kind})
				send := func() (string, error) {
					if op == fileOp {
						got, err := c.UploadFile(t.Context(), FileUpload{Name: "a.pdf"}, strings.NewReader("hello"))
						return got.Path, err
					}
					return c.UploadMedia(t.Context(), MediaUpload{Name: "a.pdf"}, strings.NewReader("hello"))
				}
				id, err := send()
				for _, secret := range append(s.Tokens(), s.AppSecret()) {
					require.NotContains(t, fmt.Sprintf("%+v %#v", err, err), secret)
				}
				if test.want != nil {
					require.ErrorIs(t, err, test.want, op)
					require.Equal(t, 1, s.Count(op), "it is not sent again by itself")
					id, err = send()
				}
				require.NoError(t, err, op)
				if op == fileOp {
					got, _ := s.File(id)
					require.Equal(t, "hello", string(got))
				} else {
					got, _ := s.MediaFile(id)
					require.Equal(t, "hello", string(got.Data))
					require.Equal(t, "a.pdf", got.Name)
				}
			}
			for _, secret := range append(s.Tokens(), s.AppSecret()) {
				require.NotContains(t, log.String(), secret)
			}
		})
	}
}

type syncBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}
func (b *syncBuffer) String() string { b.mu.Lock(); defer b.mu.Unlock(); return b.buf.String() }

// A repeat needs the file from its beginning: a reader that can not go back is told so.
func TestUploadRepeats(t *testing.T) {
	t.Parallel()
	s := fxiaoketest.NewServer(fxiaoketest.WithRate(0))
	c := fakeOf(t, s)
	s.Inject(fxiaoketest.Fault{Op: uploadOp, Kind: fxiaoketest.TokenExpired})
	id, err := c.UploadMedia(t.Context(), MediaUpload{Name: "a.png", Image: true}, strings.NewReader("hello"))
	require.NoError(t, err)
	got, _ := s.MediaFile(id)
	require.Equal(t, "hello", string(got.Data))
	require.Equal(t, 2, s.Count(uploadOp))
	s.Inject(fxiaoketest.Fault{Op: uploadOp, Kind: fxiaoketest.TokenExpired})
	_, err = c.UploadMedia(t.Context(), MediaUpload{Name: "a.png", Size: 5}, unseekable{strings.NewReader("hello")})
	require.ErrorContains(t, err, "give an io.Seeker")
	require.NotErrorIs(t, err, duijie.ErrOutcomeUnknown)

	h := headerClient(t, s)
	id, err = h.UploadMedia(t.Context(), MediaUpload{Name: "a.png"}, strings.NewReader("hello"))
	require.NoError(t, err)
	require.NoError(t, h.DeleteMedia(t.Context(), id))
	_, ok := s.MediaFile(id)
	require.False(t, ok)
	require.ErrorIs(t, h.DeleteMedia(t.Context(), ""), duijie.ErrInvalid)
	for _, call := range s.Calls() {
		if call.Op == uploadOp && call.Head.Get("Authorization") != "" {
			require.Empty(t, call.Query.Get("corpAccessToken"), "never both")
		}
	}
}

// The platform's leave names where a file goes: nowhere it could be read on its way.
func TestLeaves(t *testing.T) {
	t.Parallel()
	good := `"sign":"s1234","ak":"a1234","size":1`
	for _, data := range []string{
		`{}`, `{"url":"https://f.invalid/u/"}`, `{"url":"http://f.invalid/u/",` + good + `}`, `{"url":"/u/",` + good + `}`,
		`{"url":"https://me:pw@f.invalid/u/",` + good + `}`, `{"url":"file:///etc/passwd",` + good + `}`, `{"url":"https://f.invalid/u/","method":"PUT",` + good + `}`,
		`{"url":"https://f.invalid/u/","acid":"a\nX-Evil: 1",` + good + `}`,
	} {
		c := scripted(t, func(r *http.Request) (int, string) {
			require.Equal(t, "open.invalid", r.URL.Host, "nothing is sent elsewhere")
			return 200, `{"errorCode":0,"traceId":"E-O.1","data":` + data + `}`
		})
		_, err := c.UploadFile(t.Context(), FileUpload{Name: "a.pdf"}, strings.NewReader("x"))
		require.ErrorIs(t, err, duijie.ErrMalformedAnswer, data)
		require.NotErrorIs(t, err, duijie.ErrOutcomeUnknown, data)
	}
	var sent *http.Request
	c := scripted(t, func(r *http.Request) (int, string) {
		if r.URL.Host == "open.invalid" {
			return 200, `{"errorCode":0,"traceId":"E-O.1","data":{"url":"https://f.invalid/u/?a=1","filename":"合同.pdf","expiry":5,` + good + `}}`
		}
		sent = r
		_, _ = io.Copy(io.Discard, r.Body)
		return 200, `{"success":false,"code":400,"message":"签名已过期 s1234","data":null}`
	})
	_, err := c.UploadFile(t.Context(), FileUpload{Name: "a.pdf"}, strings.NewReader("x"))
	require.ErrorIs(t, err, duijie.ErrRefused)
	require.ErrorContains(t, err, "签名已过期")
	require.NotContains(t, err.Error(), "s1234")
	require.Equal(t, "/u/", sent.URL.Path)
	require.Equal(t, [3]string{"1", "E-O.1", "%E5%90%88%E5%90%8C.pdf"}, [3]string{sent.URL.Query().Get("a"), sent.URL.Query().Get("linkId"), sent.Header.Get("filename")})
	require.EqualValues(t, 1, sent.ContentLength)

	for body, want := range map[string]error{
		`{"success":true,"code":200,"data":""}`:     duijie.ErrOutcomeUnknown,
		`{"success":true,"code":300,"data":"N_1"}`:  duijie.ErrOutcomeUnknown,
		`{"success":false,"code":500,"data":"N_1"}`: duijie.ErrOutcomeUnknown,
		`{"errorCode":0}`:                           duijie.ErrOutcomeUnknown,
		`{"errorCode":32000}`:                       duijie.ErrInvalid,
		`{}`:                                        duijie.ErrOutcomeUnknown,
		`<html>`:                                    duijie.ErrOutcomeUnknown,
	} {
		c := scripted(t, func(r *http.Request) (int, string) {
			if r.URL.Host == "open.invalid" {
				return 200, `{"errorCode":0,"traceId":"E-O.1","data":{"url":"https://f.invalid/u/",` + good + `}}`
			}
			_, _ = io.Copy(io.Discard, r.Body)
			return 200, body
		})
		_, err := c.UploadFile(t.Context(), FileUpload{Name: "a.pdf"}, strings.NewReader("x"))
		require.ErrorIs(t, err, want, body)
	}
}

// A file comes as it is kept, through broken connections too, and never larger than is taken.
func TestDownloadMedia(t *testing.T) {
	t.Parallel()
	s := fxiaoketest.NewServer(fxiaoketest.WithRate(0))
	c := fakeOf(t, s)
	file := make([]byte, 300_000)
	for i := range file {
		file[i] = byte(i * i >> 3)
	}
	id := s.AddMedia(fxiaoketest.Media{Name: "../合同.pdf", Data: file})
	for _, kind := range []fxiaoketest.FaultKind{
		"", fxiaoketest.TruncateAfter, fxiaoketest.Cut, fxiaoketest.Unavailable, fxiaoketest.HTML, fxiaoketest.TokenExpired, fxiaoketest.Throttle, fxiaoketest.NoCode,
	} {
		if kind != "" {
			s.Inject(fxiaoketest.Fault{Op: downloadOp, Kind: kind})
		}
		var out bytes.Buffer
		got, err := c.DownloadMedia(t.Context(), MediaDownload{MediaID: id, Size: int64(len(file))}, &out)
		require.NoError(t, err, kind)
		require.Equal(t, DownloadedFile{Written: int64(len(file)), ContentType: "application/octet-stream", Name: "合同.pdf"}, got, kind)
		require.True(t, bytes.Equal(file, out.Bytes()), kind)
	}
	for name, d := range map[string]struct {
		ask     MediaDownload
		to      io.Writer
		want    error
		written int64
	}{
		"too large":   {MediaDownload{MediaID: id, MaxSize: 1000}, io.Discard, duijie.ErrBodyTooLarge, 0},
		"other size":  {MediaDownload{MediaID: id, Size: 1000}, io.Discard, duijie.ErrMalformedAnswer, 0},
		"not there":   {MediaDownload{MediaID: "M_0"}, io.Discard, duijie.ErrInvalid, 0},
		"no id":       {MediaDownload{}, io.Discard, duijie.ErrInvalid, 0},
		"full disk":   {MediaDownload{MediaID: id}, failingWriter{}, errFull, 1},
		"an HTML one": {MediaDownload{MediaID: s.AddMedia(fxiaoketest.Media{ContentType: "text/html", Data: []byte("<p>")})}, io.Discard, duijie.ErrMalformedAnswer, 0},
	} {
		before := s.Count(downloadOp)
		got, err := c.DownloadMedia(t.Context(), d.ask, d.to)
		require.ErrorIs(t, err, d.want, name)
		require.Equal(t, d.written, got.Written, name)
		if name == "full disk" || name == "too large" {
			require.Equal(t, before+1, s.Count(downloadOp), "no repeat can change it")
		}
	}
	html := s.AddMedia(fxiaoketest.Media{ContentType: "text/html", Data: []byte("<p>")})
	got, err := c.DownloadMedia(t.Context(), MediaDownload{MediaID: html, Size: 3}, io.Discard)
	require.NoError(t, err)
	require.EqualValues(t, 3, got.Written)
	s.Inject(fxiaoketest.Fault{Op: downloadOp, Kind: fxiaoketest.RedirectAway})
	_, err = c.DownloadMedia(t.Context(), MediaDownload{MediaID: id}, io.Discard)
	require.ErrorIs(t, err, duijie.ErrRedirected)
}

var errFull = errors.New("disk full")

type failingWriter struct{}

func (failingWriter) Write([]byte) (int, error) { return 1, errFull }

// A file without a length is counted as it comes, and one that changes between two attempts
// is no file.
func TestDownloadIsSure(t *testing.T) {
	t.Parallel()
	type broken struct {
		io.Reader
		io.Closer
	}
	answers := []string{}
	hc := &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		resp := &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {"image/png"}}, Request: r, ContentLength: -1}
		if isTokenPath(r.URL.Path) {
			resp.Body = readerOf(`{"errorCode":0,"corpAccessToken":"` + plantedToken + `1","corpId":"FSCID_test","expiresIn":7200}`)
			return resp, nil
		}
		text, cut := strings.CutSuffix(answers[0], "|")
		answers = answers[1:]
		resp.Body = readerOf(text)
		if cut {
			resp.Body = broken{io.MultiReader(strings.NewReader(text), readerFunc(func([]byte) (int, error) { return 0, io.ErrUnexpectedEOF })), resp.Body}
		}
		return resp, nil
	})}
	c := scripted(t, nil, duijie.WithHTTPClient(hc))
	for _, test := range []struct {
		answers string
		ask     MediaDownload
		out     string
		want    error
	}{
		{"hel|,hello", MediaDownload{}, "hello", nil},
		{"hel|,he|,hello", MediaDownload{}, "hello", nil},
		{"hel|,hallo", MediaDownload{}, "hel", duijie.ErrMalformedAnswer},
		{"hel|,he", MediaDownload{}, "hel", duijie.ErrMalformedAnswer},
		{"hello", MediaDownload{MaxSize: 4}, "hell", duijie.ErrBodyTooLarge},
		{"hello", MediaDownload{MaxSize: 5}, "hello", nil},
		{"hello", MediaDownload{Size: 4}, "hell", duijie.ErrMalformedAnswer},
		{"hello", MediaDownload{Size: 6}, "hello", duijie.ErrMalformedAnswer},
	} {
		answers = strings.Split(test.answers, ",")
		var out bytes.Buffer
		test.ask.MediaID = "M"
		got, err := c.DownloadMedia(t.Context(), test.ask, &out)
		if test.want == nil {
			require.NoError(t, err, test.answers)
		} else {
			require.ErrorIs(t, err, test.want, test.answers)
		}
		require.Equal(t, test.out, out.String(), test.answers)
		require.EqualValues(t, len(test.out), got.Written)
		require.Empty(t, answers, test.answers)
	}
}

// Files pass without being held.
func TestFilesPassInLittleMemory(t *testing.T) {
	t.Parallel()
	const size = MaxFileSize
	sum := sha256.New()
	var largest int
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case isTokenPath(r.URL.Path):
			_, _ = io.WriteString(w, `{"errorCode":0,"corpAccessToken":"`+plantedToken+`1","corpId":"FSCID_test","expiresIn":7200}`)
		case r.URL.Path == credentialPath:
			_, _ = io.WriteString(w, `{"errorCode":0,"traceId":"E","data":{"sign":"s1234","url":"http://`+r.Host+`/u/"}}`)
		case r.URL.Path == mediaDownloadPath:
			w.Header().Set("Content-Type", "application/octet-stream")
			_, _ = io.CopyN(w, zeros{}, size)
		default:
			n, _ := io.Copy(sum, r.Body)
			_, _ = fmt.Fprintf(w, `{"success":true,"code":200,"data":"N_%d"}`, n)
		}
	}))
	t.Cleanup(server.Close)
	c := clientOf(t, Config{
		BaseURL: server.URL, AppID: "FSAID_files", AppSecret: duijie.NewSecret(plantedSecret), PermanentCode: duijie.NewSecret(plantedCode), OpenUserID: testUser,
	})
	from := readerFunc(func(p []byte) (int, error) { largest = max(largest, len(p)); return zeros{}.Read(p) })
	got, err := c.UploadFile(t.Context(), FileUpload{Name: "a.bin", Size: size}, io.LimitReader(from, size))
	require.NoError(t, err)
	require.Equal(t, fmt.Sprintf("N_%d", size), got.Path)
	require.LessOrEqual(t, largest, 1<<20)
	want := sha256.New()
	down := writerFunc(func(p []byte) (int, error) { largest = max(largest, len(p)); return want.Write(p) })
	file, err := c.DownloadMedia(t.Context(), MediaDownload{MediaID: "M"}, down)
	require.NoError(t, err)
	require.EqualValues(t, size, file.Written)
	require.Equal(t, sum.Sum(nil), want.Sum(nil))
	require.LessOrEqual(t, largest, 1<<20)
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }
