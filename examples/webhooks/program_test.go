package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/examples/internal/cli"
	"github.com/duijie-go/duijie/fxiaoke/fxiaoketest"
	"github.com/duijie-go/duijie/okki/okkitest"
	duijiesync "github.com/duijie-go/duijie/sync"
)

var settingNames = []string{
	"OKKI_BASE_URL", "OKKI_CLIENT_ID", "OKKI_CLIENT_SECRET", "OKKI_SCOPES", "OKKI_WEBHOOK_SECRET",
	"DINGTALK_EVENT_TOKEN", "DINGTALK_EVENT_AES_KEY", "DINGTALK_APP_KEY", "DINGTALK_APP_SECRET",
	"FXIAOKE_BASE_URL", "FXIAOKE_APP_ID", "FXIAOKE_APP_SECRET", "FXIAOKE_PERMANENT_CODE", "FXIAOKE_OPEN_USER_ID", "FXIAOKE_EVENT_KEY",
}

func set(t *testing.T, settings ...string) {
	t.Helper()
	for _, name := range settingNames {
		t.Setenv(name, "")
	}
	for i := 0; i < len(settings); i += 2 {
		t.Setenv(settings[i], settings[i+1])
	}
}

// page is a text that is read while it is written.
type page struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (p *page) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.Write(b)
}

func (p *page) String() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.String()
}

func program(ctx context.Context, out, logs io.Writer, args ...string) int {
	return cli.Run(ctx, name, args, out, logs, run, flags)
}

type report struct {
	Created, Updated, Unchanged, Refused int64
}

func lastLine(t *testing.T, text string) report {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(text), "\n")
	var rep report
	require.NoError(t, json.Unmarshal([]byte(lines[len(lines)-1]), &rep), "%s", text)
	return rep
}

func TestDemo(t *testing.T) {
	set(t)
	var out, logs page
	require.Equal(t, cli.ExitSettled, program(t.Context(), &out, &logs, "-json"), "%s", logs.String())
	rep := lastLine(t, out.String())
	require.EqualValues(t, 3, rep.Created+rep.Updated, "each record once")
	require.Contains(t, logs.String(), "SP-0001 示例产品 0001")
	require.Contains(t, logs.String(), "run stopped", "a platform that can not be read")
	require.Contains(t, logs.String(), "a forged event was refused")
	for _, secret := range []string{demoToken, demoAESKey, demoFxiaokeKey} {
		require.NotContains(t, out.String()+logs.String(), secret)
	}
}

func TestWhatItDoesNotTake(t *testing.T) {
	set(t)
	for _, flag := range []string{"-plan", "-replay", "-since=2026-01-05 10:00:00"} {
		var out, logs page
		require.Equal(t, cli.ExitUsage, program(t.Context(), &out, &logs, flag), flag)
		require.Contains(t, logs.String(), "webhooks takes no")
	}
	var out, logs page
	set(t, "OKKI_WEBHOOK_SECRET", "x", "FXIAOKE_EVENT_KEY", "y", "DINGTALK_EVENT_TOKEN", "z")
	require.Equal(t, cli.ExitUsage, program(t.Context(), &out, &logs, "-state", filepath.Join(t.TempDir(), "s.db")))
	for _, missing := range []string{"OKKI_CLIENT_ID", "FXIAOKE_APP_ID", "DINGTALK_APP_KEY"} {
		require.Contains(t, logs.String(), missing)
	}
	okki := okkitest.NewServer()
	defer okki.Close()
	set(t, "OKKI_WEBHOOK_SECRET", "short", "OKKI_BASE_URL", okki.URL(), "OKKI_CLIENT_ID", okki.ClientID(), "OKKI_CLIENT_SECRET", okki.ClientSecret(), "OKKI_SCOPES", "product")
	require.Equal(t, cli.ExitUsage, program(t.Context(), &out, &logs, "-state", filepath.Join(t.TempDir(), "s.db")))
}

// Two starts of the program share a state: an event that comes again after a restart, when
// its message id is forgotten, writes nothing.
func TestItRemembersOverARestart(t *testing.T) {
	fake := fxiaoketest.NewServer(fxiaoketest.WithDemo())
	defer fake.Close()
	set(t, "FXIAOKE_EVENT_KEY", demoFxiaokeKey, "FXIAOKE_BASE_URL", fake.URL(), "FXIAOKE_APP_ID", fake.AppID(), "FXIAOKE_APP_SECRET", fake.AppSecret(),
		"FXIAOKE_PERMANENT_CODE", fake.PermanentCode(), "FXIAOKE_OPEN_USER_ID", fake.OpenUserID())
	state := filepath.Join(t.TempDir(), "state.db")
	account, _ := fake.Records("AccountObj")[0]["_id"].(string)
	start := func() report {
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		var out, logs page
		ended := make(chan int, 1)
		go func() { ended <- program(ctx, &out, &logs, "-json", "-state", state, "-listen", "127.0.0.1:0") }()
		address := regexp.MustCompile(`listening at (http://\S+)\n`)
		require.Eventually(t, func() bool { return address.MatchString(logs.String()) }, 20*time.Second, time.Millisecond, "%s", &logs)
		base := address.FindStringSubmatch(logs.String())[1]
		p := &platforms{fxiaoke: fake}
		require.Eventually(t, func() bool { return p.tellFxiaoke(ctx, base, "AC01", account) == nil }, 20*time.Second, time.Millisecond)
		stop()
		require.Equal(t, cli.ExitSettled, <-ended, "%s", logs.String())
		return lastLine(t, out.String())
	}
	require.EqualValues(t, 1, start().Created)
	require.Equal(t, report{Unchanged: 1}, start())
}

// Without a pipeline that runs, an event is not answered as done.
func TestAnEventThatIsNotSettledComesAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		in := newInbox(func(context.Context, ref) (Item, error) { return Item{}, nil })
		began := time.Now()
		require.ErrorIs(t, in.take(t.Context(), ref{Kind: "product", ID: "1"}), errLater)
		require.Equal(t, patience, time.Since(began))
		require.NoError(t, in.take(t.Context()), "an event that names nothing is done")
	})
}

func TestJudge(t *testing.T) {
	t.Parallel()
	require.NoError(t, judge(nil))
	require.ErrorIs(t, judge(duijie.ErrNotFound), duijiesync.ErrSkip)
	require.Equal(t, duijie.ErrRefused, judge(duijie.ErrRefused))
	for _, err := range []error{duijie.ErrUnavailable, duijie.ErrUnauthenticated, duijie.ErrRateLimited, io.ErrUnexpectedEOF} {
		require.ErrorIs(t, judge(err), duijiesync.ErrStop)
	}
}
