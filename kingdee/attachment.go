package kingdee

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
)

// filePart is how much of a file one call carries, as the official clients do:
// 4 MiB.
const filePart = 4 << 20

// Upload is a file that is to be attached to a record, or to a line of it.
type Upload struct {
	FileName string // "invoice.pdf"; its ending counts
	FormID   string // form of the record, "SAL_SaleOrder"
	ID       string // primary key (内码) of the record (InterId)
	BillNo   string // its number (BillNO)
	EntryKey string // a line: key of the entry (Entrykey), "FSaleOrderEntry"; "" for the record itself
	EntryID  string // a line: its key (FEntryID)
	Alias    string // the name shown (AliasFileName), "" = FileName

	// FileID goes on with an upload that stopped: the FileID of the [UploadError],
	// with the reader at its Offset.
	FileID string
}

// StoredFile is a file the server keeps.
type StoredFile struct {
	FileID       string // for downloads, and for fields that hold files
	AttachmentID string // primary key of the attachment, "" for a file that is not bound to a record
	Size         int64  // bytes sent by this call
}

// UploadError tells how far an upload came. The error inside says why it
// stopped.
type UploadError struct {
	// FileID, where it is set, and Offset are how to go on: the server has Offset
	// bytes of the reader. Without it begin anew; what was sent is bound to nothing.
	FileID string
	Offset int64
	// Last: it stopped at the last part. Where the outcome of that is unknown the
	// attachment may be there: look before sending it again.
	Last bool
	Err  error
}

// Error tells how far the upload came, and why it stopped.
func (e *UploadError) Error() string {
	return fmt.Sprintf("kingdee: upload stopped after %d bytes: %v", e.Offset, e.Err)
}

// Unwrap is why the upload stopped.
func (e *UploadError) Unwrap() error { return e.Err }

type uploadData struct {
	FileName      string
	FormID        string `json:"FormId,omitempty"`
	IsLast        bool
	InterID       string `json:"InterId,omitempty"`
	EntryKey      string `json:"Entrykey"`
	EntryInterID  string `json:"EntryinterId,omitempty"`
	BillNo        string `json:"BillNO,omitempty"`
	AliasFileName string `json:",omitempty"`
	FileID        string `json:"FileId"`
}

// AttachmentUpload attaches a file to a record (附件上传). It is read and sent in
// parts of 4 MiB, with one part in memory. The attachment exists once the last
// part is taken.
//
// When it stops the error is an *[UploadError] that tells how to go on. A part
// whose outcome is unknown ([duijie.ErrOutcomeUnknown]) can not be sent again, as
// the file might hold it twice: begin anew, and after the last part look first.
//
// Effect: write. Limit: the server's own for attachments.
func (c *Client) AttachmentUpload(ctx context.Context, file Upload, from io.Reader, opts ...duijie.CallOption) (*StoredFile, error) {
	what := ""
	switch {
	case file.FileName == "":
		what = "FileName is missing"
	case file.FormID == "" || file.ID == "":
		what = "FormID and ID of the record are required"
	case (file.EntryKey == "") != (file.EntryID == ""):
		what = "EntryKey and EntryID go together"
	}
	if what != "" {
		return nil, fmt.Errorf("kingdee: AttachmentUpload: %s: %w", what, duijie.ErrInvalid)
	}
	data := uploadData{
		FileName: file.FileName, FormID: file.FormID, InterID: file.ID, EntryKey: file.EntryKey, EntryInterID: file.EntryID,
		BillNo: file.BillNo, AliasFileName: file.Alias, FileID: file.FileID,
	}
	if data.EntryInterID == "" {
		data.EntryInterID = "-1"
	}
	if data.AliasFileName == "" {
		data.AliasFileName = data.FileName
	}
	u := &uploading{c: c, data: data, opts: opts, names: []string{"AttachmentUpload", "AttachmentUpLoad"}, spelt: &c.upload}
	return u.all(ctx, from)
}

// UploadFile stores a file that is bound to no record (上传文件), for fields that
// hold files by their FileID. See [Client.AttachmentUpload] for how it is sent
// and how it fails; resume is the FileID of an [UploadError], "" to begin.
//
// Effect: write.
func (c *Client) UploadFile(ctx context.Context, fileName, resume string, from io.Reader, opts ...duijie.CallOption) (*StoredFile, error) {
	if fileName == "" {
		return nil, fmt.Errorf("kingdee: UploadFile: the file name is missing: %w", duijie.ErrInvalid)
	}
	u := &uploading{c: c, data: uploadData{FileName: fileName, FileID: resume}, opts: opts, names: []string{"UploadFile"}, spelt: &spelling{}}
	return u.all(ctx, from)
}

// uploading is one upload under way.
type uploading struct {
	c     *Client
	data  uploadData
	opts  []duijie.CallOption
	names []string
	spelt *spelling
	sent  int64
}

func (u *uploading) all(ctx context.Context, from io.Reader) (*StoredFile, error) {
	if from == nil {
		return nil, fmt.Errorf("kingdee: %s: there is no reader: %w", u.names[0], duijie.ErrInvalid)
	}
	parts := partReader{from: from}
	for {
		body, err := parts.next()
		if err != nil {
			return nil, &UploadError{FileID: u.data.FileID, Offset: u.sent, Err: fmt.Errorf("read the file: %w", err)}
		}
		if len(body.data) == 0 {
			return nil, fmt.Errorf("kingdee: %s: the file is empty: %w", u.names[0], duijie.ErrInvalid)
		}
		done, err := u.part(ctx, body)
		if err != nil {
			stop := &UploadError{FileID: u.data.FileID, Offset: u.sent, Last: body.last, Err: err}
			if errors.Is(err, duijie.ErrOutcomeUnknown) {
				stop.FileID = ""
			}
			return nil, stop
		}
		if done != nil {
			return done, nil
		}
	}
}

// part sends one part; the file is stored with the last.
func (u *uploading) part(ctx context.Context, body *streamBody) (*StoredFile, error) {
	u.data.IsLast = body.last
	if err := body.frame(u.c.positional, u.data); err != nil {
		return nil, err
	}
	opts := append(slices.Clip(u.opts), duijie.WithEffect(duijie.EffectWrite)) // sent twice it is in the file twice
	var r *reading
	err := u.spelt.call(u.names, func(name string) (err error) {
		op := operation{service: servicePrefix + name, effect: duijie.EffectWrite, shape: statusShape, stream: body}
		r, err = u.c.run(ctx, op, opts, nil)
		return err
	})
	if err != nil {
		return nil, err
	}
	var answer struct {
		FileID wire.Text `json:"FileId"`
	}
	if err := r.members(u.names[0], &answer); err != nil {
		return nil, u.lost(err)
	}
	id := string(answer.FileID)
	done := r.result.ResponseStatus.succeeded()
	switch {
	case id == "" && u.data.FileID == "" && (!body.last || len(done) == 0):
		return nil, u.lost(fmt.Errorf("the answer names no FileId: %w", duijie.ErrMalformedAnswer))
	case id == "":
		id = u.data.FileID
	case u.data.FileID != "" && id != u.data.FileID:
		return nil, u.lost(fmt.Errorf("the part went into another file: %w", duijie.ErrMalformedAnswer))
	}
	u.data.FileID, u.sent = id, u.sent+int64(len(body.data))
	if !body.last {
		return nil, nil
	}
	out := &StoredFile{FileID: id, Size: u.sent}
	if len(done) > 0 {
		out.AttachmentID = string(done[0].ID)
	}
	return out, nil
}

// lost: the part was taken, and where it went is not known.
func (u *uploading) lost(err error) error {
	return &duijie.APIError{
		Platform: platform, Op: u.names[0], Class: duijie.ClassUnavailable, OutcomeUnknown: true, Err: err, Message: "the server took the part",
	}
}
