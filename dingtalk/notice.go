package dingtalk

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
)

// WorkNotice is a message of the application to employees (工作通知).
type WorkNotice struct {
	AgentID       int64    // AgentId of the application; required
	UserIDs       []string // receivers, 100 at most
	DepartmentIDs []int64  // whole departments, 20 at most
	All           bool     // the whole organisation
	// Message is what is sent: {"msgtype":"text","text":{"content":"…"}} and other kinds, 2,048
	// bytes of JSON at most. [NoticeText] and [NoticeMarkdown] make the usual ones.
	Message any
}

// NoticeText is a plain text for [WorkNotice].
func NoticeText(content string) any {
	return map[string]any{"msgtype": "text", "text": map[string]string{"content": content}}
}

// NoticeMarkdown is a text in the platform's part of Markdown for [WorkNotice].
func NoticeMarkdown(title, text string) any {
	return map[string]any{"msgtype": "markdown", "markdown": map[string]string{"title": title, "text": text}}
}

const (
	noticePath       = "/topapi/message/corpconversation/asyncsend_v2"
	noticeResultPath = "/topapi/message/corpconversation/getsendresult"
	noticeBytes      = 2048
)

// SendNotice hands a work notice over (发送工作通知, POST
// /topapi/message/corpconversation/asyncsend_v2, https://open.dingtalk.com/document/orgapp/asynchronous-sending-of-enterprise-session-messages)
// and returns the number of its task. Accepted is not delivered: ask [Client.NoticeResult]. The
// platform drops silently the same content to one person a second time on a day, and more
// than 500 a day to one person.
//
// Effect: write; a repeat of the same content on the same day is dropped. Limit: 5,000
// receivers a minute.
func (c *Client) SendNotice(ctx context.Context, n WorkNotice, opts ...duijie.CallOption) (task int64, err error) {
	message, err := wire.Marshal(n.Message)
	switch {
	case err != nil:
		return 0, fmt.Errorf("dingtalk: %s: %w: %w", noticePath, err, duijie.ErrInvalid)
	case n.AgentID == 0:
		return 0, invalid(noticePath, "AgentID is missing: 开发者后台 > 凭证与基础信息")
	case n.Message == nil || len(message) > noticeBytes:
		return 0, invalid(noticePath, fmt.Sprintf("the message has %d bytes; it must have some, and %d at most", len(message), noticeBytes))
	case len(n.UserIDs) > 100 || len(n.DepartmentIDs) > 20:
		return 0, invalid(noticePath, "receivers are 100 users and 20 departments at most")
	case len(n.UserIDs)+len(n.DepartmentIDs) == 0 && !n.All:
		return 0, invalid(noticePath, "the notice has no receivers")
	}
	body := map[string]any{"agent_id": n.AgentID, "msg": json.RawMessage(message), "to_all_user": n.All}
	if len(n.UserIDs) > 0 {
		body["userid_list"] = strings.Join(n.UserIDs, ",")
	}
	if len(n.DepartmentIDs) > 0 {
		ids := make([]string, len(n.DepartmentIDs))
		for i, id := range n.DepartmentIDs {
			ids[i] = fmt.Sprint(id)
		}
		body["dept_id_list"] = strings.Join(ids, ",")
	}
	var out struct {
		TaskID wire.Int `json:"task_id"`
	}
	err = c.CallOAPI(ctx, "POST "+noticePath, nil, body, &out, opts...)
	return int64(out.TaskID), err
}

// NoticeResult is what became of a work notice.
type NoticeResult struct {
	Read       []string `json:"read_user_id_list"`      // saw it
	Unread     []string `json:"unread_user_id_list"`    // have it
	Failed     []string `json:"failed_user_id_list"`    // did not get it
	Invalid    []string `json:"invalid_user_id_list"`   // are no users
	Forbidden  []string `json:"forbidden_user_id_list"` // had too many, or the same before
	InvalidDep []int64  `json:"invalid_dept_id_list"`   // are no departments
	Raw        Answer   `json:"-"`                      // the whole answer
}

// NoticeResult asks what became of a work notice (获取工作通知消息的发送结果, POST
// /topapi/message/corpconversation/getsendresult).
//
// Effect: read.
func (c *Client) NoticeResult(ctx context.Context, agentID, task int64, opts ...duijie.CallOption) (NoticeResult, error) {
	var out NoticeResult
	err := c.CallOAPI(ctx, "POST "+noticeResultPath, nil, map[string]any{"agent_id": agentID, "task_id": task}, &out.Raw, opts...)
	if err != nil {
		return out, err
	}
	for _, name := range []string{"send_result", "result"} {
		if raw := member(out.Raw.Body, name); raw != nil {
			if err := wire.Unmarshal(raw, &out); err != nil {
				return out, fmt.Errorf("dingtalk: %s: the answer does not fit: %w", noticeResultPath, err)
			}
		}
	}
	return out, nil
}
