package jdy

import (
	"encoding/json"

	"github.com/duijie-go/duijie"
)

// Label is a label of a record (标签).
type Label struct {
	ID     string `json:"id"`
	Number string `json:"number"` // 编码
	Name   string `json:"name"`

	Raw json.RawMessage `json:"-"` // as the platform sent it
}

// MarshalJSON writes the fields, and what Raw has beyond them.
func (v Label) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// LabelSave is a label of a record to be saved (标签).
type LabelSave struct {
	ID     string `json:"id" jdy:"need"`
	Number string `json:"number,omitempty"` // 编码
	Name   string `json:"name,omitempty"`

	Extra duijie.Record `json:"-"` // further members; one that has a field replaces it
}

// MarshalJSON writes what is set.
func (v LabelSave) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// Attachment is a file that belongs to a record (附件).
type Attachment struct {
	URL   string `json:"url"`
	Panel string `json:"panel"` // the platform does not say what it means

	Raw json.RawMessage `json:"-"` // as the platform sent it
}

// MarshalJSON writes the fields, and what Raw has beyond them.
func (v Attachment) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// AttachmentSave is a file that is to belong to a record; [Client.UploadAttachment]
// gives its URL.
type AttachmentSave struct {
	URL   string `json:"url,omitempty"`
	Panel string `json:"panel,omitempty"` // the platform does not say what it means

	Extra duijie.Record `json:"-"` // further members; one that has a field replaces it
}

// MarshalJSON writes what is set.
func (v AttachmentSave) MarshalJSON() ([]byte, error) { return encodeObject(v) }
