// Package dingtalk is a client for 钉钉 (DingTalk, open.dingtalk.com) and 宜搭
// (Yida, its forms and approval processes).
package dingtalk
