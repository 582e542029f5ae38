package qeasy

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/duijie-go/duijie/internal/wire"
	"github.com/duijie-go/duijie/mapping"
	"github.com/duijie-go/duijie/mapping/rows"
)

// keyer makes the key of a record.
type keyer struct {
	path   string // a plain path
	build  *build // a template; nil for a path
	random bool
}

// keyer compiles the id of the source half.
func (c *compiler) keyer(id string) *keyer {
	k := &keyer{path: id}
	holes := placeholders(id)
	if len(holes) == 0 {
		return k
	}
	for _, r := range holes {
		if r.name == "random" {
			k.random = true
			return k
		}
	}
	f := Field{Name: "v", Type: "string", Value: id, HasValue: true, Path: "/id"}
	k.build = c.build(c.s.source, []Field{f}, false)
	return k
}

// key is the key of a row: the value of id as text.
func (k *keyer) key(ctx context.Context, row []byte) (string, error) {
	switch {
	case k.random:
		sum := sha256.Sum256(row)
		return hex.EncodeToString(sum[:16]), nil
	case k.build == nil:
		if key, ok := rows.Text(row, k.path); ok && key != "" {
			return key, nil
		}
		return "", k.missing(nil)
	}
	for _, r := range placeholders(k.path) { // a part that is missing would have two records share a key
		if text, ok := rows.Text(row, r.name); (!ok || text == "") && !variableName.MatchString(r.name) {
			return "", k.missing(nil)
		}
	}
	v, _, err := k.build.object(ctx, &mapping.Env{}, row)
	if err != nil {
		return "", k.missing(err)
	}
	var out struct{ V string }
	if err := wire.Unmarshal(v, &out); err != nil || strings.TrimSpace(out.V) == "" {
		return "", k.missing(err)
	}
	return out.V, nil
}

func (k *keyer) missing(err error) error {
	return &RecordError{Side: SideSource, Code: CodeIDMissingInRecord, Path: "/id", Value: k.path, Err: err}
}
