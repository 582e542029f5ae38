package qeasy_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/qeasy"
)

// specOf compiles a source half with a request and gives what its connector got.
func specOf(t *testing.T, request string) *qeasy.SourceSpec {
	t.Helper()
	source, err := qeasy.Parse(qeasy.SideSource, []byte(`{"api":"list","id":"id","request":`+request+`}`))
	require.NoError(t, err)
	target, err := qeasy.Parse(qeasy.SideTarget, []byte(`{"api":"写入空操作"}`))
	require.NoError(t, err)
	w := newWorld()
	s, err := qeasy.Compile(source, target, qeasy.Config{Source: w, Since: time.Unix(1710403200, 0), Now: func() time.Time { return time.Unix(1710406800, 0) }})
	require.NoError(t, err)
	return s.Source()
}

// TestWindows: the fields that hold the window are found, and how they follow their
// variables; a request for another span is built from them.
func TestWindows(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		request    string
		start, end string // as Bound.String
		form       qeasy.Form
		from       time.Duration // of the span, from LAST_SYNC_TIME
		built      string        // request between 2024-05-01 and -02 China time; "" where it can not be cut
	}{
		"okki": {
			`[{"field":"count","value":"20"},{"field":"start_time","value":"_function SUBTIME('{{LAST_SYNC_TIME|datetime}}', '00:30:01')"},{"field":"end_time","value":"{{CURRENT_TIME|datetime}}"}]`,
			"LAST_SYNC_TIME -30m1s in start_time", "CURRENT_TIME in end_time", qeasy.FormText, -30*time.Minute - time.Second,
			`{"count":"20","start_time":"2024-05-01 00:00:00","end_time":"2024-05-02 00:00:00"}`,
		},
		"dingtalk": {
			`[{"field":"start_time","value":"_function ({{LAST_SYNC_TIME}}-(3600 * 24))* 1000"},{"field":"end_time","value":"{{CURRENT_TIME}}000"}]`,
			"LAST_SYNC_TIME -24h0m0s in start_time", "CURRENT_TIME in end_time", qeasy.FormMillis, -24 * time.Hour,
			`{"start_time":"1714492800000","end_time":"1714579200000"}`,
		},
		"fxiaoke": {
			`[{"field":"q","type":"object","children":[{"field":"filters","type":"object","children":[{"field":"条件1","type":"object","children":[
				{"field":"field_values","value":"{LAST_SYNC_TIME}000","parser":{"name":"StringToArray","params":","}}]}]}]}]`,
			"LAST_SYNC_TIME in q.filters.条件1.field_values", "", qeasy.FormMillis, 0,
			`{"q":{"filters":{"条件1":{"field_values":["1714492800000"]}}}}`,
		},
		"kingdee": {
			`[{"field":"FilterString","value":"FApproveDate>='{{LAST_SYNC_TIME|dateTime}}'"}]`,
			"LAST_SYNC_TIME in FilterString", "", qeasy.FormEmbedded, 0,
			`{"FilterString":"FApproveDate>='2024-05-01 00:00:00'"}`,
		},
		"whole days": {
			`[{"field":"start","value":"{{LAST_SYNC_TIME|date}}"},{"field":"end","value":"{{CURRENT_TIME|date}}"}]`,
			"LAST_SYNC_TIME in a form of its own in start", "CURRENT_TIME in a form of its own in end", qeasy.FormOther, -16 * time.Hour, "",
		},
		"fixed days": {
			`[{"field":"to","value":"{{DAYS_AGO_1|datetime}}"},{"field":"from","value":"{{DAYS_AGO_2|datetime}}"}]`,
			"DAYS_AGO_2 in from", "DAYS_AGO_1 in to", qeasy.FormText, -47 * time.Hour, "",
		},
		"clock alone": {`[{"field":"timestamp","value":"{{CURRENT_TIME}}"}]`, "", "CURRENT_TIME in timestamp", "", 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			spec := specOf(t, c.request)
			w := spec.Window
			require.NotNil(t, w)
			text := func(b *qeasy.Bound) string {
				if b == nil {
					return ""
				}
				return b.String()
			}
			require.Equal(t, c.start, text(w.Start))
			require.Equal(t, c.end, text(w.End))
			if w.Start != nil {
				require.Equal(t, c.form, w.Start.Form)
				at := qeasy.At{LastSync: spec.Since, Now: spec.Now()}
				from, _ := spec.Span(at)
				require.Equal(t, c.from, from.Sub(at.LastSync))
			}
			day := time.Date(2024, 5, 1, 0, 0, 0, 0, duijie.China)
			at, ok := spec.Between(day, day.Add(24*time.Hour))
			require.Equal(t, c.built != "", ok)
			if ok {
				request, _, err := spec.Build(t.Context(), at)
				require.NoError(t, err)
				require.JSONEq(t, c.built, string(request))
			}
		})
	}
	require.Nil(t, specOf(t, `[{"field":"a","value":"2024-09-06 00:00:00"}]`).Window)
}

// TestAnotherAge: seconds taken for milliseconds are an error, and nothing is sent.
func TestAnotherAge(t *testing.T) {
	t.Parallel()
	for _, value := range []string{`{LAST_SYNC_TIME}000000`, `_function FROM_UNIXTIME({{LAST_SYNC_TIME}}*10)`} {
		v, err := json.Marshal(value)
		require.NoError(t, err)
		spec := specOf(t, `[{"field":"start","value":`+string(v)+`}]`)
		_, _, err = spec.Build(t.Context(), qeasy.At{LastSync: spec.Since, Now: spec.Now()})
		e, ok := errors.AsType[*qeasy.RecordError](err)
		require.True(t, ok, "%v", err)
		require.Equal(t, "/request/0/value", e.Path)
	}
}

// TestPull: a request that can not be cut is read whole, and LAST_SYNC_TIME moves to the
// start of the pull.
func TestPull(t *testing.T) {
	t.Parallel()
	spec := specOf(t, `[{"field":"start","value":"{{LAST_SYNC_TIME|date}}"}]`)
	var asked []qeasy.At
	src, notes := spec.Reading(qeasy.ReadConfig{}, func(at qeasy.At, _ bool) duijiesync.Source[json.RawMessage] {
		asked = append(asked, at)
		return duijiesync.Slice([]json.RawMessage{json.RawMessage(`{"id":1}`)}, func(json.RawMessage) string { return "1" })
	})
	require.Len(t, notes, 1)
	var last duijiesync.Checkpoint
	for b, err := range src.Read(t.Context(), "") {
		require.NoError(t, err)
		require.Empty(t, last, "the resume point comes at the end")
		last = b.Checkpoint
	}
	require.NotEmpty(t, last)
	for _, err := range src.Read(t.Context(), last) {
		require.NoError(t, err)
	}
	require.Equal(t, spec.Since, asked[0].LastSync)
	require.Equal(t, spec.Now().Unix(), asked[1].LastSync.Unix())
	for _, err := range src.Read(t.Context(), "{}") {
		require.ErrorIs(t, err, qeasy.ErrCheckpoint)
	}
}

func TestColumns(t *testing.T) {
	t.Parallel()
	h, err := qeasy.Parse(qeasy.SideSource, []byte(`{"api":"executeBillQuery","id":"FID","request":[
		{"field":"FID","value":"FID"},{"field":"FStockOrgId_FNumber","type":"string","value":"FStockOrgId.FNumber"}]}`))
	require.NoError(t, err)
	columns, ok := qeasy.Columns(h.Request)
	require.True(t, ok)
	require.Equal(t, []qeasy.Column{{"FID", "FID", "/request/0"}, {"FStockOrgId_FNumber", "FStockOrgId.FNumber", "/request/1"}}, columns)
	h.Request[1].Value = "{{LAST_SYNC_TIME}}"
	_, ok = qeasy.Columns(h.Request)
	require.False(t, ok)
}
