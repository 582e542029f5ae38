package platforms

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/jdy/jdytest"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/qeasy"
)

const nothingTarget = `{"api":"写入空操作","effect":"EXECUTE","method":"POST","idCheck":true,"request":[]}`

// The half that refreshes the token reads authorisations, and no secret is in what it
// reads, keeps or says.
func TestTokenIsRefreshed(t *testing.T) {
	t.Parallel()
	start := time.Now()
	client, server := newJDY(t, jdytest.WithDemo(), jdytest.WithClock(func() time.Time { return start }))
	doc := fmt.Sprintf(`{"api":"/jdyconnector/app_management/push_app_authorize","effect":"QUERY","method":"POST","number":"{random}","id":"{random}",
		"name":"1","idCheck":true,"request":[{"field":"outerInstanceId","label":"企业内部应用","type":"string","value":%q}]}`, server.OuterInstanceID())
	scheme, err := qeasy.Compile(parse(t, qeasy.SideSource, doc), parse(t, qeasy.SideTarget, nothingTarget), qeasy.Config{Source: JDY(client)})
	require.NoError(t, err)

	var rows []json.RawMessage
	spec := scheme.Source()
	src, notes, err := JDY(client).Source(spec)
	require.NoError(t, err)
	require.NotEmpty(t, notes)
	for b, err := range src.Read(t.Context(), "") {
		require.NoError(t, err)
		for _, rec := range b.Records {
			rows = append(rows, rec.Value)
		}
	}
	require.Len(t, rows, 1)
	require.Equal(t, server.OuterInstanceID(), textOf(rows[0], "outerInstanceId"))
	require.Equal(t, "1", textOf(rows[0], "status"))
	expires, err := time.Parse(time.DateTime, textOf(rows[0], "tokenExpires"))
	require.NoError(t, err)
	require.True(t, expires.After(time.Now()))
	_, has := member(rows[0], "appSecret")
	require.False(t, has)

	p := scheme.Pipeline("token", duijiesync.NewMemoryState())
	report, err := p.Run(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 1, report.Created)
	report, err = p.Run(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 1, report.Unchanged, "what is known is not written again")
	require.Equal(t, 1, server.Tokens())
}

// The recorded half names another instance than the client's: it is refused by the rows.
func TestTokenOfAnotherInstance(t *testing.T) {
	t.Parallel()
	client, _ := newJDY(t, jdytest.WithDemo())
	half := parse(t, qeasy.SideSource, string(sample(t, "src-jdy-push-app-authorize.json")))
	scheme, err := qeasy.Compile(half, parse(t, qeasy.SideTarget, nothingTarget), qeasy.Config{Source: JDY(client)})
	require.NoError(t, err)
	_, err = scheme.Pipeline("token", duijiesync.NewMemoryState()).Run(t.Context())
	require.ErrorContains(t, err, "no authorisation is of the instance")
}

const materialSource = `{"api":"/jdy/v2/bd/material","effect":"QUERY","method":"GET","id":"number","number":"number","request":[
	{"field":"modify_start_time","type":"string","value":"_function ({LAST_SYNC_TIME}-3600)*1000"},
	{"field":"modify_end_time","type":"string","value":"{CURRENT_TIME}000"},
	{"field":"page","value":"{{PAGINATION_START_PAGE}}"},{"field":"page_size","value":"{{PAGINATION_PAGE_SIZE}}"},{"field":"enable","value":"-1"}]}`

func customerTargetOf(fields string) string {
	return `{"api":"/jdy/v2/bd/customer","effect":"EXECUTE","request":[` + fields + `]}`
}

// Materials of one list become customers of another: each once, by number, though
// answers are lost.
func TestListToSave(t *testing.T) {
	t.Parallel()
	client, server := newJDY(t)
	changed := time.Now().In(duijie.China).Add(-2 * time.Hour).Format(time.DateTime)
	for i := 1; i <= 120; i++ {
		server.Seed("bd/material", jdytest.Row{"number": fmt.Sprintf("M%03d", i), "name": fmt.Sprintf("商品%d", i), "modify_time": changed})
	}
	server.Seed("bd/material", jdytest.Row{"number": "OLD", "name": "旧", "modify_time": "2024-01-01 00:00:00"})
	server.Inject(jdytest.Fault{Op: "POST bd/customer", Call: 3, Kind: jdytest.CutAfter})
	source := parse(t, qeasy.SideSource, materialSource)
	target := parse(t, qeasy.SideTarget, customerTargetOf(`{"field":"number","value":"{number}"},{"field":"name","value":"{name}"}`))
	scheme, err := qeasy.Compile(source, target, qeasy.Config{Source: JDY(client), Target: JDY(client), Since: time.Now().Add(-48 * time.Hour)})
	require.NoError(t, err)
	p := scheme.Pipeline("materials", duijiesync.NewMemoryState())
	p.Settle.Delay = 10 * time.Millisecond
	require.Contains(t, p.Source.(duijiesync.Pager).Paging(), "windows of modification time")
	require.Contains(t, p.Source.(duijiesync.Pager).Paging(), "1h0m0s (overlap)")
	report, err := p.Run(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 120, report.Created)
	require.Zero(t, report.Held+report.Refused)
	for i := 1; i <= 120; i++ {
		require.Equal(t, 1, server.Created("bd/customer", fmt.Sprintf("M%03d", i)), i)
	}
	require.Zero(t, server.Created("bd/customer", "OLD"), "changed before LAST_SYNC_TIME")
}
