package fakeserver

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// outcome is what a caller sees of one faulty call.
type outcome struct {
	effect bool // the platform did the work
	answer bool // a complete answer in the platform's format came back
}

func TestEachKindDoesWhatItSays(t *testing.T) {
	t.Parallel()
	want := map[Kind]outcome{
		Throttle: {}, TokenExpired: {}, Unavailable: {}, Cut: {}, HTML: {}, RedirectAway: {},
		UnavailableAfter: {effect: true}, CutAfter: {effect: true}, StallAfter: {effect: true}, TruncateAfter: {effect: true},
		GarbageAfter: {effect: true}, HugeAfter: {effect: true}, DripAfter: {effect: true},
		Slow: {effect: true, answer: true},
	}
	require.Len(t, Kinds(), len(want))
	for _, kind := range Kinds() {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			var faults Faults
			faults.Add(Rule{Op: "write", Kind: kind, Delay: time.Millisecond})
			var effects atomic.Int32
			refuse := func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("refused")) }
			srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				faults.Serve(w, r, "write", Answers{Throttle: refuse, TokenExpired: refuse}, func(w http.ResponseWriter, _ *http.Request) {
					effects.Add(1)
					_, _ = w.Write([]byte(`{"ok":true}`))
				})
			}))
			defer srv.Close()
			require.Equal(t, want[kind].answer, call(t, srv.URL))
			require.Equal(t, want[kind].effect, effects.Load() == 1)
			require.True(t, call(t, srv.URL), "the rule fired once")
			require.Equal(t, 2, faults.Count("write"))
			require.Equal(t, kind, faults.Calls()[0].Fault)
		})
	}
}

// call tells whether the whole right answer came back, soon and at once.
func call(t *testing.T, url string) bool {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, nil)
	require.NoError(t, err)
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	defer client.CloseIdleConnections()
	resp, err := client.Do(req)
	if err != nil {
		return false
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if errors.Is(err, context.DeadlineExceeded) {
		return false
	}
	return err == nil && string(body) == `{"ok":true}`
}

func TestRulesChooseTheirCalls(t *testing.T) {
	t.Parallel()
	var f Faults
	f.Add(Rule{Op: "a", Call: 2, Times: 2, Kind: Cut})
	f.Add(Rule{Kind: Slow, Call: 5, Times: -1})
	var got []Kind
	for _, op := range []string{"a", "b", "a", "a", "a", "b", "a"} {
		r, _ := f.Next(op)
		got = append(got, r.Kind)
	}
	require.Equal(t, []Kind{"", "", Cut, Cut, Slow, Slow, Slow}, got)
	f.Clear()
	_, hit := f.Next("a")
	require.False(t, hit)
	require.Equal(t, 8, f.Count(""))
	require.Equal(t, 6, f.Count("a"))
}
