package kingdee

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
)

// result is what stands under Result in the answer of everything but a query
// that worked. All fields are optional: old servers leave most of them out.
type result struct {
	ResponseStatus        *status
	ConvertResponseStatus *status    // Push: the conversion before the save
	IsSuccess             *wire.Bool // reports
	ID                    wire.Text  `json:"Id"`
	Number                wire.Text
	Message               wire.Text // attachments: the reason, Errors may be empty
	NeedReturnData        json.RawMessage
	Result                json.RawMessage // View
}

type status struct {
	IsSuccess      wire.Bool
	MsgCode        wire.Text
	Errors         []note
	SuccessEntitys *[]entity // nil: the oldest servers do not send it
}

type note struct {
	FieldName wire.Text
	Message   wire.Text
	DIndex    *wire.Int
}

type entity struct {
	ID     wire.Text `json:"Id"`
	Number wire.Text
	DIndex *wire.Int
}

func (s *status) succeeded() []entity {
	if s.SuccessEntitys == nil {
		return nil
	}
	return *s.SuccessEntitys
}

// text joins the platform's messages, the same one once.
func (s *status) text() string {
	const most = 5
	var list []string
	seen := map[string]bool{}
	for _, n := range s.Errors {
		if m := strings.TrimSpace(string(n.Message)); m != "" && !seen[m] && len(list) < most {
			seen[m] = true
			list = append(list, m)
		}
	}
	return strings.Join(list, "; ")
}

// rowErrors are the errors in the form users see.
func (s *status) rowErrors() []RowError {
	out := make([]RowError, len(s.Errors))
	for i, n := range s.Errors {
		out[i] = RowError{Index: -1, Field: string(n.FieldName), Message: string(n.Message)}
		if n.DIndex != nil {
			out[i].Index = int(*n.DIndex)
		}
	}
	return out
}

// reasons are the errors of all statuses that failed.
func (r *reading) reasons() []RowError {
	var out []RowError
	for _, st := range []*status{r.result.ConvertResponseStatus, r.result.ResponseStatus} {
		if st != nil {
			out = append(out, st.rowErrors()...)
		}
	}
	return out
}

// probe finds out what an answer is before anything is made of it.
type probe struct {
	Result          json.RawMessage
	ErrCode         wire.Text `json:"errcode"`
	Description     wire.Text `json:"description"`
	DescriptionCN   wire.Text `json:"description_cn"`
	ActionName      wire.Text `json:"actionname"`
	Params          json.RawMessage
	LoginResultType *wire.Int
	Message         json.RawMessage
	SessionID       wire.Text `json:"KDSVCSessionId"`
	IsSuccessByAPI  wire.Bool
	TaskID          wire.Text       `json:"TaskId"` // asynchronous BatchSave
	Success         json.RawMessage // the stock service
}

// members decodes what stands under Result into out, for the services that have
// more there than all have.
func (r *reading) members(op string, out any) error {
	if err := wire.Unmarshal(r.probe.Result, out); err != nil {
		return fmt.Errorf("kingdee: %s: the answer is not as described: %w: %w", op, err, duijie.ErrMalformedAnswer)
	}
	return nil
}

// firstObject unwraps arrays of any depth and returns the object that comes
// first in them, nil when something else does. depth tells how many there were.
func firstObject(body []byte) (object json.RawMessage, depth int) {
	for wire.First(body) == '[' {
		body = bytes.TrimLeft(body, " \t\r\n")[1:]
		depth++
	}
	if wire.First(body) != '{' {
		return nil, depth
	}
	if depth == 0 {
		return body, 0
	}
	if object = wire.FirstValue(body); !json.Valid(object) {
		return nil, depth
	}
	return object, depth
}
