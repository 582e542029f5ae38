package kingdeetest

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"hash"
	"strings"
)

const (
	fileChunk = 4 << 20 // bytes AttachmentDownLoad answers at once
	keptBytes = 8 << 20 // files up to this size are kept whole, of longer ones only size and hash
)

// File is an attachment (附件) or an uploaded file.
type File struct {
	ID     string // FileId
	Name   string // FileName
	Form   string // FormId, "" for a file that belongs to no record
	Owner  string // InterId: the primary key of the record
	BillNo string // BillNO
	Size   int64  // bytes
	SHA256 string // of the whole file, in hex; "" until it is complete
	Done   bool   // the last chunk was there
	Data   []byte // the whole file when it has at most 8 MiB, else nil
}

// storedFile is a File while it grows. Seeded files are made up byte by byte and
// take no memory.
type storedFile struct {
	File
	sum    hash.Hash
	madeUp bool
}

// SeedFile puts a file in that AttachmentDownLoad can fetch, and returns its
// FileId. FileByte tells what is in it.
func (s *Server) SeedFile(name string, size int64) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := s.newFileID()
	s.files[id] = &storedFile{File: File{ID: id, Name: name, Size: size, Done: true}, madeUp: true}
	return id
}

// FileByte is the byte at an offset of every file SeedFile makes.
func FileByte(at int64) byte { return madeUp[(at+at>>12)%int64(len(madeUp))] }

const madeUp = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_.,;"

// Files are the files so far, in no order.
func (s *Server) Files() []File {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []File
	for _, f := range s.files {
		out = append(out, f.File)
	}
	return out
}

// File is the file of that FileId.
func (s *Server) File(id string) (File, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f := s.files[id]; f != nil {
		return f.File, true
	}
	return File{}, false
}

func (s *Server) newFileID() string { return strings.ReplaceAll(newID(), "-", "") }

// attachmentUpload serves AttachmentUpload (附件上传), chunk by chunk; UploadFile
// (文件上传) is the same without a record.
func (c *call) attachmentUpload() any {
	data, ok := c.params.object("data")
	if !ok {
		return c.badParameter("参数data不是有效的JSON对象")
	}
	chunk, err := base64.StdEncoding.DecodeString(data.text("sendbyte"))
	if err != nil {
		return c.fileRefused("SendByte不是有效的Base64文本")
	}
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	f, refused := c.openFile(data)
	if refused != "" {
		return c.fileRefused(refused)
	}
	f.write(chunk)
	done := []entity{}
	if data.boolean("islast", false) {
		f.Done, f.SHA256 = true, hex.EncodeToString(f.sum.Sum(nil))
		if f.Form != "" {
			done = append(done, entity{ID: c.s.newID(), DIndex: c.index(0)})
		}
	}
	return answered{result{ResponseStatus: c.status(done, nil, nil), FileID: f.ID, Message: ""}}
}

// openFile is a new file for an empty FileId, or the one that is being uploaded.
func (c *call) openFile(data params) (*storedFile, string) {
	if id := data.text("fileid"); id != "" {
		f := c.s.files[id]
		switch {
		case f == nil:
			return nil, "文件[" + id + "]不存在"
		case f.Done:
			return nil, "文件[" + id + "]已经上传完成"
		}
		return f, ""
	}
	if data.text("filename") == "" {
		return nil, "FileName不能为空"
	}
	f := &storedFile{File: File{ID: c.s.newFileID(), Name: data.text("filename"), BillNo: data.text("billno")}, sum: sha256.New()}
	if c.op != "UploadFile" {
		f.Form, f.Owner = data.text("formid"), data.text("interid")
		t := c.s.table(f.Form)
		if t == nil {
			return nil, "业务对象不存在"
		}
		if id, _ := parseKey(f.Owner); t.findID(id) == nil {
			return nil, "内码值[" + f.Owner + "]不存在"
		}
	}
	c.s.files[f.ID] = f
	return f, ""
}

func (f *storedFile) write(chunk []byte) {
	f.sum.Write(chunk)
	f.Size += int64(len(chunk))
	if f.Size <= keptBytes {
		f.Data = append(f.Data, chunk...)
		return
	}
	f.Data = nil
}

// fileRefused is how uploads and downloads fail: no Errors, the reason in Message.
func (c *call) fileRefused(reason string) any {
	st := c.status(nil, nil, []issue{{code: codeParameter}})
	st.Errors = []message{}
	return answered{result{ResponseStatus: st, FileID: "", Message: reason}}
}

// fileAnswer is a chunk of a file; StartIndex is where the next one starts.
type fileAnswer struct {
	ResponseStatus *status
	StartIndex     int64
	IsLast         bool
	FileSize       int64
	FileName       string
	FilePart       string
	Message        string
}

// attachmentDownload serves AttachmentDownLoad (附件下载): chunks of 4 MiB.
func (c *call) attachmentDownload() any {
	data, ok := c.params.object("data")
	if !ok {
		return c.badParameter("参数data不是有效的JSON对象")
	}
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	f := c.s.files[data.text("fileid")]
	start := int64(data.integer("startindex"))
	switch {
	case f == nil || !f.Done:
		return c.fileRefused("文件[" + data.text("fileid") + "]不存在")
	case start < 0 || start > f.Size:
		return c.fileRefused("StartIndex超出文件大小")
	case !f.madeUp && f.Data == nil && f.Size > 0:
		return c.fileRefused("文件内容没有保留")
	}
	end := min(start+fileChunk, f.Size)
	part := make([]byte, end-start)
	if f.madeUp {
		for i := range part {
			part[i] = FileByte(start + int64(i))
		}
	} else {
		copy(part, f.Data[start:end])
	}
	return struct{ Result fileAnswer }{fileAnswer{
		ResponseStatus: c.status(nil, nil, nil), StartIndex: start + fileChunk, IsLast: end == f.Size,
		FileSize: f.Size, FileName: f.Name, FilePart: base64.StdEncoding.EncodeToString(part),
	}}
}
