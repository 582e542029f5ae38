package dingtalktest

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

func messageOps() []operation {
	return []operation{
		{gate: oapi, verb: "POST", path: "robot/send", open: true, query: "access_token timestamp sign", serve: (*call).robotSend},
		{gate: oapi, verb: "POST", path: "topapi/message/corpconversation/asyncsend_v2", body: "agent_id:n* userid_list dept_id_list to_all_user:b msg:o*", serve: (*call).sendNotice},
		{gate: oapi, verb: "POST", path: "topapi/message/corpconversation/getsendresult", body: "agent_id:n* task_id:n*", serve: (*call).noticeResult},
	}
}

var errRobotFast = oldError(130101, "send too fast, exceed 20 times per minute")

const (
	robotPerMinute = 20
	robotPenalty   = 10 * time.Minute
)

// RobotMessage is one message a group got from the robot.
type RobotMessage struct {
	At   time.Time // by the server's clock
	Type string    // msgtype
	Body Row       // the whole message
	UUID string    // msgUuid, "" without
}

type robotState struct {
	got     []RobotMessage
	penalty time.Time
}

// RobotToken is the access_token of the robot's webhook.
func (s *Server) RobotToken() string { return s.robotToken }

// RobotSecret is the secret that signs the robot's messages, "" without one.
func (s *Server) RobotSecret() string { return s.robotSecret }

// RobotMessages returns what the robot posted so far; a repeated msgUuid is posted
// once.
func (s *Server) RobotMessages() []RobotMessage {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.robot.got)
}

func (c *call) robotSend() (any, *Error) {
	switch {
	case c.r.Method != "POST":
		return nil, oldError(43002, "需要POST请求")
	case c.str("access_token") == "":
		return nil, oldError(40035, "缺少参数 access_token")
	case c.str("access_token") != c.s.robotToken:
		return nil, oldError(300005, "token is not exist")
	case !strings.HasPrefix(c.r.Header.Get("Content-Type"), "application/json"):
		return nil, oldError(43004, "无效的HTTP HEADER Content-Type")
	}
	body, err := c.readBody()
	if err != nil || len(body) == 0 {
		return nil, oldError(40035, "缺少参数 json")
	}
	if err := c.robotSigned(body); err != nil {
		return nil, err
	}
	if err := robotShape(body); err != nil {
		return nil, err
	}
	if err := c.robotSpeed(); err != nil {
		return nil, err
	}
	id := text(body["msgUuid"])
	for _, m := range c.s.robot.got {
		if id != "" && m.UUID == id {
			return oldOK(nil), nil
		}
	}
	c.s.robot.got = append(c.s.robot.got, RobotMessage{At: c.s.clock(), Type: text(body["msgtype"]), Body: body, UUID: id})
	return oldOK(nil), nil
}

// robotSigned checks signature and time, or the keyword.
func (c *call) robotSigned(body Row) *Error {
	if c.s.robotSecret == "" {
		if !strings.Contains(encodeText(body), c.s.robotWord) {
			return oldError(310000, "keywords not in content")
		}
		return nil
	}
	ms, isInt := integer(c.str("timestamp"))
	if off := c.s.clock().Sub(time.UnixMilli(ms)); !isInt || off > time.Hour || off < -time.Hour {
		return oldError(310000, "invalid timestamp")
	}
	if !same(c.str("sign"), hmac64(c.s.robotSecret, c.str("timestamp")+"\n"+c.s.robotSecret)) {
		return oldError(310000, "sign not match")
	}
	return nil
}

// robotShape checks that a message has what its type needs.
func robotShape(body Row) *Error {
	need := map[string][]string{
		"text": {"content"}, "markdown": {"title", "text"}, "link": {"title", "text", "messageUrl"}, "actionCard": {"title", "text"}, "feedCard": {"links"},
	}
	kind := text(body["msgtype"])
	names, known := need[kind]
	if !known {
		return oldError(400105, "不支持的消息类型 "+kind)
	}
	part, isObject := body[kind].(Row)
	if !isObject {
		return oldError(40035, "缺少参数 "+kind)
	}
	for _, name := range names {
		if v := part[name]; v == nil || v == "" {
			return oldError(40035, "缺少参数 "+kind+"->"+name)
		}
	}
	if at, isObject := body["at"].(Row); isObject {
		if ids, _ := at["atUserIds"].([]any); len(ids) > 50 {
			return oldError(40035, "参数错误 atUserIds")
		}
	}
	return nil
}

// robotSpeed refuses all for ten minutes after more than 20 messages a minute, and
// counts the month.
func (c *call) robotSpeed() *Error {
	now := c.s.clock()
	if now.Before(c.s.robot.penalty) {
		return errRobotFast
	}
	if !c.s.robotPerMinuteOff && !c.s.allow("robot", robotPerMinute, time.Minute) {
		c.s.robot.penalty = now.Add(robotPenalty)
		return errRobotFast
	}
	if !c.s.countMessage() {
		return oldError(90020, "您的企业调用钉钉开放平台接口的次数超过了本月限额")
	}
	return nil
}

// WorkNotice is one work notice (工作通知) that was accepted.
type WorkNotice struct {
	TaskID    int64     // task_id
	At        time.Time // by the server's clock
	Message   Row       // msg
	Delivered []string  // userIds who got it
	Dropped   []string  // userIds who silently did not: the same content twice a day, or more than 500 a day
	Invalid   []string  // userIds nobody has
}

// WorkNotices returns the notices accepted so far.
func (s *Server) WorkNotices() []WorkNotice {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []WorkNotice
	for _, n := range s.notices {
		out = append(out, *n)
	}
	return out
}

func (c *call) sendNotice() (any, *Error) {
	split := func(name string) []string {
		return strings.FieldsFunc(c.str(name), func(r rune) bool { return r == ',' })
	}
	users, departments := split("userid_list"), split("dept_id_list")
	msg := c.args["msg"].(Row)
	switch {
	case c.num("agent_id", 0) != c.s.agentID:
		return nil, oldError(400002, "参数错误：agent_id")
	case len(users) > 100 || len(departments) > 20 || len(encode(msg)) > 2048:
		return nil, oldError(400002, "参数错误：超过上限")
	case len(users)+len(departments) == 0 && !c.flag("to_all_user"):
		return nil, oldError(40035, "缺少参数 userid_list")
	case text(msg["msgtype"]) == "" || msg[text(msg["msgtype"])] == nil:
		return nil, oldError(400002, "参数错误：msg")
	}
	for _, d := range departments {
		id, isInt := integer(d)
		if !isInt || c.s.people.departments[id] == nil {
			return nil, oldError(60003, "部门不存在")
		}
	}
	for _, id := range c.s.people.order {
		for _, d := range c.s.people.users[id].Departments {
			if c.flag("to_all_user") || slices.Contains(departments, itoa(d)) {
				users = append(users, id)
			}
		}
	}
	n := &WorkNotice{TaskID: 256271667526 + c.s.next(), At: c.s.clock(), Message: msg}
	for i, id := range users {
		switch {
		case slices.Contains(users[:i], id):
		case c.s.people.users[id] == nil:
			n.Invalid = append(n.Invalid, id)
		case c.s.mayReceive(id, msg):
			n.Delivered = append(n.Delivered, id)
		default:
			n.Dropped = append(n.Dropped, id)
		}
	}
	c.s.notices = append(c.s.notices, n)
	return Row{"errcode": 0, "errmsg": "ok", "task_id": n.TaskID}, nil
}

// mayReceive applies the silent limits of a receiver's day.
func (s *Server) mayReceive(id string, msg Row) bool {
	day, n := s.clock().In(china).Format(time.DateOnly), 0
	for _, old := range s.notices {
		if old.At.In(china).Format(time.DateOnly) != day || !slices.Contains(old.Delivered, id) {
			continue
		}
		if n++; encodeText(old.Message) == encodeText(msg) {
			return false
		}
	}
	return n < 500
}

func (c *call) noticeResult() (any, *Error) {
	for _, n := range c.s.notices {
		if n.TaskID == c.num("task_id", 0) && c.num("agent_id", 0) == c.s.agentID {
			return oldOK(Row{"send_result": Row{
				"invalid_user_id_list": anys(n.Invalid), "forbidden_user_id_list": anys(n.Dropped), "failed_user_id_list": []any{},
				"read_user_id_list": []any{}, "unread_user_id_list": anys(n.Delivered), "invalid_dept_id_list": []any{},
			}}), nil
		}
	}
	return nil, oldError(400002, fmt.Sprintf("参数错误：task_id %d", c.num("task_id", 0)))
}
