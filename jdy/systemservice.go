package jdy

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"iter"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
)

const (
	customFieldPath = "/jdy/v2/sys/custom_mult_field"
	lockPath        = "/jdy/v2/sys/mutex_list"
	userPath        = "/jdy/v2/sys/user_list"
	currentUserPath = "/jdy/v2/sys/current_user_info"
	attachmentPath  = "/jdy/v2/sys/attachment_upload"
	accountTypePath = "/jdy/v2/fi/account_type"

	// MaxAttachment is the largest attachment, in bytes.
	MaxAttachment = 10 << 20
)

// CustomFields reads the custom fields of a kind of record (自定义字段查询, GET
// /jdy/v2/sys/custom_mult_field), "bd_customer" for one; [RecordKind] names the
// entities. Formulas come with formulas set. Effect: read.
func (c *Client) CustomFields(ctx context.Context, entity string, formulas bool, opts ...duijie.CallOption) ([]CustomFieldRow, error) {
	if entity == "" {
		return nil, invalid(customFieldPath, "the entity is empty")
	}
	f := Filter{"entity_number": entity}
	if formulas {
		f["show_field_formula"] = true
	}
	return rowsOf[CustomFieldRow](ctx, c, customFieldPath, f, opts)
}

// Locks reads who has records open (查询网络锁, GET /jdy/v2/sys/mutex_list):
// changes of these are refused. Filter of the query takes bill_type.
// Effect: read.
func (c *Client) Locks(ctx context.Context, q Query, opts ...duijie.CallOption) iter.Seq2[LockRow, error] {
	return QueryAs[LockRow](ctx, c, lockPath, q, opts...)
}

// Users reads the users of the account set (用户信息列表, GET
// /jdy/v2/sys/user_list); UID is what [Config] takes as UserID. Filter of the
// query takes phone. Effect: read.
func (c *Client) Users(ctx context.Context, q Query, opts ...duijie.CallOption) iter.Seq2[UserRow, error] {
	return QueryAs[UserRow](ctx, c, userPath, q, opts...)
}

// LedgerAccountTypes reads the types of accounts of the ledger (科目类别列表, GET
// /jdy/v2/fi/account_type). Effect: read.
func (c *Client) LedgerAccountTypes(ctx context.Context, opts ...duijie.CallOption) ([]LedgerAccountTypeRow, error) {
	return rowsOf[LedgerAccountTypeRow](ctx, c, accountTypePath, nil, opts)
}

// CurrentUser is the user calls are made as.
type CurrentUser struct {
	ID         string      `json:"id"`
	Number     string      `json:"number"` // 编码
	Name       string      `json:"name"`
	Enable     Enable      `json:"enable"`
	EID        string      `json:"eid"`
	UID        string      `json:"uid"`                 // what Config.UserID takes
	Phone      string      `json:"phone" jdy:"private"` // private: decrypted when read
	Status     string      `json:"status"`
	CreateTime duijie.Time `json:"create_time"` // China time
	IsAdmin    bool        `json:"is_admin"`

	Department *UserPlace `json:"department"`
	Employee   *UserPlace `json:"employee"`

	Raw json.RawMessage `json:"-"` // as the platform sent it
}

// MarshalJSON writes the fields, and what Raw has beyond them.
func (v CurrentUser) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// UserPlace is the department or employee of a [CurrentUser].
type UserPlace struct {
	ID     string        `json:"id"`
	Number string        `json:"number"` // 编码
	Name   duijie.Record `json:"name"`   // by language, zh_CN

	Raw json.RawMessage `json:"-"` // as the platform sent it
}

// MarshalJSON writes the fields, and what Raw has beyond them.
func (v UserPlace) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// CurrentUser reads the user calls are made as (当前用户信息查询, GET
// /jdy/v2/sys/current_user_info): the cheapest call that tells whether a token
// works. Effect: read.
func (c *Client) CurrentUser(ctx context.Context, opts ...duijie.CallOption) (*CurrentUser, error) {
	out := new(CurrentUser)
	if err := c.Call(ctx, "GET "+currentUserPath, nil, nil, out, opts...); err != nil {
		return nil, err
	}
	return out, nil
}

// UploadAttachment uploads a file (附件上传, POST /jdy/v2/sys/attachment_upload) and
// returns its URL, for the URL of an [AttachmentSave]. The content is read whole
// before it is sent, so that it can be sent again.
//
// Effect: write: a repeat makes another file, which belongs to nothing. Limit: 10
// MB, checked before sending.
func (c *Client) UploadAttachment(ctx context.Context, name string, content io.Reader, opts ...duijie.CallOption) (string, error) {
	if name == "" || content == nil {
		return "", invalid(attachmentPath, "a name and a content are needed")
	}
	b, err := io.ReadAll(io.LimitReader(content, MaxAttachment+1))
	switch {
	case err != nil:
		return "", fmt.Errorf("jdy: %s: read %q: %w", attachmentPath, name, err)
	case len(b) == 0:
		return "", invalid(attachmentPath, "the content is empty")
	case len(b) > MaxAttachment:
		return "", invalid(attachmentPath, fmt.Sprintf("%q has more than the %d bytes the platform takes", name, MaxAttachment))
	}
	var a Answer
	if err := c.Call(ctx, "POST "+attachmentPath, nil, &File{Name: name, Content: b}, &a, opts...); err != nil {
		return "", err
	}
	url := ""
	if wire.First(a.Data) == '{' {
		url = memberText(a.Data, "file1")
	}
	if url == "" {
		return "", &duijie.APIError{
			Platform: platform, Op: attachmentPath, Class: duijie.ClassUnavailable, OutcomeUnknown: true, Err: duijie.ErrMalformedAnswer,
			Message: "the answer says success and names no file",
		}
	}
	return url, nil
}
