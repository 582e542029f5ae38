package workflow_test

import (
	"context"
	"fmt"
	"iter"
	"time"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/kingdee"
	"github.com/duijie-go/duijie/kingdee/kingdeetest"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/workflow"
)

// kingdeeStep plugs a status operation of Kingdee in as a step. What the answer
// does not mention stays unknown: the workflow reads its status.
func kingdeeStep(form string, operate func(context.Context, kingdee.StatusRequest, ...duijie.CallOption) (*kingdee.StatusResult, error)) func(context.Context, []string) ([]duijiesync.Outcome, error) {
	return func(ctx context.Context, ids []string) ([]duijiesync.Outcome, error) {
		res, err := operate(ctx, kingdee.StatusRequest{FormID: form, IDs: ids})
		if err != nil {
			return nil, err
		}
		out := make([]duijiesync.Outcome, len(ids))
		for i, id := range ids {
			for _, e := range res.Succeeded {
				if e.ID == id {
					out[i].Kind = duijiesync.OutcomeUpdated
				}
			}
			for _, e := range res.Errors {
				if e.Index == i && out[i].Kind == duijiesync.OutcomeUnknown {
					out[i] = duijiesync.Outcome{Kind: duijiesync.OutcomeRefused, Code: res.Code, Field: e.Field, Message: e.Message}
				}
			}
		}
		return out, nil
	}
}

// kingdeeStatus reads FDocumentStatus by primary key.
func kingdeeStatus(c *kingdee.Client, form kingdee.Form) func(context.Context, []string) (map[string]string, error) {
	return func(ctx context.Context, ids []string) (map[string]string, error) {
		keys := make([]int64, len(ids))
		for i, id := range ids {
			if _, err := fmt.Sscan(id, &keys[i]); err != nil {
				return nil, fmt.Errorf("primary key %q: %w", id, err)
			}
		}
		rows, err := c.Query(ctx, kingdee.Query{
			FormID: form.ID, Fields: []string{form.Key, "FDocumentStatus"},
			Filter: kingdee.In(form.Key, keys...).String(), Order: form.Key + " ASC",
		})
		if err != nil {
			return nil, err
		}
		all := make(map[string]string, len(rows))
		for _, row := range rows {
			all[row[0].Text()] = row[1].Text()
		}
		return all, nil
	}
}

// kingdeeWorkflow saves, submits and audits records of a form; audited ones that
// change are un-audited first.
func kingdeeWorkflow(c *kingdee.Client, save workflow.SaveSink[kingdee.Customer], form kingdee.Form) workflow.Config[kingdee.Customer] {
	return workflow.Config[kingdee.Customer]{
		Save: save, Status: kingdeeStatus(c, form),
		Steps: []workflow.Step{
			{Name: "submit", From: []string{"Z", "A", "D"}, To: "B", Do: kingdeeStep(form.ID, c.Submit)},
			{Name: "audit", From: []string{"B"}, To: "C", Do: kingdeeStep(form.ID, c.Audit)},
		},
		Undo: []workflow.Step{
			{Name: "unaudit", From: []string{"C"}, To: "D", Do: kingdeeStep(form.ID, c.UnAudit)},
			{Name: "cancel", From: []string{"B"}, To: "A", Do: kingdeeStep(form.ID, c.CancelAssign)},
		},
		Editable: []string{"Z", "A", "D"}, Final: "C",
	}
}

// Kingdee's save, submit and audit, with the answers to a submit and an audit
// lost. The sink of package kingdee saves, without submitting itself.
func ExampleConfig() {
	server := kingdeetest.NewServer()
	defer server.Close()
	server.Seed("BD_Customer", map[string]any{"FNumber": "C-0001", "FName": "上海测试", "FCreateOrgId": "100", "FUseOrgId": "100"}) // audited
	server.Inject(kingdeetest.Fault{Op: "Submit", Kind: kingdeetest.CutAfter})
	server.Inject(kingdeetest.Fault{Op: "Audit", Kind: kingdeetest.CutAfter})
	a := server.Account()
	client, err := kingdee.NewClient(kingdee.Config{
		BaseURL: server.URL(), AcctID: a.AcctID, Username: a.Username, AppID: a.AppID, AppSecret: duijie.NewSecret(a.AppSecret),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	save, err := kingdee.NewSaveSink(client, kingdee.SaveSinkConfig[kingdee.Customer]{
		Form: kingdee.FormCustomer, Org: "100", SettleDelay: 20 * time.Millisecond, // leave it out for a real server
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	sink, err := workflow.New(kingdeeWorkflow(client, save, kingdee.FormCustomer))
	if err != nil {
		fmt.Println(err)
		return
	}
	org := kingdee.Number("100")
	p := &duijiesync.Pipeline[kingdee.Customer, kingdee.Customer]{
		Name: "customers", Transform: duijiesync.Same[kingdee.Customer], Sink: sink, State: duijiesync.NewMemoryState(),
		Source: duijiesync.SourceFunc[kingdee.Customer](func(context.Context, duijiesync.Checkpoint) iter.Seq2[duijiesync.Batch[kingdee.Customer], error] {
			return func(yield func(duijiesync.Batch[kingdee.Customer], error) bool) {
				yield(duijiesync.Batch[kingdee.Customer]{Records: []duijiesync.Record[kingdee.Customer]{
					{Key: "C-0001", Value: kingdee.Customer{CreateOrg: org, UseOrg: org, Number: "C-0001", Name: "上海贸易"}},
					{Key: "C-0002", Value: kingdee.Customer{CreateOrg: org, UseOrg: org, Number: "C-0002", Name: "北京贸易"}},
				}}, nil)
			}
		}),
	}
	report, err := p.Run(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("created", report.Created, "updated", report.Updated)
	for _, number := range []string{"C-0001", "C-0002"} {
		c, _ := server.Record("BD_Customer", number)
		fmt.Println(number, c.Status, "saves", c.Saves)
	}
	fmt.Println("submits", server.Count("Submit"), "audits", server.Count("Audit"))
	// Output:
	// created 1 updated 1
	// C-0001 C saves 1
	// C-0002 C saves 1
	// submits 1 audits 1
}
