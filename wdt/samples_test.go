package wdt

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
)

// through sends a call and lets a sample be its answer, on either gateway.
func through(t *testing.T, g Gateway, method, body string) (Answer, error) {
	t.Helper()
	if g == Qimen && !strings.Contains(body, `"response"`) {
		body = `{"response":` + body + `}`
	}
	client, mt := newMock(t, g, answers(200, body), append([]duijie.Option{}, fast[0], duijie.WithRetry(duijie.RetryPolicy{MaxAttempts: 1}))...)
	var out Answer
	err := client.Call(t.Context(), method, Args{{Name: "params", Value: map[string]any{}}}, &out)
	require.Equal(t, 1, mt.GetTotalCallCount(), "%s: %v", method, err)
	return out, err
}

// sampleMethod is the method a sample is an answer of.
func sampleMethod(file string) string {
	for _, end := range []string{".json", ".error", ".2"} {
		file = strings.TrimSuffix(file, end)
	}
	return file
}

// Every sample, through the whole client: error samples are errors of their
// class, samples of hidden failures name their rows, all others succeed.
func TestSamplesThroughTheClient(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, g Gateway) {
		failures, hidden, lists := 0, 0, 0
		for file, body := range samples(t) {
			name := sampleMethod(file)
			method, known := LookupMethod(name)
			if strings.HasPrefix(file, "qimen.") {
				if g == Qimen {
					_, err := through(t, g, shopMethod, body)
					require.Error(t, err, file)
					failures++
				}
				continue
			}
			require.True(t, known, file)
			if method.QimenOnly && g == Direct {
				continue
			}
			answer, err := through(t, g, name, body)
			apiErr, isAPI := errors.AsType[*duijie.APIError](err)
			partial, isPartial := errors.AsType[*PartialError](err)
			switch {
			case strings.HasSuffix(file, ".error.json"):
				require.True(t, isAPI, "%s: %v", file, err)
				require.NotEmpty(t, apiErr.Message, file)
				require.False(t, isPartial, file)
				failures++
			case strings.HasSuffix(file, ".2.json"):
				require.True(t, isPartial, "%s: %v", file, err)
				require.NotEmpty(t, partial.Rows, file)
				require.NotEmpty(t, partial.Data, file)
				for _, row := range partial.Rows {
					require.NotEmpty(t, row.Message, file)
					if method.Write.RowName != "" {
						require.NotEmpty(t, row.No, file)
					}
				}
				hidden++
			default:
				require.NoError(t, err, file)
				if !method.Paged {
					break
				}
				rows, err := answer.rows(method.List)
				require.NoError(t, err, file)
				for _, raw := range rows {
					var row map[string]any
					require.NoError(t, json.Unmarshal(raw, &row), file)
				}
				lists++
			}
		}
		require.Greater(t, failures, 30)
		require.GreaterOrEqual(t, hidden, 7)
		require.Greater(t, lists, 25)
	})
}
