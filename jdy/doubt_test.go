package jdy

import (
	"errors"
	"net/http"
	"testing"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/transport"
)

// verdictOn judges what a write is answered with HTTP 200.
func verdictOn(o *Operation, body string) verdict {
	_, v := judge(o, duijie.EffectWrite, &transport.Answer{Status: 200, Body: []byte(body)})
	return v
}

// The envelopes of the authorisation and of uploads are no success of anything
// else: who answers so is not the platform.
func TestEnvelopesOfOtherCalls(t *testing.T) {
	t.Parallel()
	upload, _ := LookupOperation("POST", "/jdy/v2/sys/attachment_upload")
	save, _ := LookupOperation("POST", "/jdy/v2/scm/sal_order")
	for body, right := range map[string]*Operation{
		`{"code":200,"msg":"ok","data":{"ids":["1"]}}`:                authorizeCall,
		`{"errorCode":"success","success":true,"data":{"ids":["1"]}}`: &upload,
	} {
		require.Equal(t, duijie.ClassOK, verdictOn(right, body).Class, body)
		v := verdictOn(&save, body)
		require.Equal(t, duijie.ClassUnavailable, v.Class, "%s: the outcome of a write is unknown", body)
		require.False(t, v.NoEffect)
	}
	require.Equal(t, duijie.ClassUnavailable, verdictOn(&save, `{"errcode":0,"success":false}`).Class)
}

// "0" is no id: such a save creates, and is never repeated.
func TestZeroIsNoID(t *testing.T) {
	t.Parallel()
	for _, body := range []any{
		map[string]any{"id": "0", "name": "n"}, map[string]any{"id": "1", "lines": []any{map[string]any{"id": "0"}}},
		map[string]any{"id": 0, "name": "n"},
	} {
		calls := 0
		c := mocked(t, func(*http.Request) (*http.Response, error) {
			calls++
			return httpmock.NewStringResponse(502, "<html>"), nil
		})
		err := c.Call(t.Context(), "POST /jdy/v2/bd/material", nil, body, nil)
		require.ErrorIs(t, err, duijie.ErrOutcomeUnknown)
		require.Equal(t, 1, calls, "%v", body)
	}
}

// What an operation did to records its answer does not name nobody knows.
func TestOperateUnconfirmedIsUnknown(t *testing.T) {
	t.Parallel()
	for _, data := range []string{`{}`, `null`, `{"ids":["1"]}`} {
		c := mocked(t, answer(200, `{"errcode":0,"data":`+data+`}`))
		_, err := c.Operate(t.Context(), OperateRequest{Entity: "bd_material", Type: OperateDelete, IDs: []string{"1", "2"}})
		require.ErrorIs(t, err, duijie.ErrOutcomeUnknown, data)
	}
}

// Unknown codes of the families that tell of the gateway's or a server's own trouble
// say nothing about what was sent.
func TestUnknownCodesOfServers(t *testing.T) {
	t.Parallel()
	for _, code := range []string{"4013", "5008", "502", "599"} {
		v := verdictOn(&Operation{Path: "/x"}, `{"errcode":`+code+`}`)
		require.NotEqual(t, duijie.ClassOK, v.Class)
		require.True(t, v.Ambiguous || v.Class == duijie.ClassUnavailable, code)
		require.False(t, ofRecord(&duijie.APIError{Class: v.Class, Code: code}), "%s speaks of no record", code)
	}
	for _, code := range []string{"1040002000", "1040003000"} {
		v := verdictOn(&Operation{Path: "/x"}, `{"errcode":`+code+`}`)
		require.False(t, ofRecord(&duijie.APIError{Class: v.Class, Code: code}), "%s: the account set is to be set up", code)
	}
}

// Rows and errors of writes in the forms the documentation does not promise.
func TestFailuresInOtherForms(t *testing.T) {
	t.Parallel()
	for data, unknown := range map[string]bool{
		`{"errors":"失败"}`:                                               false,
		`{"errors":{"message":"失败"}}`:                                   false,
		`{"ids":["1"],"errors":["失败"]}`:                                 true, // written, or not
		`[{"index":"0","id":"","success":"false"}]`:                     false,
		`{"rows":[{"index":"0","id":"","success":true,"errors":"失败"}]}`: false,
		`{"rows":[{"index":"0","id":"8","success":"2"}]}`:               true, // neither yes nor no
	} {
		v := verdictOn(&Operation{}, `{"errcode":0,"data":`+data+`}`)
		require.NotEqual(t, duijie.ClassOK, v.Class, data)
		require.Equal(t, unknown, v.Ambiguous, data)
		_, ok := errors.AsType[*PartialError](v.Cause)
		require.True(t, ok, data)
	}
}
