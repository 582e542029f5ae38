package kingdeetest

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestUploadInChunks(t *testing.T) {
	t.Parallel()
	c := start(t)
	id := c.s.SeedCustomer("C1", "甲")
	send := func(service, fileID string, last bool, part []byte) reply {
		return c.onData(service, obj{
			"FileName": "合同.pdf", "FormId": "BD_Customer", "IsLast": last, "InterId": plainText(id), "Entrykey": "", "EntryinterId": "-1",
			"BillNO": "C1", "AliasFileName": "合同", "FileId": fileID, "SendByte": base64.StdEncoding.EncodeToString(part),
		})
	}
	for _, service := range []string{"AttachmentUpload", "AttachmentUpLoad"} {
		first := send(service, "", false, []byte("one "))
		require.True(t, first.ok())
		require.Len(t, first.Result.FileId, 32)
		require.Empty(t, first.Result.ResponseStatus.SuccessEntitys)
		last := send(service, first.Result.FileId, true, []byte("two"))
		require.Equal(t, first.Result.FileId, last.Result.FileId)
		require.Nil(t, last.Result.ResponseStatus.SuccessEntitys[0].Number)
		require.NotNil(t, last.Result.ResponseStatus.SuccessEntitys[0].Id)
		sum := sha256.Sum256([]byte("one two"))
		f, ok := c.s.File(first.Result.FileId)
		require.True(t, ok)
		require.Equal(t, File{
			ID: f.ID, Name: "合同.pdf", Form: "BD_Customer", Owner: plainText(id), BillNo: "C1", Size: 7, SHA256: hex.EncodeToString(sum[:]), Done: true, Data: []byte("one two"),
		}, f)
		more := send(service, first.Result.FileId, true, nil)
		require.False(t, more.ok())
		require.Empty(t, more.Result.ResponseStatus.Errors, "the reason stands in Message")
		require.Contains(t, more.Result.Message, "已经上传完成")
	}
	loose := c.onData("UploadFile", obj{"FileName": "a.txt", "IsLast": "true", "SendByte": "YQ=="})
	require.True(t, loose.ok())
	require.Empty(t, loose.Result.ResponseStatus.SuccessEntitys)
	require.Len(t, c.s.Files(), 3)
	for want, data := range map[string]obj{
		"Base64":   {"FileName": "a", "SendByte": "!"},
		"FileName": {"SendByte": ""},
		"业务对象":     {"FileName": "a", "FormId": "BD_Nothing"},
		"内码值":      {"FileName": "a", "FormId": "BD_Customer", "InterId": "5"},
		"不存在":      {"FileName": "a", "FileId": "0"},
	} {
		require.Contains(t, c.onData("AttachmentUpload", data).Result.Message, want)
	}
}

func TestDownloadInChunks(t *testing.T) {
	t.Parallel()
	c := start(t)
	const size = 2*fileChunk + 5
	for _, x := range []struct {
		size   int64
		chunks int
	}{{0, 1}, {5, 1}, {fileChunk, 1}, {size, 3}} {
		id := c.s.SeedFile("大.bin", x.size)
		var whole bytes.Buffer
		var part fileAnswer
		chunks := 0
		for !part.IsLast {
			part = download(t, c, id, part.StartIndex)
			raw, err := base64.StdEncoding.DecodeString(part.FilePart)
			require.NoError(t, err)
			whole.Write(raw)
			require.Equal(t, x.size, part.FileSize)
			chunks++
			require.Equal(t, int64(chunks*fileChunk), part.StartIndex)
		}
		require.Equal(t, x.chunks, chunks)
		require.EqualValues(t, x.size, whole.Len())
		for _, at := range []int64{0, 4, fileChunk, size - 1} {
			if at < x.size {
				require.Equal(t, FileByte(at), whole.Bytes()[at], at)
			}
		}
	}
	require.Contains(t, c.onData("AttachmentDownLoad", obj{"FileId": "x"}).Result.Message, "不存在")
	require.Contains(t, c.onData("AttachmentDownLoad", obj{"FileId": c.s.SeedFile("a", 1), "StartIndex": 2}).Result.Message, "StartIndex")
}

func download(t *testing.T, c *caller, id string, from int64) fileAnswer {
	t.Helper()
	var out struct{ Result fileAnswer }
	w := direct(c.s, signedPost(t, c, "AttachmentDownLoad", obj{"data": obj{"FileId": id, "StartIndex": from}}))
	c.decode(w.Body.String(), &out)
	return out.Result
}

func TestLongFilesAreNotKept(t *testing.T) {
	t.Parallel()
	c := start(t)
	id, part := "", bytes.Repeat([]byte("x"), 3<<20)
	sum := sha256.New()
	for i := range 3 {
		r := c.onData("UploadFile", obj{"FileName": "a", "FileId": id, "IsLast": i == 2, "SendByte": base64.StdEncoding.EncodeToString(part)})
		require.True(t, r.ok(), r.Result.Message)
		id = r.Result.FileId
		sum.Write(part)
	}
	f, _ := c.s.File(id)
	require.Nil(t, f.Data)
	require.EqualValues(t, 9<<20, f.Size)
	require.Equal(t, fmt.Sprintf("%x", sum.Sum(nil)), f.SHA256)
	require.Contains(t, c.onData("AttachmentDownLoad", obj{"FileId": id}).Result.Message, "没有保留")
}
