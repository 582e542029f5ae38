package kingdeetest

import (
	"crypto/sha256"
	"encoding/json"
	"strings"
)

// Message is one message SendMsg delivered.
type Message struct{ Title, Content, Receivers, Type string }

// Messages are the messages SendMsg (发送消息) delivered so far.
func (s *Server) Messages() []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Message(nil), s.messages...)
}

// sendMsg serves SendMsg: receivers are accounts of SEC_User, in a comma list.
func (c *call) sendMsg() any {
	data, ok := c.params.object("data")
	if !ok {
		return c.badParameter("参数data不是有效的JSON对象")
	}
	var list []json.RawMessage
	if json.Unmarshal(data["model"], &list) != nil || len(list) == 0 {
		return c.badParameter("参数Model必须是对象数组")
	}
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	var done []entity
	var issues []issue
	for i, item := range list {
		p, err := lowerObject(item)
		if err != nil {
			return c.badParameter("参数Model必须是对象数组")
		}
		m := Message{p.text("ftitle"), p.text("fcontent"), p.text("freceivers"), p.text("ftype")}
		if field, wrong := c.s.undeliverable(m); wrong != "" {
			issues = append(issues, issue{field: field, text: wrong, code: codeInvalid, row: i})
			continue
		}
		c.s.messages = append(c.s.messages, m)
		done = append(done, entity{ID: c.s.newID(), DIndex: c.index(i)})
	}
	return answered{result{ResponseStatus: c.status(done, nil, issues)}}
}

func (s *Server) undeliverable(m Message) (field, wrong string) {
	if strings.TrimSpace(m.Title) == "" {
		return "FTitle", "字段“标题”是必填项"
	}
	to := 0
	for account := range strings.SplitSeq(m.Receivers, ",") {
		if account = strings.TrimSpace(account); account == "" {
			continue
		}
		if s.table("SEC_User").find(account, 0) == nil {
			return "FReceivers", "用户[" + account + "]不存在"
		}
		to++
	}
	if to == 0 {
		return "FReceivers", "字段“接收人”是必填项"
	}
	return "", ""
}

// repeated tells whether a Save that asked for ValidateRepeatJson holds a Model
// that was stored before.
func (c *call) repeated(data params) (sum string, seen bool) {
	if !data.boolean("validaterepeatjson", false) {
		return "", false
	}
	sum = c.op + "\x00" + strings.ToLower(c.params.text("formid")) + "\x00" + hashOf(data["model"])
	return sum, c.s.models[sum]
}

var sameJSON = issue{text: "相同的JSON数据已经提交过，不允许重复提交！", code: codeInvalid}

// remember keeps the sum of a Model that was stored.
func (s *Server) remember(sum string) {
	if sum != "" {
		s.models[sum] = true
	}
}

func hashOf(raw []byte) string {
	sum := sha256.Sum256(raw)
	return string(sum[:])
}

// Hide keeps a record from queries, as data permissions of the integration user
// do: without a word. Saves, View and operations still meet it.
func (s *Server) Hide(form, number string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hidden[refusalKey(form, number)] = true
}

// Lock makes a record one that somebody else works on: calls with NetworkCtrl
// (网络控制) are refused for it with MsgCode 13.
func (s *Server) Lock(form, number string) { s.setLocked(form, number, true) }

// Unlock ends a Lock.
func (s *Server) Unlock(form, number string) { s.setLocked(form, number, false) }

func (s *Server) setLocked(form, number string, on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.locked[refusalKey(form, number)] = on
}
