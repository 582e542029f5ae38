package platforms

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie/internal/testutil"
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

func TestDumpSamples(t *testing.T) {
	if os.Getenv("DUMP") == "" {
		t.Skip()
	}
	client, _ := newKingdee(t)
	c := Kingdee(client, KingdeeConfig{})
	for _, prefix := range []string{"src-kingdee", "tgt-", "map-", "strategy-"} {
		for _, name := range sampleNames(t, prefix) {
			side := qeasy.SideTarget
			if strings.HasPrefix(name, "src") {
				side = qeasy.SideSource
			}
			t.Log(name, sampleProblems(t, side, sample(t, name), c))
		}
	}
}

var _ = maps.Keys[map[string]string]
var _ = errors.Is
