package main

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/kingdee"
	"github.com/duijie-go/duijie/kingdee/kingdeetest"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/sqlstore"
	"github.com/duijie-go/duijie/sync/sqlstore/sqlite"
	"github.com/duijie-go/duijie/wdt"
	"github.com/duijie-go/duijie/wdt/wdttest"
)

func TestPipelineOverTheFakes(t *testing.T) {
	t.Parallel()
	source, target := wdttest.NewServer(), kingdeetest.NewServer()
	t.Cleanup(source.Close)
	t.Cleanup(target.Close)
	source.PutWarehouse(
		wdttest.Warehouse{No: "W1", Name: "主仓"}, wdttest.Warehouse{No: "W2", Name: "退货仓"}, wdttest.Warehouse{No: "W3"},
	)
	target.Inject(kingdeetest.Fault{Op: "BatchSave", Call: 1, Kind: kingdeetest.CutAfter})

	var calls counter
	options := []duijie.Option{duijie.WithRateLimiter(unlimited{}), duijie.WithCallObserver(calls.observe)}
	w, k := source.Account(), target.Account()
	from, err := wdt.NewClient(wdt.Config{
		BaseURL: source.DirectURL(), SID: w.SID, AppKey: w.AppKey, AppSecret: duijie.NewSecret(w.AppSecret),
	}, options...)
	must(t, err)
	to, err := kingdee.NewClient(kingdee.Config{
		BaseURL: target.URL(), AcctID: k.AcctID, Username: k.Username, AppID: k.AppID, AppSecret: duijie.NewSecret(k.AppSecret),
	}, options...)
	must(t, err)
	store, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "state.db"), sqlstore.WithTablePrefix("consumer_"))
	must(t, err)
	t.Cleanup(func() { must(t, store.Close()) })

	p, err := pipeline(from, to, store)
	must(t, err)
	for run, want := range []duijiesync.Report{{Read: 3, Created: 2, Skipped: 1}, {Read: 3, Unchanged: 2, Skipped: 1}} {
		got, err := p.Run(t.Context())
		must(t, err)
		if got.Read != want.Read || got.Created != want.Created || got.Unchanged != want.Unchanged || got.Skipped != want.Skipped {
			t.Fatalf("run %d: %+v, want %+v", run+1, got, want)
		}
	}
	if n := len(target.Records("BD_STOCK")); n != 2 {
		t.Fatalf("the target holds %d warehouses, want 2", n)
	}
	if calls.count() == 0 {
		t.Fatal("no call was observed")
	}
}

func TestErrorsExplainThemselves(t *testing.T) {
	t.Setenv("WDT_SID", "")
	t.Setenv("KINGDEE_BASE_URL", "")
	text := explain(run(t.Context()))
	for _, name := range []string{"WDT_SID", "KINGDEE_BASE_URL"} {
		if !strings.Contains(text, name) {
			t.Errorf("%s is not named in %q", name, text)
		}
	}
	lost := &duijie.APIError{Platform: "wdt", Class: duijie.ClassUnavailable, OutcomeUnknown: true, RetryAfter: time.Second}
	if text := explain(lost); !strings.HasPrefix(text, "look it up") {
		t.Errorf("a lost answer is explained as %q", text)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
