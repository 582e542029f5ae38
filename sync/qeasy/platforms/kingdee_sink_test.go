package platforms

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie/kingdee"
	"github.com/duijie-go/duijie/kingdee/kingdeetest"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/qeasy"
)

// plainSource is a connector whose rows are given.
type plainSource []string

func (plainSource) APIs() []string                       { return nil }
func (plainSource) Match(side qeasy.Side, _ string) bool { return side == qeasy.SideSource }
func (p plainSource) Source(*qeasy.SourceSpec) (duijiesync.Source[json.RawMessage], []qeasy.Note, error) {
	rows := make([]json.RawMessage, len(p))
	for i, r := range p {
		rows[i] = json.RawMessage(r)
	}
	return duijiesync.Slice(rows, func(json.RawMessage) string { return "" }), nil, nil
}
func (plainSource) Sink(*qeasy.SinkSpec) (duijiesync.Sink[qeasy.Write], []qeasy.Note, error) {
	return nil, nil, nil
}

const anySource = `{"api":"x","effect":"QUERY","id":"id","request":[]}`

func pipelineTo(t *testing.T, c qeasy.Connector, target string, rows ...string) *duijiesync.Pipeline[qeasy.Row, qeasy.Write] {
	t.Helper()
	scheme, err := qeasy.Compile(parse(t, qeasy.SideSource, anySource), parse(t, qeasy.SideTarget, target), qeasy.Config{Source: plainSource(rows), Target: c})
	require.NoError(t, err)
	p := scheme.Pipeline("p", duijiesync.NewMemoryState())
	p.Settle.Delay = 5 * time.Millisecond
	return p
}

func bill(no string) string {
	return `{"api":"batchSave","effect":"EXECUTE","operation":{"rowsKey":"array","rows":5,"method":"batchArraySave"},"request":[
	{"field":"FBillTypeID","value":"QTRKD01_SYS","parser":{"name":"ConvertObjectParser","params":"FNUMBER"}},{"field":"FBillNo","value":"` + no + `"},
	{"field":"FStockOrgId","value":"100","parser":{"name":"ConvertObjectParser","params":"FNumber"}},{"field":"FDate","value":"2025-01-02"},
	{"field":"FEntity","type":"array","value":"lines","children":[
	 {"field":"FMATERIALID","value":"{{lines.sku}}","parser":{"name":"ConvertObjectParser","params":"FNumber"}},
	 {"field":"FSTOCKID","value":"CK1","parser":{"name":"ConvertObjectParser","params":"FNumber"}},{"field":"FUnitID","value":"Pcs","parser":{"name":"ConvertObjectParser","params":"FNumber"}},{"field":"FQty","value":"{{lines.qty}}"}]},
	{"field":"FormId","value":"STK_MISCELLANEOUS"},{"field":"IsAutoSubmitAndAudit","value":"%s"}]}`
}

func newBooks(t *testing.T) (*kingdee.Client, *kingdeetest.Server) {
	t.Helper()
	client, server := newKingdee(t)
	server.SeedMaterial("A", "甲")
	server.SeedStock("CK1", "仓库")
	server.SeedUnit("Pcs", "件")
	return client, server
}

func row(id string) string {
	return fmt.Sprintf(`{"id":%q,"no":"B%s","lines":[{"sku":"A","qty":"2.0000"}]}`, id, id)
}

// Bills are saved, submitted and audited step by step; a lost answer makes none twice,
// and after a crash each is found again by its number, which is not the scheme's key.
func TestBillsOnce(t *testing.T) {
	t.Parallel()
	client, server := newBooks(t)
	c := Kingdee(client, KingdeeConfig{})
	target := fmt.Sprintf(bill("{no}"), "true")
	server.Inject(kingdeetest.Fault{Op: "BatchSave", Call: 1, Kind: kingdeetest.CutAfter})
	p := pipelineTo(t, c, target, row("1"), row("2"), row("3"))
	report, err := p.Run(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 3, report.Created+report.Updated, "%+v", report)
	for _, no := range []string{"B1", "B2", "B3"} {
		rec, ok := server.Record("STK_MISCELLANEOUS", no)
		require.True(t, ok)
		require.Equal(t, "C", rec.Status)
		require.Equal(t, 1, server.Effects("STK_MISCELLANEOUS", no, kingdeetest.Created))
		require.Len(t, rec.Lines("FEntity"), 1)
	}
	// The ledger is lost: what is there is known by its number, and not written again.
	again := pipelineTo(t, c, target, row("1"), row("2"), row("3"))
	saves := server.Count("BatchSave")
	report, err = again.Run(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 3, report.Unchanged, "%+v", report)
	require.Equal(t, saves, server.Count("BatchSave"))
}

// After a crash the keys alone are known, and a number is asked for before anything is sent.
func TestKeysAloneSayNothing(t *testing.T) {
	t.Parallel()
	client, server := newBooks(t)
	sink, _, err := Kingdee(client, KingdeeConfig{}).Sink(sinkSpec(t, fmt.Sprintf(bill("{no}"), "true")))
	require.NoError(t, err)
	finder, ok := sink.(duijiesync.Finder[qeasy.Write])
	require.True(t, ok)
	calls := len(server.Calls())
	found, err := finder.Find(t.Context(), []duijiesync.Record[qeasy.Write]{
		{Key: "1", Target: duijiesync.Target{KeyOnly: true}}, {Key: "2", Target: duijiesync.Target{KeyOnly: true, ID: "77"}},
	})
	require.NoError(t, err)
	require.Equal(t, []duijiesync.Found{{}, {Match: duijiesync.Exists, TargetID: "77"}}, found)
	require.Len(t, server.Calls(), calls)
	write := qeasy.Write{Request: json.RawMessage(`{"FBillNo":"B9"}`)}
	out, err := sink.Write(t.Context(), []duijiesync.Record[qeasy.Write]{
		{Key: "1", Value: qeasy.Write{Request: json.RawMessage(`{"FNote":"x"}`)}}, {Key: "2", Value: write}, {Key: "3", Value: write},
	})
	require.NoError(t, err)
	require.Equal(t, duijiesync.OutcomeRefused, out[0].Kind)
	require.Contains(t, out[0].Message, "empty")
	require.Contains(t, out[2].Message, "same number B9")
}

func sinkSpec(t *testing.T, target string) *qeasy.SinkSpec {
	t.Helper()
	var spec *qeasy.SinkSpec
	scheme, err := qeasy.Compile(parse(t, qeasy.SideSource, anySource), parse(t, qeasy.SideTarget, target),
		qeasy.Config{Source: plainSource{}, Target: spy{&spec}})
	require.NoError(t, err)
	require.NotNil(t, scheme)
	return spec
}

// spy keeps the spec of a target half.
type spy struct{ to **qeasy.SinkSpec }

func (spy) APIs() []string                          { return nil }
func (spy) Match(qeasy.Side, string) bool           { return true }
func (spy) Handles(qeasy.Side, string, string) bool { return true }
func (spy) Source(*qeasy.SourceSpec) (duijiesync.Source[json.RawMessage], []qeasy.Note, error) {
	return nil, nil, nil
}
func (s spy) Sink(spec *qeasy.SinkSpec) (duijiesync.Sink[qeasy.Write], []qeasy.Note, error) {
	*s.to = spec
	return duijiesync.Discard[qeasy.Write]{}, nil, nil
}

// A bill whose number the server draws is held when its answer is lost: it may be there,
// and nothing tells it from others.
func TestNumberlessBillsAreHeld(t *testing.T) {
	t.Parallel()
	client, server := newBooks(t)
	target := fmt.Sprintf(bill(""), "false")
	server.Inject(kingdeetest.Fault{Op: "BatchSave", Call: 2, Kind: kingdeetest.CutAfter})
	var rows []string
	for i := range 8 {
		rows = append(rows, row(fmt.Sprint(i)))
	}
	p := pipelineTo(t, Kingdee(client, KingdeeConfig{}), target, rows...)
	report, err := p.Run(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 5, report.Created)
	require.EqualValues(t, 3, report.Held)
	require.Len(t, server.Records("STK_MISCELLANEOUS"), 8)
	// Their source is read again: they stay held.
	p.Source = duijiesync.SourceFunc[qeasy.Row](p.Source.Read)
	p.Partition = "again"
	report, err = p.Run(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 8, report.Read)
	require.EqualValues(t, 5, report.Unchanged, "%+v", report)
	require.Len(t, server.Records("STK_MISCELLANEOUS"), 8, "nothing is sent twice")
}

// What can not be run is refused with its place.
func TestKingdeeSinkRefuses(t *testing.T) {
	t.Parallel()
	client, _ := newKingdee(t)
	c := Kingdee(client, KingdeeConfig{})
	head := `{"api":"batchSave","effect":"EXECUTE",`
	number, form := `{"field":"FNumber","value":"{no}"}`, `{"field":"FormId","value":"BD_Customer"}`
	for _, one := range []struct{ doc, path, code string }{
		{head + `"request":[` + number + `]}`, "/otherRequest", qeasy.CodeUnsupportedMember},
		{head + `"request":[` + number + `],"otherRequest":[{"field":"FormId","value":"XX_Other"}]}`, "/otherRequest/0", qeasy.CodeUnsupportedMember},
		{head + `"request":[` + number + `],"otherRequest":[` + form + `,{"field":"Speed","value":"9"}]}`, "/otherRequest/1", qeasy.CodeUnknownMember},
		{head + `"request":[` + number + `],"otherRequest":[` + form + `,{"field":"Operation","value":"Delete"}]}`, "/otherRequest/1", qeasy.CodeUnsupportedMember},
		{head + `"request":[` + number + `],"otherRequest":[` + form + `,{"field":"IsDeleteEntry","value":"perhaps"}]}`, "/otherRequest/1", qeasy.CodeUnsupportedMember},
		{head + `"request":[` + number + `,{"field":"IsAutoSubmitAndAudit","value":"{audit}"}],"otherRequest":[` + form + `]}`, "/request/1", qeasy.CodeUnsupportedMember},
		{head + `"request":[` + number + `,{"field":"FCUSTID","value":"{x}"}],"otherRequest":[` + form + `]}`, "/request/1", qeasy.CodeUnsupportedMember},
		{head + `"request":[` + number + `,{"field":"Model","type":"object","children":[{"field":"a","value":"b"}]}],"otherRequest":[` + form + `]}`, "/request/1", qeasy.CodeUnsupportedMember},
		{head + `"request":[{"field":"FName","value":"{no}"}],"autoCheck":true,"otherRequest":[` + form + `]}`, "/request", qeasy.CodeUnsupportedMember},
		{head + `"request":[` + number + `],"autoCheck":"later","otherRequest":[` + form + `]}`, "/autoCheck", qeasy.CodeUnsupportedMember},
		{head + `"request":[` + number + `],"distributionOrg":"1,2","otherRequest":[` + form + `]}`, "/distributionOrg", qeasy.CodeUnsupportedMember},
	} {
		got := problems(t, parse(t, qeasy.SideSource, anySource), parse(t, qeasy.SideTarget, one.doc), qeasy.Config{Source: plainSource{}, Target: c})
		require.Equal(t, map[string]string{"target" + one.path: one.code}, got, one.doc)
	}
	got := problems(t, parse(t, qeasy.SideSource, anySource), parse(t, qeasy.SideTarget, `{"api":"push","effect":"EXECUTE","request":[]}`), qeasy.Config{Source: plainSource{}, Target: c})
	require.Equal(t, map[string]string{"target/api": qeasy.CodeAPIUnsupported}, got)
}

// The recorded customer half is saved as the article shows it.
func TestCustomerAsPublished(t *testing.T) {
	t.Parallel()
	client, server := newKingdee(t)
	target := string(sample(t, "tgt-kingdee-customer.json"))
	p := pipelineTo(t, Kingdee(client, KingdeeConfig{}), target, `{"id":"S1","shop_no":"S1","shop_name":"店铺"}`)
	report, err := p.Run(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 1, report.Created)
	rec, ok := server.Record("BD_Customer", "S1")
	require.True(t, ok)
	require.Equal(t, "C", rec.Status)
	require.JSONEq(t, `"店铺"`, string(rec.Fields["FName"]))
	require.JSONEq(t, `{"FNumber":"100"}`, string(rec.Fields["FUseOrgId"]))
	require.JSONEq(t, `{"FNumber":"100"}`, string(rec.Fields["FCreateOrgId"]))
	_, described := rec.Fields["FDescription"]
	require.False(t, described)
}

// Each form of package kingdee is known here.
func TestKingdeeForms(t *testing.T) {
	t.Parallel()
	file, err := parser.ParseFile(token.NewFileSet(), "../../../kingdee/form.go", nil, 0)
	require.NoError(t, err)
	names := 0
	for _, d := range file.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok || g.Tok != token.VAR {
			continue
		}
		for _, s := range g.Specs {
			v, ok := s.(*ast.ValueSpec)
			if ok && strings.HasPrefix(v.Names[0].Name, "Form") {
				names++
			}
		}
	}
	require.Len(t, kingdeeForms, names)
}
