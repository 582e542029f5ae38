package okki

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"github.com/duijie-go/duijie"
)

// WebhookService manages the callback address and what is sent to it (消息推送, scope
// webhook, Pro edition). [NewWebhookHandler] answers the deliveries.
type WebhookService struct{ client *Client }

// WebhookSecurity is what deliveries are signed and encrypted with.
type WebhookSecurity struct {
	Method string        // security_method
	Config duijie.Secret // security_config: the Secret of a WebhookConfig, as it is
}

// Webhook is the callback address.
type Webhook struct {
	CallbackURL string `json:"callback_url"`    // where deliveries go
	Verified    bool   `json:"callback_verify"` // it answered the challenge
	Method      string `json:"security_method"` // how deliveries are secured
}

// Subscription is what is sent of one module.
type Subscription struct {
	Type    string   `json:"subscribe_type"`   // "crm.order"
	Configs []string `json:"subscribe_config"` // "xiaoman.crm.order.create" and so on
}

// Create sets the callback address (创建回调配置) and gives the secret of its
// deliveries, which is not told again: keep it. Effect: write.
func (s *WebhookService) Create(ctx context.Context, callbackURL string, opts ...duijie.CallOption) (WebhookSecurity, error) {
	return s.set(ctx, "POST", callbackURL, opts)
}

// Update changes the callback address (修改回调配置). The secret is in the result where
// the platform answers one. Effect: write.
func (s *WebhookService) Update(ctx context.Context, callbackURL string, opts ...duijie.CallOption) (WebhookSecurity, error) {
	return s.set(ctx, "PUT", callbackURL, opts)
}

func (s *WebhookService) set(ctx context.Context, method, callbackURL string, opts []duijie.CallOption) (WebhookSecurity, error) {
	if u, err := url.Parse(callbackURL); err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return WebhookSecurity{}, invalid(webhookPath, "the callback address is no URL")
	}
	var a Answer
	err := s.client.call(ctx, method, webhookPath, nil, map[string]string{"callback_url": callbackURL}, &a, opts)
	return WebhookSecurity{Method: memberText(a.Data, "security_method"), Config: duijie.NewSecret(memberText(a.Data, "security_config"))}, err
}

// Get reads the callback address (获取回调配置). Effect: read.
func (s *WebhookService) Get(ctx context.Context, opts ...duijie.CallOption) (Webhook, error) {
	var out Webhook
	err := s.client.call(ctx, "GET", webhookPath, nil, nil, &out, opts)
	return out, err
}

// Delete takes the callback address away (删除回调配置). Effect: write.
func (s *WebhookService) Delete(ctx context.Context, opts ...duijie.CallOption) error {
	return s.client.call(ctx, "DELETE", webhookPath, nil, nil, nil, opts)
}

// Test has the platform send its challenge (测试回调接口). Effect: write.
func (s *WebhookService) Test(ctx context.Context, opts ...duijie.CallOption) error {
	return s.client.call(ctx, "POST", webhookPath+"/test", nil, nil, nil, opts)
}

// RegenerateSecret makes a new secret (重新生成加密密钥); the old one is void. Give both
// to the handler meanwhile. Effect: write: should the answer be lost, call it again.
func (s *WebhookService) RegenerateSecret(ctx context.Context, opts ...duijie.CallOption) (duijie.Secret, error) {
	var a Answer
	err := s.client.call(ctx, "POST", webhookPath+"/regenerate-secret", nil, nil, &a, opts)
	return duijie.NewSecret(memberText(a.Data, "webhook_secret")), err
}

// Subscribe asks for events of a module (创建订阅配置): type "crm.order", events
// "create", "update" and "delete", or whole names. Effect: write.
func (s *WebhookService) Subscribe(ctx context.Context, subscribeType string, events []string, opts ...duijie.CallOption) error {
	body, err := subscription(subscribeType, events)
	if err != nil {
		return err
	}
	return s.client.call(ctx, "POST", subscribePath, nil, body, nil, opts)
}

// UpdateSubscription changes which events of a module are sent (修改订阅配置). Effect: write.
func (s *WebhookService) UpdateSubscription(ctx context.Context, subscribeType string, events []string, opts ...duijie.CallOption) error {
	body, err := subscription(subscribeType, events)
	if err != nil {
		return err
	}
	return s.client.call(ctx, "PUT", subscribePath+"/"+subscribeType, nil, body, nil, opts)
}

// Subscriptions reads all subscriptions (获取订阅配置列表). Effect: read.
func (s *WebhookService) Subscriptions(ctx context.Context, opts ...duijie.CallOption) ([]Subscription, error) {
	var out []Subscription
	err := s.client.call(ctx, "GET", subscribePath, nil, nil, &out, opts)
	return out, err
}

// Subscription reads the subscription of a module (获取订阅配置详情). Effect: read.
func (s *WebhookService) Subscription(ctx context.Context, subscribeType string, opts ...duijie.CallOption) (Subscription, error) {
	var out Subscription
	if err := checkSubscribeType(subscribeType); err != nil {
		return out, err
	}
	err := s.client.call(ctx, "GET", subscribePath+"/"+subscribeType, nil, nil, &out, opts)
	return out, err
}

// Unsubscribe ends the subscription of a module (删除订阅配置). Effect: write.
func (s *WebhookService) Unsubscribe(ctx context.Context, subscribeType string, opts ...duijie.CallOption) error {
	if err := checkSubscribeType(subscribeType); err != nil {
		return err
	}
	return s.client.call(ctx, "DELETE", subscribePath+"/"+subscribeType, nil, nil, nil, opts)
}

func checkSubscribeType(t string) error {
	if t == "" || strings.ContainsAny(t, "/?# %") {
		return invalid(subscribePath, fmt.Sprintf("%q is no subscribe_type, such as crm.order", t))
	}
	return nil
}

// subscription is the body of a subscription.
func subscription(subscribeType string, events []string) (any, error) {
	if err := checkSubscribeType(subscribeType); err != nil {
		return nil, err
	}
	if len(events) == 0 {
		return nil, invalid(subscribePath, "no events: create, update or delete")
	}
	configs := make([]map[string]string, len(events))
	for i, e := range events {
		if !strings.Contains(e, ".") {
			e = "xiaoman." + subscribeType + "." + e
		}
		configs[i] = map[string]string{"biz_type": e}
	}
	return map[string]any{"subscribe_type": subscribeType, "subscribe_configs": configs}, nil
}
