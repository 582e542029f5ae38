package kingdee

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/testutil"
)

func uploaded(fileID, attachment string) string {
	done := "[]"
	if attachment != "" {
		done = `[{"Id":` + attachment + `,"Number":null,"DIndex":0}]`
	}
	return `{"Result":{"ResponseStatus":{"IsSuccess":true,"Errors":[],"SuccessEntitys":` + done + `,"MsgCode":0},"FileId":"` + fileID + `","Message":""}}`
}

// aFile is n bytes that are the same each time.
func aFile(n int) []byte {
	b := make([]byte, n)
	r := rand.NewChaCha8([32]byte{1})
	_, _ = r.Read(b)
	return b
}

var invoice = Upload{FileName: `发票 "1".pdf`, FormID: "SAL_SaleOrder", ID: "100001", BillNo: "XS1"}

// sentPart is what a request of an upload holds.
func sentPart(t *testing.T, body string) (data map[string]any, part []byte) {
	t.Helper()
	var named struct {
		Data       map[string]any
		Parameters []string
	}
	require.NoError(t, json.Unmarshal([]byte(body), &named))
	if named.Parameters != nil {
		require.NoError(t, json.Unmarshal([]byte(named.Parameters[0]), &named.Data))
	}
	part, err := base64.StdEncoding.DecodeString(named.Data["SendByte"].(string))
	require.NoError(t, err)
	delete(named.Data, "SendByte")
	return named.Data, part
}

// A file goes out in parts of 4 MiB, whatever its size is beside them.
func TestUploadParts(t *testing.T) {
	t.Parallel()
	for _, positional := range []bool{false, true} {
		for _, size := range []int{1, filePart - 1, filePart, filePart + 1, 2 * filePart} {
			c, s := script(t, uploaded("f-1", "470257"))
			c.positional = positional
			file := aFile(size)
			got, err := c.AttachmentUpload(t.Context(), invoice, bytes.NewReader(file))
			require.NoError(t, err)
			require.Equal(t, &StoredFile{FileID: "f-1", AttachmentID: "470257", Size: int64(size)}, got)
			require.Equal(t, (size+filePart-1)/filePart, s.count())
			var whole []byte
			for i, call := range s.calls {
				data, part := sentPart(t, call.Body)
				whole = append(whole, part...)
				require.Equal(t, map[string]any{
					"FileName": `发票 "1".pdf`, "FormId": "SAL_SaleOrder", "IsLast": i == s.count()-1, "InterId": "100001", "Entrykey": "",
					"EntryinterId": "-1", "BillNO": "XS1", "AliasFileName": `发票 "1".pdf`, "FileId": map[bool]string{true: "", false: "f-1"}[i == 0],
				}, data)
			}
			require.True(t, bytes.Equal(file, whole))
		}
	}
}

// An upload that stops says how to go on, where that is safe.
func TestUploadStops(t *testing.T) {
	t.Parallel()
	file := aFile(2*filePart + 5)
	first := uploaded("f-1", "")
	for name, c := range map[string]struct {
		answers []string
		from    io.Reader
		fileID  string
		offset  int64
		last    bool
		kind    error
	}{
		"first lost":         {[]string{"cut"}, nil, "", 0, false, duijie.ErrOutcomeUnknown},
		"second lost":        {[]string{first, "cut"}, nil, "", filePart, false, duijie.ErrOutcomeUnknown},
		"last lost":          {[]string{first, first, "cut"}, nil, "", 2 * filePart, true, duijie.ErrOutcomeUnknown},
		"second refused":     {[]string{first, `{"Result":{"ResponseStatus":{"IsSuccess":false,"Errors":[],"MsgCode":0},"Message":"附件超过大小"}}`}, nil, "f-1", filePart, false, duijie.ErrRefused},
		"no file id":         {[]string{uploaded("", "")}, nil, "", 0, false, duijie.ErrOutcomeUnknown},
		"another file":       {[]string{first, uploaded("f-2", "")}, nil, "", filePart, false, duijie.ErrOutcomeUnknown},
		"file can't be read": {[]string{first}, io.MultiReader(bytes.NewReader(file[:filePart+9]), &failingReader{}), "f-1", filePart, false, errBroken},
		"throttled":          {[]string{first, refusedBody("14", "x")}, nil, "f-1", filePart, false, duijie.ErrRateLimited},
	} {
		client, s := script(t, c.answers...)
		if c.from == nil {
			c.from = bytes.NewReader(file)
		}
		_, err := client.AttachmentUpload(t.Context(), invoice, c.from)
		require.ErrorIs(t, err, c.kind, name)
		e, ok := errors.AsType[*UploadError](err)
		require.True(t, ok, name)
		require.Equal(t, [3]any{c.fileID, c.offset, c.last}, [3]any{e.FileID, e.Offset, e.Last}, name)
		if errors.Is(c.kind, duijie.ErrOutcomeUnknown) {
			require.Equal(t, len(c.answers), s.count(), "%s: no part is sent twice", name)
		}
	}
	require.ErrorContains(t, func() error {
		c, _ := script(t, `{"Result":{"ResponseStatus":{"IsSuccess":false,"Errors":[],"MsgCode":0},"Message":"附件超过大小"}}`)
		_, err := c.AttachmentUpload(t.Context(), invoice, strings.NewReader("x"))
		return err
	}(), "附件超过大小")

	c, s := script(t, uploaded("f-1", "9")) // on from where it stopped
	resumed := invoice
	resumed.FileID = "f-1"
	_, err := c.AttachmentUpload(t.Context(), resumed, strings.NewReader("rest"))
	require.NoError(t, err)
	data, part := sentPart(t, s.calls[0].Body)
	require.Equal(t, "f-1", data["FileId"])
	require.Equal(t, "rest", string(part))

	c, s = script(t, okStatus)
	_, err = c.AttachmentUpload(t.Context(), invoice, strings.NewReader(""))
	notSent(t, s, err)
}

var errBroken = errors.New("broken")

type failingReader struct{}

func (*failingReader) Read([]byte) (int, error) { return 0, errBroken }

func TestUploadSpellingsAndFiles(t *testing.T) {
	t.Parallel()
	c, s := script(t, "404", uploaded("f-1", "3"))
	got, err := c.AttachmentUpload(t.Context(), Upload{FileName: "a.txt", FormID: "X", ID: "1", EntryKey: "FEntity", EntryID: "9", Alias: "b.txt"}, strings.NewReader("abc"))
	require.NoError(t, err)
	require.Equal(t, "3", got.AttachmentID)
	require.Equal(t, []string{"AttachmentUpload", "AttachmentUpLoad"}, []string{s.calls[0].Op, s.calls[1].Op})
	data, part := sentPart(t, s.calls[1].Body)
	require.Equal(t, "abc", string(part))
	require.Equal(t, "9", data["EntryinterId"])
	require.Equal(t, "b.txt", data["AliasFileName"])

	c, s = script(t, string(testutil.Sample(t, platform, "file_upload_success.json")))
	got, err = c.UploadFile(t.Context(), "a.txt", "", strings.NewReader("abc"))
	require.NoError(t, err)
	require.NotEmpty(t, got.FileID)
	require.Empty(t, got.AttachmentID)
	require.Equal(t, "UploadFile", s.calls[0].Op)
	c, _ = script(t, string(testutil.Sample(t, platform, "attachment_upload_success.json")))
	got, err = c.AttachmentUpload(t.Context(), invoice, strings.NewReader("abc"))
	require.NoError(t, err)
	require.NotEmpty(t, got.AttachmentID)
}

func part(start, size int, last bool, bytes string) string {
	return fmt.Sprintf(`{"Result":{"ResponseStatus":{"IsSuccess":true},"StartIndex":%d,"IsLast":%v,"FileSize":%d,"FileName":"a.txt","FilePart":%q,"Message":""}}`,
		start, last, size, base64.StdEncoding.EncodeToString([]byte(bytes)))
}

func TestDownloadJoinsParts(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	c, s := script(t, part(3, 7, false, "abc"), "cut", strings.ReplaceAll(part(7, 7, true, "\xff\xff\xff\xff"), "/", `\/`))
	got, err := c.AttachmentDownload(t.Context(), Download{FileID: "f-1"}, &out)
	require.NoError(t, err)
	require.Equal(t, &DownloadedFile{FileName: "a.txt", Size: 7, Written: 7}, got)
	require.Equal(t, "abc\xff\xff\xff\xff", out.String())
	require.JSONEq(t, `{"data":{"FileId":"f-1","StartIndex":3}}`, s.last().Body)

	out.Reset()
	c, _ = script(t, part(7, 7, true, "defg"))
	got, err = c.AttachmentDownload(t.Context(), Download{FileID: "f-1", Start: 3}, &out)
	require.NoError(t, err)
	require.Equal(t, int64(7), got.Written)
	require.Equal(t, "defg", out.String())
}

func TestDownloadStops(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		answers []string
		written int64
		kind    error
	}{
		"stands still":     {[]string{part(3, 9, false, "abc"), part(3, 9, false, "def")}, 3, duijie.ErrNoProgress},
		"goes back":        {[]string{part(3, 9, false, "abc"), part(0, 9, false, "def")}, 3, duijie.ErrNoProgress},
		"empty part":       {[]string{part(3, 9, false, "")}, 0, duijie.ErrNoProgress},
		"leaps":            {[]string{part(5, 9, false, "abc")}, 0, duijie.ErrMalformedAnswer},
		"too short":        {[]string{part(3, 9, true, "abc")}, 3, duijie.ErrMalformedAnswer},
		"too long":         {[]string{part(3, 2, true, "abc")}, 3, duijie.ErrMalformedAnswer},
		"not base64":       {[]string{strings.Replace(part(3, 3, true, "abc"), "YWJj", "YW!j", 1)}, 0, duijie.ErrMalformedAnswer},
		"refused in words": {[]string{`{"Result":{"ResponseStatus":{"IsSuccess":false,"Errors":[],"MsgCode":0},"Message":"文件不存在"}}`}, 0, duijie.ErrRefused},
		"session lost":     {[]string{refusedBody("1", "x")}, 0, duijie.ErrUnauthenticated},
		"html":             {[]string{"<html>"}, 0, duijie.ErrMalformedAnswer},
		"no verdict":       {[]string{`{"Result":{"FilePart":"YWJj"}}`}, 0, duijie.ErrMalformedAnswer},
	} {
		client, _ := script(t, c.answers...)
		got, err := client.AttachmentDownload(t.Context(), Download{FileID: "f"}, io.Discard)
		require.ErrorIs(t, err, c.kind, name)
		require.Equal(t, c.written, got.Written, name)
	}
	// The recorded part says that it is the last one and holds nothing of the file.
	c, _ := script(t, string(testutil.Sample(t, platform, "attachment_download.json")))
	got, err := c.AttachmentDownload(t.Context(), Download{FileID: "f"}, io.Discard)
	require.ErrorIs(t, err, duijie.ErrMalformedAnswer)
	require.NotEmpty(t, got.FileName)
	require.Positive(t, got.Size)
	c, _ = script(t, part(3, 3, true, "abc"))
	got, err = c.AttachmentDownload(t.Context(), Download{FileID: "f"}, failingWriter{})
	require.ErrorIs(t, err, errBroken)
	require.Equal(t, int64(1), got.Written, "what the writer took counts")
}

type failingWriter struct{}

func (failingWriter) Write([]byte) (int, error) { return 1, errBroken }

// fileServer takes and gives files without holding them.
type fileServer struct {
	t    *testing.T
	size int64
	got  hash.Hash
}

func (f *fileServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	in := bufio.NewReaderSize(r.Body, 64<<10)
	if strings.Contains(r.URL.Path, "AttachmentUpload") {
		f.take(w, in)
		return
	}
	var ask struct{ Data downloadData }
	if err := json.NewDecoder(in).Decode(&ask); err != nil {
		f.t.Error(err)
	}
	f.give(w, ask.Data.StartIndex)
}

func (f *fileServer) take(w io.Writer, in *bufio.Reader) {
	var head strings.Builder
	for !strings.HasSuffix(head.String(), `"SendByte":"`) {
		b, err := in.ReadByte()
		if err != nil {
			f.t.Error(err)
			return
		}
		head.WriteByte(b)
	}
	if _, err := io.Copy(f.got, base64.NewDecoder(base64.StdEncoding, &untilQuote{from: in})); err != nil {
		f.t.Error(err)
	}
	_, _ = io.WriteString(w, uploaded("f-1", "1"))
}

// give writes the part at start: zeros, so that nothing is held.
func (f *fileServer) give(w io.Writer, start int64) {
	n := min(f.size-start, filePart)
	head := `{"Result":{"ResponseStatus":{"IsSuccess":true},"FilePart":"`
	tail := fmt.Sprintf(`","StartIndex":%d,"IsLast":%v,"FileSize":%d,"FileName":"big.bin"}}`, start+n, start+n == f.size, f.size)
	_, _ = io.WriteString(w, head)
	e := base64.NewEncoder(base64.StdEncoding, w)
	_, _ = io.CopyN(e, zeros{}, n)
	_ = e.Close()
	_, _ = io.WriteString(w, tail)
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// untilQuote reads up to a quotation mark.
type untilQuote struct {
	from *bufio.Reader
	done bool
}

func (u *untilQuote) Read(p []byte) (int, error) {
	if u.done {
		return 0, io.EOF
	}
	_, _ = u.from.Peek(1)
	ready, _ := u.from.Peek(min(len(p), u.from.Buffered()))
	if i := bytes.IndexByte(ready, '"'); i >= 0 {
		ready, u.done = ready[:i], true
	}
	n := copy(p, ready)
	_, _ = u.from.Discard(n)
	if n == 0 {
		return 0, io.EOF
	}
	return n, nil
}

// heapPeak is how much the heap grows at most while run runs.
func heapPeak(run func()) int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	base, peak := m.HeapAlloc, m.HeapAlloc
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		tick := time.NewTicker(2 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-stop:
				return
			case <-tick.C:
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				peak = max(peak, m.HeapAlloc)
			}
		}
	}()
	run()
	close(stop)
	<-stopped
	return int64(peak - base)
}

// A file of 200 MB passes in both directions within 32 MB of heap, garbage and
// test server included. It runs alone: the heap is that of the whole process.
//
//nolint:paralleltest // measures the process
func TestLargeFilesPassInLittleMemory(t *testing.T) {
	if testing.Short() || raceDetector {
		t.Skip("moves 400 MB, and measures memory")
	}
	const size, limit = 200_000_000, 32_000_000
	f := &fileServer{t: t, size: size, got: sha256.New()}
	server := httptest.NewServer(f)
	defer server.Close()
	c, err := NewClient(Config{
		BaseURL: server.URL + "/k3cloud/", AcctID: "a", Username: "u", AppID: "1_bn4ZWR8PFhuj1R5uW2GhWM1NuuviuRsN", AppSecret: duijie.NewSecret("s"),
	}, quick, unpaced())
	require.NoError(t, err)
	defer c.CloseIdleConnections()

	peak := heapPeak(func() {
		got, err := c.AttachmentUpload(t.Context(), invoice, io.LimitReader(zeros{}, size))
		require.NoError(t, err)
		require.Equal(t, int64(size), got.Size)
	})
	t.Logf("upload: peak %d kB", peak/1000)
	require.Less(t, peak, int64(limit))
	want := sha256.New()
	_, _ = io.CopyN(want, zeros{}, size)
	require.Equal(t, want.Sum(nil), f.got.Sum(nil))

	have := sha256.New()
	peak = heapPeak(func() {
		got, err := c.AttachmentDownload(t.Context(), Download{FileID: "f-1"}, have)
		require.NoError(t, err)
		require.Equal(t, int64(size), got.Written)
	})
	t.Logf("download: peak %d kB", peak/1000)
	require.Less(t, peak, int64(limit))
	require.Equal(t, want.Sum(nil), have.Sum(nil))
}

// A part that somebody still sends is not written over.
func TestPartsAreNotWrittenOver(t *testing.T) {
	t.Parallel()
	p := partReader{from: bytes.NewReader(aFile(4 * filePart))}
	next := func() *streamBody {
		b, err := p.next()
		require.NoError(t, err)
		return b
	}
	first := next()
	reader := first.open()
	second := next()
	require.NotSame(t, &first.data[0], &second.data[0])
	require.NoError(t, reader.Close())
	require.NoError(t, reader.Close())
	require.True(t, first.idle())
	require.Same(t, &second.data[0], &next().data[0], "what is sent is used again")
}
