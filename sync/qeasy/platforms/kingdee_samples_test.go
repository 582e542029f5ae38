package platforms

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie/internal/testutil"
	"github.com/duijie-go/duijie/kingdee"
	"github.com/duijie-go/duijie/mapping"
	"github.com/duijie-go/duijie/sync/qeasy"
)

// sampleNames are the recorded documents with a prefix.
func sampleNames(t *testing.T, prefix string) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(testutil.Contracts(t), "samples", "qeasy", prefix+"*.json"))
	require.NoError(t, err)
	var out []string
	for _, p := range paths {
		out = append(out, filepath.Base(p))
	}
	return out
}

// emptyLookup is a collection without records.
type emptyLookup struct{}

func (emptyLookup) Find(_ context.Context, queries []mapping.Query) ([]mapping.Answer, error) {
	return make([]mapping.Answer, len(queries)), nil
}

var sampleUUID = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)

// sampleProblems are what is wrong with a recorded half, nil where it runs: place → code.
func sampleProblems(t *testing.T, side qeasy.Side, doc []byte, c qeasy.Connector) map[string]string {
	t.Helper()
	cfg := qeasy.Config{Since: time.Now().Add(-time.Hour), ID: "id", Lookups: map[string]mapping.Lookup{}}
	for _, id := range sampleUUID.FindAllString(string(doc), -1) {
		cfg.Lookups[id] = emptyLookup{}
	}
	half, err := qeasy.Parse(side, doc)
	if err == nil && side == qeasy.SideSource {
		cfg.Source = c
		_, err = qeasy.Compile(half, parse(t, qeasy.SideTarget, nothingTarget), cfg)
	} else if err == nil {
		cfg.Source, cfg.Target = plainSource{}, c
		_, err = qeasy.Compile(parse(t, qeasy.SideSource, anySource), half, cfg)
	}
	if err == nil {
		return nil
	}
	var all *qeasy.Errors
	require.ErrorAs(t, err, &all)
	out := map[string]string{}
	for _, p := range all.Problems {
		out[string(p.Side)+p.Path] = p.Code
	}
	return out
}

// withForm is a recorded half with the FormId that was cut off.
func withForm(t *testing.T, doc []byte, form string) []byte {
	t.Helper()
	var m map[string]json.RawMessage
	require.NoError(t, json.Unmarshal(doc, &m))
	m["otherRequest"] = json.RawMessage(`[{"field":"FormId","value":"` + form + `"}]`)
	out, err := json.Marshal(m)
	require.NoError(t, err)
	return out
}

// kingdeeSamples are the recorded halves, and where each is refused with which code; nil
// is one that runs. A half that was cut off before its FormId is refused for that alone, and
// form names the one it is of.
var kingdeeSamples = map[string]struct {
	form    string
	refused map[string]string
}{
	"src-kingdee-account-query.json":                 {"", map[string]string{"source/request/5": qeasy.CodeUnsupportedMember}}, // the key of BD_Account is not documented
	"src-kingdee-shop-query-noidcheck.json":          {"", map[string]string{"source/request/5": qeasy.CodeUnsupportedMember}}, // a form of the account set's own
	"src-kingdee-unit-query-incremental.json":        {"", nil},
	"src-kingdee-assembly-columns.json":              {"STK_AssembledApp", map[string]string{"source/otherRequest": qeasy.CodeUnsupportedMember, "source/id": qeasy.CodeIDMissing}},
	"src-kingdee-columns-as-request.json":            {"SUB_PICKMTRL", map[string]string{"source/otherRequest": qeasy.CodeUnsupportedMember, "source/id": qeasy.CodeIDMissing}},
	"tgt-kingdee-customer.json":                      {"", nil},
	"tgt-noop.json":                                  {"", nil},
	"tgt-kd-bill-refund-case.json":                   {"AP_PAYBILL", kingdeeCut},
	"tgt-kd-instock-jackyun.json":                    {"STK_InStock", kingdeeCut},
	"tgt-kd-mrb-template.json":                       {"PUR_MRB", kingdeeCut},
	"tgt-kd-other-instock.json":                      {"STK_MISCELLANEOUS", kingdeeCut},
	"tgt-kd-return-negate-divide.json":               {"SAL_RETURNSTOCK", kingdeeCut},
	"tgt-kd-saleorder-v3.json":                       {"SAL_SaleOrder", kingdeeCut},
	"tgt-kd-transfer-direct.json":                    {"STK_TransferDirect", kingdeeCut},
	"tgt-kd-transfer-jackyun.json":                   {"STK_TransferDirect", kingdeeCut},
	"map-dingtalk-kd-payment.json":                   {"AP_PAYBILL", kingdeeCut},
	"map-jst-kd-outstock.json":                       {"SAL_OUTSTOCK", kingdeeCut},
	"map-jst-kd-substring-index.json":                {"SAL_OUTSTOCK", kingdeeCut},
	"map-wdt-kd-outstock-typed.json":                 {"SAL_OUTSTOCK", kingdeeCut},
	"tgt-kd-payable-operation-template.json":         {"", map[string]string{"target/request/3/value": "array_without_children"}},
	"tgt-kd-return-jst-flat-template.json":           {"", map[string]string{"target/request/8/value": "array_without_children"}},
	"tgt-kd-return-findcollection-triple-brace.json": {"", map[string]string{"target/request/7/children/3/value": "unbalanced_braces"}},
	"tgt-distribution-org.json":                      {"", map[string]string{"target/api": qeasy.CodeAPIMissing}}, // a fragment
	"map-kd-smom-delivery.json":                      {"", map[string]string{"target/api": qeasy.CodeAPIMissing}},
}

var kingdeeCut = map[string]string{"target/otherRequest": qeasy.CodeUnsupportedMember}

// The recorded halves run, or are refused where and as it is known; those that were cut
// off run once they have their form.
func TestKingdeeSamples(t *testing.T) {
	t.Parallel()
	client, _ := newKingdee(t)
	c := Kingdee(client, KingdeeConfig{Forms: []kingdee.Form{
		{ID: "STK_AssembledApp", Key: "FID", Number: "FBillNo"}, {ID: "SUB_PICKMTRL", Key: "FID", Number: "FBillNo"},
	}})
	for name, want := range kingdeeSamples {
		side := qeasy.SideTarget
		if strings.HasPrefix(name, "src") {
			side = qeasy.SideSource
		}
		doc := sample(t, name)
		require.Equal(t, want.refused, sampleProblems(t, side, doc, c), name)
		if want.form == "" {
			continue
		}
		left := maps.Clone(want.refused)
		delete(left, string(side)+"/otherRequest")
		if len(left) == 0 {
			left = nil
		}
		require.Equal(t, left, sampleProblems(t, side, withForm(t, doc, want.form), c), "%s with its form", name)
	}
	for _, prefix := range []string{"src-kingdee", "tgt-kd", "tgt-kingdee", "map-"} {
		for _, name := range sampleNames(t, prefix) {
			require.Contains(t, kingdeeSamples, name)
		}
	}
	// Strategy pages lost their braces: none is a document that runs.
	for _, name := range sampleNames(t, "strategy-") {
		require.Equal(t, qeasy.CodeAPIMissing, sampleProblems(t, qeasy.SideTarget, sample(t, name), c)["target/api"], name)
	}
	// What the fragment allocates, in a half it can stand in.
	var fragment struct {
		Orgs string `json:"distributionOrg"`
	}
	require.NoError(t, json.Unmarshal(sample(t, "tgt-distribution-org.json"), &fragment))
	half := fmt.Sprintf(customerHalf("batchSave", `"distributionOrg":"`+fragment.Orgs+`",`), "true")
	require.Nil(t, sampleProblems(t, qeasy.SideTarget, []byte(half), c))
}
