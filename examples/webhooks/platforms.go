package main

import (
	"cmp"
	"context"
	"fmt"
	"strconv"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/dingtalk"
	"github.com/duijie-go/duijie/fxiaoke"
	"github.com/duijie-go/duijie/okki"
)

// okkiDesk takes changes of products, companies and orders.
func okkiDesk(c *okki.Client, secret duijie.Secret) (*desk, error) {
	in := newInbox(func(ctx context.Context, r ref) (Item, error) {
		id, err := strconv.ParseInt(r.ID, 10, 64)
		if err != nil {
			return Item{}, fmt.Errorf("id %q: %w", r.ID, duijie.ErrInvalid)
		}
		item := Item{Kind: r.Kind, ID: r.ID}
		switch r.Kind {
		case "product":
			p, err := c.Products.Get(ctx, id)
			item.Title = p.ProductNo + " " + p.Name
			return item, err
		case "company":
			p, err := c.Companies.Get(ctx, id)
			item.Title = p.Name
			return item, err
		}
		o, err := c.Orders.Get(ctx, id)
		item.Title = o.OrderNo
		return item, err
	})
	handler, err := okki.NewWebhookHandler(okki.WebhookConfig{
		Secret: secret,
		Handle: func(ctx context.Context, m okki.Message) error {
			var refs []ref
			for _, e := range m.Events {
				if kind := e.Module(); kind == "product" || kind == "company" || kind == "order" {
					refs = append(refs, ref{Kind: kind, ID: strconv.FormatInt(e.ID(), 10)})
				}
			}
			return in.take(ctx, refs...)
		},
	})
	return &desk{path: "/okki", handler: handler, inbox: in}, err
}

// fxiaokeDesk takes changes of any object.
func fxiaokeDesk(c *fxiaoke.Client, key duijie.Secret) (*desk, error) {
	in := newInbox(func(ctx context.Context, r ref) (Item, error) {
		record, err := c.Get(ctx, r.Kind, r.ID)
		return Item{Kind: r.Kind, ID: r.ID, Title: record.Text("name")}, err
	})
	handler, err := fxiaoke.NewEventHandler(fxiaoke.EventConfig{AESKey: key}, func(ctx context.Context, e fxiaoke.Event) error {
		if e.Object == "" || e.ID == "" { // the platform sends it again, and the log tells
			return fmt.Errorf("an event of fxiaoke names no record: %w", cmp.Or(e.Err, duijie.ErrInvalid))
		}
		return in.take(ctx, ref{Kind: e.Object, ID: e.ID})
	})
	return &desk{path: "/fxiaoke", handler: handler, inbox: in}, err
}

// dingtalkDesk takes changes of OA approvals and of employees.
func dingtalkDesk(c *dingtalk.Client, token, aesKey duijie.Secret, owner string) (*desk, error) {
	const approval = "bpms_instance_change"
	in := newInbox(func(ctx context.Context, r ref) (Item, error) {
		item := Item{Kind: r.Kind, ID: r.ID}
		if r.Kind == approval {
			a, err := c.Approvals().Get(ctx, r.ID)
			item.Title = a.Title + " " + a.Status
			return item, err
		}
		u, err := c.Contacts().User(ctx, r.ID)
		item.Title = u.Name
		return item, err
	})
	handler, err := dingtalk.NewCallbackHandler(dingtalk.CallbackConfig{
		Token: token, AESKey: aesKey, OwnerKeys: []string{owner},
		Handle: func(ctx context.Context, e dingtalk.CallbackEvent) error {
			var refs []ref
			switch e.Type {
			case approval:
				refs = append(refs, ref{Kind: e.Type, ID: e.Text("processInstanceId")})
			case "user_add_org", "user_modify_org":
				for _, id := range e.UserIDs() {
					refs = append(refs, ref{Kind: "user", ID: id})
				}
			}
			return in.take(ctx, refs...)
		},
	})
	return &desk{path: "/dingtalk", handler: handler, inbox: in}, err
}
