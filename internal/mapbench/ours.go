package main

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/duijie-go/duijie/mapping"
)

const spec = `{"fields": [
	{"target": "FName", "template": "{shop_name}"},
	{"target": "FNumber", "template": "{shop_no}"},
	{"target": "FCreateOrgId", "template": "100", "parsers": [{"name": "ConvertObjectParser", "params": "FNumber"}]},
	{"target": "FUseOrgId", "template": "100", "parsers": [{"name": "ConvertObjectParser", "params": "FNumber"}]},
	{"target": "FDescription", "template": "{shop_no} {city}"},
	{"target": "FContact", "template": "{contact}"},
	{"target": "FTel", "template": "{mobile}"},
	{"target": "FAddress", "template": "{city}{address}"},
	{"target": "FTax", "expr": "{{paid}} * {{tax}}"},
	{"target": "FTaxPrice", "expr": "{{paid}} / {{qty}}"}
]}`

// ours is package mapping, from raw JSON to raw JSON.
func ours() (engine, error) {
	var s mapping.Spec
	if err := json.Unmarshal([]byte(spec), &s); err != nil {
		return engine{}, err
	}
	m, err := mapping.Compile(s)
	if err != nil {
		return engine{}, fmt.Errorf("compile: %w", err)
	}
	env, ctx := &mapping.Env{}, context.Background()
	return engine{"duijie/mapping", func(in []byte) ([]byte, error) { return m.AppendJSON(ctx, env, nil, in) }}, nil
}
