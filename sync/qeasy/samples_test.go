package qeasy_test

import (
	"encoding/json"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie/internal/testutil"
	"github.com/duijie-go/duijie/sync/qeasy"
)

// samples says what becomes of each published sample when it is read as the half its
// name says: its mistakes and, behind a "?", its warnings. Nothing: it is read.
var samples = map[string]string{
	"lookup-statements.json":                         "api_missing /api, unknown_member /values",
	"map-dingtalk-kd-payment.json":                   "",
	"map-jst-kd-outstock.json":                       "",
	"map-jst-kd-substring-index.json":                "",
	"map-kd-smom-delivery.json":                      "api_missing /api",
	"map-wdt-kd-outstock-typed.json":                 "",
	"src-banniu-task-list.json":                      "",
	"src-beat-flat.json":                             "api_missing /api",
	"src-condition-full.json":                        "",
	"src-detail-api.json":                            "api_missing /api",
	"src-dingtalk-processinstance.json":              "",
	"src-ekuaibao-nested-object-nulls.json":          "",
	"src-format-response.json":                       "api_missing /api, unsupported_member /formatResponse/2/format",
	"src-fxiaoke-query-nested.json":                  "",
	"src-jdy-push-app-authorize.json":                "? random_id /id",
	"src-jst-orders.json":                            "",
	"src-jst-qimen-refund.json":                      "",
	"src-kingdee-account-query.json":                 "",
	"src-kingdee-assembly-columns.json":              "",
	"src-kingdee-columns-as-request.json":            "",
	"src-kingdee-shop-query-noidcheck.json":          "",
	"src-kingdee-unit-query-incremental.json":        "",
	"src-maycur-reimburse-ids.json":                  "",
	"src-okki-product-list.json":                     "",
	"src-omission-remedy.json":                       "api_missing /api",
	"src-python-adapter-metadata.json":               "",
	"src-wdt-shop-pager.json":                        "",
	"src-wdt-stockout-trade.json":                    "",
	"src-wdt-trade-query.json":                       "",
	"strategy-07129843.json":                         "api_missing /api, sql_syntax /request/6/children/3/value",
	"strategy-1b63d777.json":                         "api_missing /api, sql_syntax /request/5/children/3/value",
	"strategy-2f808ed9.json":                         "api_missing /api, sql_syntax /request/2/children/1/value",
	"strategy-38113f7a.json":                         "api_missing /api",
	"strategy-49af1390.json":                         "api_missing /api, sql_syntax /request/5/children/3/value",
	"strategy-50e9ae66.json":                         "api_missing /api, unknown_member /_schedule",
	"strategy-67192143.json":                         "api_missing /api, sql_syntax /request/3/children/2/value",
	"strategy-6c84bec9.json":                         "api_missing /api, sql_syntax /request/4/children/1/value",
	"strategy-740ab690.json":                         "api_missing /api, unknown_member /_schedule",
	"strategy-7a7b69ca.json":                         "api_missing /api",
	"strategy-8f7dbbef.json":                         "api_missing /api, unknown_member /_schedule",
	"strategy-9ee56338.json":                         "api_missing /api",
	"strategy-a8241037.json":                         "api_missing /api",
	"strategy-ac2b756a.json":                         "api_missing /api",
	"strategy-e067199f.json":                         "api_missing /api",
	"tgt-banniu-task-update.json":                    "",
	"tgt-distribution-org.json":                      "api_missing /api",
	"tgt-group-calculate.json":                       "api_missing /api",
	"tgt-kd-bill-refund-case.json":                   "",
	"tgt-kd-instock-jackyun.json":                    "",
	"tgt-kd-mrb-template.json":                       "",
	"tgt-kd-other-instock.json":                      "",
	"tgt-kd-payable-operation-template.json":         "array_without_children /request/3/value",
	"tgt-kd-return-findcollection-triple-brace.json": "unbalanced_braces /request/7/children/3/value",
	"tgt-kd-return-jst-flat-template.json":           "array_without_children /request/8/value",
	"tgt-kd-return-negate-divide.json":               "",
	"tgt-kd-saleorder-v3.json":                       "",
	"tgt-kd-transfer-direct.json":                    "",
	"tgt-kd-transfer-jackyun.json":                   "? duplicate_field /request/7",
	"tgt-kingdee-customer.json":                      "",
	"tgt-noop.json":                                  "",
	"tgt-write-back.json":                            "",
	"tgt-yida-instance-start.json":                   "? secret_in_document /otherRequest/1/value, empty_field /otherRequest/4",
	"tgt-yonbip-order-template.json":                 "",
}

func sampleSide(name string) qeasy.Side {
	if strings.HasPrefix(name, "src-") {
		return qeasy.SideSource
	}
	return qeasy.SideTarget
}

func readSample(t *testing.T, name string) json.RawMessage {
	t.Helper()
	var s struct{ Metadata json.RawMessage }
	require.NoError(t, json.Unmarshal(testutil.Sample(t, "qeasy", name), &s))
	return s.Metadata
}

// verdict writes what Parse said of a document.
func verdict(h *qeasy.Half, err error) string {
	list := func(problems []*qeasy.Problem) string {
		var all []string
		for _, p := range problems {
			all = append(all, p.Code+" "+p.Path)
		}
		return strings.Join(all, ", ")
	}
	if all, ok := errors.AsType[*qeasy.Errors](err); ok {
		return list(all.Problems)
	}
	if w := list(h.Warnings()); w != "" {
		return "? " + w
	}
	return ""
}

// TestSamples: each published half is read, or refused for what the contract says.
func TestSamples(t *testing.T) {
	t.Parallel()
	names, err := filepath.Glob(filepath.Join(testutil.Contracts(t), "samples", "qeasy", "*.json"))
	require.NoError(t, err)
	require.Len(t, names, len(samples), "every sample has its line in the table")
	for _, path := range names {
		name := filepath.Base(path)
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want, known := samples[name]
			require.True(t, known)
			doc := readSample(t, name)
			h, err := qeasy.Parse(sampleSide(name), doc)
			require.Equal(t, want, verdict(h, err))
			all, _ := errors.AsType[*qeasy.Errors](err)
			if all == nil {
				canonicalAgrees(t, h)
				return
			}
			for _, p := range all.Problems {
				require.Equal(t, sampleSide(name), p.Side)
				require.Positive(t, p.Line)
				require.NotEmpty(t, p.Message)
			}
		})
	}
}

// canonicalAgrees: the canonical form is read as the same half, and is its own.
func canonicalAgrees(t *testing.T, h *qeasy.Half) {
	t.Helper()
	again, err := qeasy.Parse("", h.Canonical())
	require.NoError(t, err, "%s", h.Canonical())
	require.Equal(t, string(h.Canonical()), string(again.Canonical()))
	clean := func(h qeasy.Half) qeasy.Half {
		var strip func([]qeasy.Field)
		strip = func(fields []qeasy.Field) {
			for i := range fields {
				fields[i].Path = ""
				strip(fields[i].Children)
			}
		}
		for _, list := range [][]qeasy.Field{h.Request, h.Other, h.Writeback, h.OtherReply} {
			strip(list)
		}
		return qeasy.Half{
			Side: h.Side, API: h.API, Method: h.Method, ID: h.ID, Number: h.Number, IDCheck: h.IDCheck, Name: h.Name, Request: h.Request,
			Other: h.Other, Operation: h.Operation, PageSize: h.PageSize, Derive: h.Derive, Flatten: h.Flatten, Group: h.Group, OrgIDs: h.OrgIDs,
			Adapter: h.Adapter,
		}
	}
	one, two := clean(*h), clean(*again)
	if h.Side == qeasy.SideTarget { // it does nothing there
		two.IDCheck = one.IDCheck
	}
	require.Equal(t, one, two)
}

// TestFragments: published fragments and pages that print no api are read when it is
// added; those that lost their braces are told by it.
func TestFragments(t *testing.T) {
	t.Parallel()
	for name, verdictThen := range map[string]string{
		"map-kd-smom-delivery.json": "",
		"src-beat-flat.json":        "",
		"src-detail-api.json":       "",
		"tgt-distribution-org.json": "",
		"tgt-group-calculate.json":  "",
		"strategy-ac2b756a.json": "? constant_looks_like_path /request/4/children/0/value, constant_looks_like_path /request/4/children/2/value, " +
			"constant_looks_like_path /request/4/children/3/value",
		"strategy-9ee56338.json": "? constant_looks_like_path /request/5/children/1/value",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var m map[string]json.RawMessage
			require.NoError(t, json.Unmarshal(readSample(t, name), &m))
			m["api"] = json.RawMessage(`"x"`)
			doc, err := json.Marshal(m)
			require.NoError(t, err)
			h, err := qeasy.Parse(sampleSide(name), doc)
			require.Equal(t, verdictThen, verdict(h, err))
		})
	}
}

// TestStatements: each statement of the vendor's manual is one that is understood.
func TestStatements(t *testing.T) {
	t.Parallel()
	var m struct{ Values []string }
	require.NoError(t, json.Unmarshal(readSample(t, "lookup-statements.json"), &m))
	require.Len(t, m.Values, 9)
	for _, v := range m.Values {
		doc, err := json.Marshal(map[string]any{"api": "x", "effect": "EXECUTE", "request": []any{
			map[string]any{"field": "l", "type": "array", "value": "details", "children": []any{map[string]any{"field": "v", "value": v}}},
		}})
		require.NoError(t, err)
		h, err := qeasy.Parse("", doc)
		require.NoError(t, err, v)
		require.Empty(t, h.Warnings(), v)
	}
}
