package kingdeetest

// MsgCode values the server uses.
const (
	codeOK          = 0
	codeLost        = 1
	codeNoOperation = 3
	codeNoForm      = 5
	codeParameter   = 8
	codeNoSuchField = 9
	codeNotFound    = 10
	codeInvalid     = 11
	codeNotOperable = 12
	codeLocked      = 13
	codeLimit       = 14
)

// answered is the envelope of every answer that is not a query's success.
type answered struct {
	Result result
}

type result struct {
	ResponseStatus   any // *status or nil
	ID               any `json:"Id,omitempty"`
	Number           any `json:",omitempty"`
	NeedReturnData   any `json:",omitempty"`
	OperationResults any `json:",omitempty"`
	FileID           any `json:"FileId,omitempty"`
	Message          any `json:",omitempty"`
	Result           any `json:",omitempty"`
}

type status struct {
	ErrorCode       int `json:",omitempty"`
	IsSuccess       bool
	Errors          []message
	SuccessEntitys  []entity
	SuccessMessages []message
	MsgCode         *int `json:",omitempty"`

	bare bool // as the oldest servers answer
}

// MarshalJSON leaves out what the oldest servers do not know.
func (s *status) MarshalJSON() ([]byte, error) {
	type whole status
	if !s.bare {
		return encode((*whole)(s)), nil
	}
	out := map[string]any{"IsSuccess": s.IsSuccess}
	if !s.IsSuccess {
		out["ErrorCode"], out["Errors"] = s.ErrorCode, s.Errors
	}
	return encode(out), nil
}

type message struct {
	FieldName *string
	Message   string
	DIndex    *int `json:",omitempty"`
}

type entity struct {
	ID     any `json:"Id"`
	Number any
	DIndex *int `json:",omitempty"`
}

// issue is one reason why a row, or a whole call, is refused.
type issue struct {
	field string // "" is sent as null
	blank bool   // send an empty field name as "", not as null
	text  string
	code  int
	row   int // DIndex; negative: leave it out
}

func (c *call) message(i issue) message {
	m := message{Message: i.text}
	if i.field != "" || i.blank {
		m.FieldName = &i.field
	}
	m.DIndex = c.index(i.row)
	return m
}

// index is a DIndex, left out where the server has none.
func (c *call) index(row int) *int {
	if c.s.old || row < 0 {
		return nil
	}
	return &row
}

// status builds a ResponseStatus; the first issue decides on MsgCode.
func (c *call) status(done []entity, messages []issue, issues []issue) *status {
	st := &status{
		IsSuccess: len(issues) == 0,
		Errors:    []message{}, SuccessEntitys: []entity{}, SuccessMessages: []message{},
	}
	st.SuccessEntitys = append(st.SuccessEntitys, done...)
	code := codeOK
	for i, is := range issues {
		if i == 0 {
			code, st.ErrorCode = is.code, 500
		}
		st.Errors = append(st.Errors, c.message(is))
	}
	for _, m := range messages {
		st.SuccessMessages = append(st.SuccessMessages, c.message(m))
	}
	if !c.s.old {
		st.MsgCode = &code
	}
	st.bare = c.s.oldest
	return st
}

// fail is the answer to a call that is refused as a whole, in the shape of its
// service: queries nest it in arrays.
func (c *call) fail(issues ...issue) any {
	body := answered{result{ResponseStatus: c.status(nil, nil, issues)}}
	switch c.op {
	case "ExecuteBillQuery":
		return [][]any{{body}}
	case "BillQuery":
		return []any{body}
	case "Save", "Draft":
		if c.s.old && issues[0].code != codeLost {
			body.Result.ID = ""
			if !c.s.oldest {
				body.Result.NeedReturnData = []any{struct{}{}}
			}
		}
	}
	return body
}

func (c *call) sessionLost() any {
	return c.fail(issue{text: "会话信息已丢失，请重新登录", code: codeLost})
}

func (c *call) badParameter(text string) any {
	return c.fail(issue{text: text, code: codeParameter})
}
