package kingdee

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
)

// sentCall is one request a scripted server saw.
type sentCall struct {
	Op   string // last word of the service
	Path string
	Body string
}

// scripted answers calls one after the other, and keeps what was sent.
type scripted struct {
	mu      sync.Mutex
	calls   []sentCall
	answers []string
}

// script is a client whose calls are answered in this order; the last answer
// stays.
func script(t *testing.T, answers ...string) (*Client, *scripted) {
	t.Helper()
	return scriptMode(t, SignHeaders, answers...)
}

func scriptMode(t *testing.T, mode AuthMode, answers ...string) (*Client, *scripted) {
	t.Helper()
	s := &scripted{answers: answers}
	return mocked(t, mode, s.answer), s
}

func (s *scripted) answer(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	_ = r.Body.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	service := strings.TrimSuffix(r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:], serviceSuffix)
	s.calls = append(s.calls, sentCall{opName(service), service, string(body)})
	text := s.answers[min(len(s.calls), len(s.answers))-1]
	status := http.StatusOK
	if text == "404" {
		status = http.StatusNotFound
	}
	if text == "cut" {
		return nil, io.ErrUnexpectedEOF
	}
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(text)), Request: r}, nil
}

func (s *scripted) last() sentCall {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls[len(s.calls)-1]
}

func (s *scripted) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.calls)
}

// member is the value at a path of keys in a JSON text.
func member(t *testing.T, text string, path ...string) string {
	t.Helper()
	raw := json.RawMessage(text)
	for _, key := range path {
		var m map[string]json.RawMessage
		require.NoError(t, json.Unmarshal(raw, &m))
		raw = m[key]
	}
	return string(raw)
}

// notSent checks that a mistake of the caller is found before anything is sent.
func notSent(t *testing.T, s *scripted, err error) {
	t.Helper()
	require.ErrorIs(t, err, duijie.ErrInvalid)
	require.NotErrorIs(t, err, duijie.ErrOutcomeUnknown)
	require.Zero(t, s.count(), "%v", err)
}
