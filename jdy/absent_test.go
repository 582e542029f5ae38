package jdy

import (
	"net/http"
	"testing"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/require"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// answersBy answers lists, which ask for a page, and details.
func answersBy(list, detail string) httpmock.Responder {
	return func(r *http.Request) (*http.Response, error) {
		if r.URL.Query().Has("page") {
			return httpmock.NewStringResponse(200, `{"errcode":0,"data":`+list+`}`), nil
		}
		return httpmock.NewStringResponse(200, detail), nil
	}
}

// A record counts as absent when the platform says so, not when an answer is odd.
func TestOddAnswersAreNoAbsence(t *testing.T) {
	t.Parallel()
	find := func(kind RecordKind, list, detail string) (duijiesync.Found, error) {
		sink, err := NewSink(mocked(t, answersBy(list, detail)), kind, SinkConfig[map[string]any]{})
		require.NoError(t, err)
		found, err := sink.Find(t.Context(), []duijiesync.Record[map[string]any]{{Key: "A-1"}})
		if err != nil {
			return duijiesync.Found{}, err
		}
		return found[0], found[0].Err
	}
	gone := `{"errcode":1030002003,"description":"不存在"}`
	for name, c := range map[string][2]string{
		"counted and not shown": {`{"count":"1","total_page":1,"rows":[]}`, gone},
		"listed without detail": {`{"count":1,"total_page":1,"rows":[{"id":"7","bill_no":"A-1"}]}`, gone},
		"listed without id":     {`{"count":1,"total_page":1,"rows":[{"bill_no":"A-1"}]}`, gone},
		"no list":               {`{}`, gone},
	} {
		_, err := find(salesOrderRecords, c[0], c[1])
		require.Error(t, err, name)
	}
	found, err := find(salesOrderRecords, `{"count":0,"total_page":0,"rows":[]}`, gone)
	require.NoError(t, err)
	require.Equal(t, duijiesync.Absent, found.Match)
	for _, data := range []string{`{"success":false,"message":"系统繁忙"}`, `{"number":"A-1"}`, `[1]`, `"x"`} {
		_, err := find(customerKind, "", `{"errcode":0,"data":`+data+`}`)
		require.Error(t, err, data)
	}
	for _, detail := range []string{gone, `{"errcode":0,"data":{"id":"","number":""}}`, `{"errcode":0,"data":null}`} {
		found, err := find(customerKind, "", detail)
		require.NoError(t, err, detail)
		require.Equal(t, duijiesync.Absent, found.Match)
	}
}

// A listed row whose record the platform answers empty is a dead letter, not a row
// that was never there.
func TestDetailSourceKeepsEmptyAnswers(t *testing.T) {
	t.Parallel()
	for detail, want := range map[string]int{`{"errcode":0,"data":null}`: 1, `{"errcode":0,"data":{}}`: 1, `{"errcode":1030002003}`: 0} {
		c := mocked(t, answersBy(`{"count":1,"total_page":1,"rows":[{"id":"7","number":"A-1"}]}`, detail))
		src, err := NewDetailSource(c.Materials, Query{}, SourceConfig[Material]{Full: true})
		require.NoError(t, err)
		var got []duijiesync.Record[Material]
		for batch, err := range src.Read(t.Context(), "") {
			require.NoError(t, err)
			got = append(got, batch.Records...)
		}
		require.Len(t, got, want, detail)
		for _, rec := range got {
			require.Error(t, rec.Err)
			require.Equal(t, "A-1", rec.Key)
		}
	}
}
