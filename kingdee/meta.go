package kingdee

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
)

// infoMaxBody caps the metadata of a form, which can be tens of megabytes.
const infoMaxBody = 256 << 20

// BusinessInfo is the metadata of a form (元数据).
type BusinessInfo struct {
	ID         string
	Name       LocalText           // "物料"
	Entries    []BusinessEntry     // the head first, then the lines and sub-heads
	Operations []BusinessOperation // what [Client.Operate] can do
	Raw        json.RawMessage     // the whole description (NeedReturnData)
}

// LocalText is a text in several languages, by language id: 2052 simplified
// Chinese, 1033 English, 3076 traditional Chinese.
type LocalText map[int]string

// UnmarshalJSON reads [{"Key":2052,"Value":"物料"}], or a plain text as Chinese.
func (l *LocalText) UnmarshalJSON(raw []byte) error {
	*l = nil
	if wire.First(raw) != '[' {
		var text wire.Text
		err := text.UnmarshalJSON(raw)
		if text != "" {
			*l = LocalText{defaultLCID: string(text)}
		}
		return err
	}
	var list []struct {
		Key   wire.Int
		Value wire.Text
	}
	if err := wire.Unmarshal(raw, &list); err != nil {
		return err
	}
	*l = LocalText{}
	for _, e := range list {
		(*l)[int(e.Key)] = string(e.Value)
	}
	return nil
}

// String is the text in simplified Chinese, or else in any language there is.
func (l LocalText) String() string {
	if text, ok := l[defaultLCID]; ok {
		return text
	}
	least := 0
	for lcid := range l {
		if least == 0 || lcid < least {
			least = lcid
		}
	}
	return l[least]
}

// HeadEntry is the Key of the entry that holds the fields of the head.
const HeadEntry = "FBillHead"

// BusinessEntry is the head of a form, a sub-head, or its lines (单据体).
type BusinessEntry struct {
	Key       string // HeadEntry, or the key the lines have in a model: "FSaleOrderEntry"
	ParentKey string
	Name      LocalText
	Fields    []BusinessField
}

// BusinessField is one field of a form.
type BusinessField struct {
	Key         string // what models and queries call it
	Name        LocalText
	FieldName   string // its column in the database
	MustInput   bool   // required (必录)
	FieldType   string
	ElementType string
	// LookUpForm is the form of the base data a reference field refers to
	// (LookUpObjectFormId), "" for other fields.
	LookUpForm string
}

// Queryable tells whether a query may ask for the field by its Key. Flex fields
// ("FAUXPROPID__FF100001") can not be asked for like that.
func (f BusinessField) Queryable() bool { return !strings.Contains(f.Key, "__") }

// BusinessOperation is an operation of a form.
type BusinessOperation struct {
	Number string // opNumber of [Client.Operate], "BillClose"
	Name   LocalText
}

type infoAnswer struct {
	ID     wire.Text `json:"Id"`
	Name   LocalText
	Entrys []struct {
		Key, ParentKey wire.Text
		Name           LocalText
		Fields         []struct {
			Key, FieldName, FieldType, ElementType wire.Text
			Name                                   LocalText
			MustInput                              wire.Bool
			LookUpObjectFormID                     wire.Text `json:"LookUpObjectFormId"`
		}
	}
	Operations []struct {
		OperationNumber wire.Text
		OperationName   LocalText
	}
}

// Field finds a field by its key, regardless of case, and the entry it is in;
// nil when the form has no such field.
func (b *BusinessInfo) Field(key string) (*BusinessEntry, *BusinessField) {
	for i := range b.Entries {
		e := &b.Entries[i]
		for n := range e.Fields {
			if strings.EqualFold(e.Fields[n].Key, key) {
				return e, &e.Fields[n]
			}
		}
	}
	return nil, nil
}

// QueryBusinessInfo reads the metadata of a form (查询元数据): its fields, custom
// ones included, which are required, and its operations. It is large and slow:
// keep it, see [BusinessInfoCache].
//
// Effect: read. Limit: answers of up to 256 MiB are read, unless the client or
// the call sets a cap.
func (c *Client) QueryBusinessInfo(ctx context.Context, formID string, opts ...duijie.CallOption) (*BusinessInfo, error) {
	if formID == "" {
		return nil, fmt.Errorf("kingdee: QueryBusinessInfo: the form id is missing: %w", duijie.ErrInvalid)
	}
	if c.maxBody == 0 {
		opts = append([]duijie.CallOption{duijie.WithMaxAnswer(infoMaxBody)}, opts...)
	}
	op := known["QueryBusinessInfo"]
	op.service = "QueryBusinessInfo"
	r, err := c.form(ctx, op, opts, parameter{"data", struct {
		FormID string `json:"FormId"`
	}{formID}})
	if err != nil {
		return nil, err
	}
	var a infoAnswer
	if wire.First(r.result.NeedReturnData) != '{' {
		err = fmt.Errorf("NeedReturnData is no object: %w", duijie.ErrMalformedAnswer)
	} else {
		err = wire.Unmarshal(r.result.NeedReturnData, &a)
	}
	if err != nil {
		return nil, fmt.Errorf("kingdee: QueryBusinessInfo %s: %w: %w", cut(formID), err, duijie.ErrMalformedAnswer)
	}
	return a.info(r.result.NeedReturnData), nil
}

func (a infoAnswer) info(raw json.RawMessage) *BusinessInfo {
	out := &BusinessInfo{ID: string(a.ID), Name: a.Name, Raw: raw}
	for _, e := range a.Entrys {
		entry := BusinessEntry{Key: string(e.Key), ParentKey: string(e.ParentKey), Name: e.Name}
		for _, f := range e.Fields {
			entry.Fields = append(entry.Fields, BusinessField{
				Key: string(f.Key), Name: f.Name, FieldName: string(f.FieldName), MustInput: bool(f.MustInput),
				FieldType: string(f.FieldType), ElementType: string(f.ElementType), LookUpForm: string(f.LookUpObjectFormID),
			})
		}
		out.Entries = append(out.Entries, entry)
	}
	for _, o := range a.Operations {
		out.Operations = append(out.Operations, BusinessOperation{Number: string(o.OperationNumber), Name: o.OperationName})
	}
	return out
}

// BusinessInfoCache keeps the metadata of forms for a time. It is safe for
// concurrent use, and asks for a form once at a time.
type BusinessInfoCache struct {
	c    *Client
	keep time.Duration

	mu    sync.Mutex
	forms map[string]*cachedInfo
}

type cachedInfo struct {
	turn chan struct{} // holds one token: who has it may ask
	info *BusinessInfo
	read time.Time
}

// NewBusinessInfoCache makes a cache that asks again after keep; 0 = an hour.
func NewBusinessInfoCache(c *Client, keep time.Duration) *BusinessInfoCache {
	if keep <= 0 {
		keep = time.Hour
	}
	return &BusinessInfoCache{c: c, keep: keep, forms: map[string]*cachedInfo{}}
}

// Get is the metadata of a form, see [Client.QueryBusinessInfo]. It is shared:
// do not change it. Errors are not kept.
func (b *BusinessInfoCache) Get(ctx context.Context, formID string) (*BusinessInfo, error) {
	key := strings.ToLower(formID)
	b.mu.Lock()
	e := b.forms[key]
	if e == nil {
		e = &cachedInfo{turn: make(chan struct{}, 1)}
		b.forms[key] = e
	}
	b.mu.Unlock()
	select {
	case e.turn <- struct{}{}:
		defer func() { <-e.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if e.info != nil && time.Since(e.read) < b.keep {
		return e.info, nil
	}
	info, err := b.c.QueryBusinessInfo(ctx, formID)
	if err != nil {
		return nil, err
	}
	e.info, e.read = info, time.Now()
	return info, nil
}
