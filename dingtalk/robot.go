package dingtalk

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/transport"
)

// RobotConfig is the webhook of a custom robot in a group (自定义机器人).
type RobotConfig struct {
	// Token is the access_token of the webhook's address. It belongs to the robot, not
	// to an application.
	Token duijie.Secret
	// Secret is that of 加签, it begins with SEC; the zero Secret sends unsigned messages, for
	// robots secured by a keyword or addresses.
	Secret duijie.Secret
	// BaseURL is the old gateway; "" = DefaultOAPIBaseURL.
	BaseURL string
}

// Robot sends messages to the group of one robot. It is safe for concurrent use.
type Robot struct {
	cfg    RobotConfig
	client *Client
}

// robotLimit keeps any minute within the platform's 20 messages: above them it refuses
// messages for 10 minutes.
var robotLimit = transport.Limit{PerSecond: 10.0 / 60, Burst: 10, InFlight: 1}

const robotPath = "/robot/send"

// NewRobot makes a robot. Nothing is sent yet. Its error matches duijie.ErrInvalid.
func NewRobot(cfg RobotConfig, opts ...duijie.Option) (*Robot, error) {
	o, err := duijie.NewOptions(opts...)
	if cfg.Token.IsZero() {
		err = errors.Join(err, invalid("robot", "Token is missing: the access_token of the webhook's address (群设置 > 机器人 > Webhook)"))
	}
	if o.BaseURL != "" {
		cfg.BaseURL = o.BaseURL
	}
	base := Config{OAPIBaseURL: cfg.BaseURL}.oapiBase()
	if err != nil {
		return nil, err
	}
	g := &gateway{kind: OAPI, base: base}
	c := &Client{cfg: Config{}, api: g, oapi: g}
	g.http = transport.New(transport.Config{
		Platform: platform, Options: o, Limits: map[string]transport.Limit{"": robotLimit}, Retry: retryPolicy(),
		Secrets: []duijie.Secret{cfg.Token, cfg.Secret},
	})
	return &Robot{cfg: cfg, client: c}, nil
}

// String names the robot without its credentials.
func (r *Robot) String() string { return "dingtalk.Robot" }

// CloseIdleConnections closes connections nobody uses.
func (r *Robot) CloseIdleConnections() { r.client.oapi.http.CloseIdleConnections() }

// SignRobot is the sign of a robot's message at a time: HMAC-SHA256 over the
// milliseconds, a line feed and the secret, keyed by the secret, in base64.
func SignRobot(secret duijie.Secret, at time.Time) string {
	mac := hmac.New(sha256.New, []byte(secret.Reveal()))
	mac.Write([]byte(strconv.FormatInt(at.UnixMilli(), 10) + "\n" + secret.Reveal()))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// RobotMessage is a message of a robot: one of its kinds is set.
type RobotMessage struct {
	Text       *RobotText       // plain text
	Markdown   *RobotMarkdown   // with headings, links and pictures
	Link       *RobotLink       // a card that leads to a page
	ActionCard *RobotActionCard // a card with one or several buttons
	FeedCard   []RobotFeed      // several links with pictures

	At RobotAt // who is called by name; for text and markdown
	// UUID makes a repeat of the message harmless; "" = a new one each Send.
	UUID string
}

// RobotText is a plain text.
type RobotText struct {
	Content string `json:"content"` // of the message
}

// RobotMarkdown is a text in the platform's part of Markdown.
type RobotMarkdown struct {
	Title string `json:"title"` // shown in the list of conversations
	Text  string `json:"text"`  // of the message
}

// RobotLink is a card that leads to a page.
type RobotLink struct {
	Title      string `json:"title"`            // headline
	Text       string `json:"text"`             // below it
	MessageURL string `json:"messageUrl"`       // page it leads to
	PicURL     string `json:"picUrl,omitempty"` // picture
}

// RobotActionCard is a card with one button (SingleTitle, SingleURL) or several.
type RobotActionCard struct {
	Title       string        `json:"title"`                    // shown in the list of conversations
	Text        string        `json:"text"`                     // Markdown
	Horizontal  string        `json:"btnOrientation,omitempty"` // "1": buttons side by side
	SingleTitle string        `json:"singleTitle,omitempty"`    // the one button
	SingleURL   string        `json:"singleURL,omitempty"`      // where it leads
	Buttons     []RobotButton `json:"btns,omitempty"`           // several
}

// RobotButton is one button of a card.
type RobotButton struct {
	Title string `json:"title"`     // on the button
	URL   string `json:"actionURL"` // where it leads
}

// RobotFeed is one link of a feed card.
type RobotFeed struct {
	Title      string `json:"title"`      // headline
	MessageURL string `json:"messageURL"` // page it leads to
	PicURL     string `json:"picURL"`     // picture
}

// RobotAt is who is called by name.
type RobotAt struct {
	Mobiles []string `json:"atMobiles,omitempty"` // by telephone number
	UserIDs []string `json:"atUserIds,omitempty"` // by userId, 50 at most
	All     bool     `json:"isAtAll,omitempty"`   // everybody
}

// body is the message as the platform takes it.
func (m RobotMessage) body() (map[string]any, error) {
	out := map[string]any{}
	add := func(there bool, kind string, v any) {
		if there {
			out["msgtype"], out[kind] = kind, v
		}
	}
	add(m.Text != nil, "text", m.Text)
	add(m.Markdown != nil, "markdown", m.Markdown)
	add(m.Link != nil, "link", m.Link)
	add(m.ActionCard != nil, "actionCard", m.ActionCard)
	add(len(m.FeedCard) > 0, "feedCard", map[string]any{"links": m.FeedCard})
	switch {
	case len(out) == 0:
		return nil, invalid(robotPath, "the message is empty")
	case len(out) > 2:
		return nil, invalid(robotPath, "a message is of one kind")
	case m.Text != nil && m.Text.Content == "" || m.Markdown != nil && (m.Markdown.Title == "" || m.Markdown.Text == ""):
		return nil, invalid(robotPath, "the message has no text, or no title")
	case len(m.At.UserIDs) > 50:
		return nil, invalid(robotPath, "At.UserIDs are 50 at most")
	}
	if m.At.All || len(m.At.Mobiles)+len(m.At.UserIDs) > 0 {
		out["at"] = m.At
	}
	return out, nil
}

// Send sends a message to the group (自定义机器人发送群消息, POST /robot/send,
// https://open.dingtalk.com/document/orgapp/custom-robot-access).
//
// Effect: idempotent, because of RobotMessage.UUID: a repeat is not shown twice. Limit: 20
// messages a minute, then none for 10 minutes; messages are paced to 10 at once and 10 a
// minute. Errors: duijie.ErrInvalid for a robot whose security setting refuses the
// message, duijie.ErrRateLimited above the limit.
func (r *Robot) Send(ctx context.Context, m RobotMessage, opts ...duijie.CallOption) error {
	body, err := m.body()
	if err != nil {
		return err
	}
	if body["msgUuid"] = m.UUID; m.UUID == "" {
		body["msgUuid"] = rand.Text()
	}
	query := Query{"access_token": r.cfg.Token.Reveal()}
	secrets := []duijie.Secret{r.cfg.Token, r.cfg.Secret}
	if !r.cfg.Secret.IsZero() {
		now := r.client.oapi.http.Now()
		query["timestamp"], query["sign"] = strconv.FormatInt(now.UnixMilli(), 10), SignRobot(r.cfg.Secret, now)
		secrets = append(secrets, duijie.NewSecret(query["sign"]), duijie.NewSecret(escapeQuery(query["sign"])))
	}
	req, err := newRequest(r.client.oapi, http.MethodPost+" "+robotPath, query, body)
	if err != nil {
		return fmt.Errorf("dingtalk: robot: %w", err)
	}
	req.noToken, req.effect, req.secrets, req.group = true, duijie.EffectIdempotent, secrets, robotPath
	return r.client.do(ctx, req, nil, opts...)
}
