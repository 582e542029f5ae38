package kingdeetest

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie/internal/testutil"
)

// shape replaces every value by the name of its JSON type; of a list only the
// first element counts.
func shape(v any, depth int) any {
	switch v := v.(type) {
	case map[string]any:
		if depth == 0 {
			return "object"
		}
		out := map[string]any{}
		for k, x := range v {
			out[k] = shape(x, depth-1)
		}
		return out
	case []any:
		if len(v) == 0 {
			return []any{}
		}
		return []any{shape(v[0], depth)}
	}
	return fmt.Sprintf("%T", v)
}

func TestAnswersHaveTheShapesOfCaptures(t *testing.T) {
	t.Parallel()
	testutil.Contracts(t)
	c := start(t)
	c.s.Seed("BD_Customer", obj{"FNumber": "B1", "FName": "甲", "FDocumentStatus": "B"}, obj{"FNumber": "U1", "FName": "甲"})
	saved := func(number string) string {
		return c.call(dynamicForm+"Save", obj{"formid": "BD_Customer", "data": obj{"Model": customer(number, "甲")}})
	}
	on := func(op, number string) string {
		return c.call(dynamicForm+op, obj{"formid": "BD_Customer", "data": obj{"Numbers": list{number}}})
	}
	a := c.s.Account()
	answers := []struct {
		sample string
		answer string
		depth  int
	}{
		{"save_success", saved("C1"), 9},
		{"save_success_2", saved("C2"), 9},
		{"save_duplicate_number", saved("C1"), 9},
		{"query_unknown_field", c.call(dynamicForm+"ExecuteBillQuery", obj{"data": obj{"FormId": "BD_Customer", "FieldKeys": "FNope"}}), 9},
		{"audit_success", on("Audit", "B1"), 9},
		{"audit_already_audited", on("Audit", "B1"), 9},
		{"unaudit_two_success", on("UnAudit", "U1"), 9},
		{"number_not_exist", on("Audit", "nobody"), 9},
		{"switchorg_success", c.call(dynamicForm+"SwitchOrg", obj{"data": obj{"OrgNumber": "100"}}), 9},
		{"login_success", c.call(authService+"ValidateUser", obj{"parameters": list{a.AcctID, a.Username, a.Password, 2052}}), 1},
		{"waf_blocked", string(encode(firewall())), 9},
	}
	c.session = "gone"
	answers = append(answers, struct {
		sample string
		answer string
		depth  int
	}{"session_lost", on("Audit", "B1"), 9})
	for _, x := range answers {
		raw := testutil.Sample(t, "kingdee", x.sample+".json")
		var want, got any
		require.NoError(t, json.Unmarshal(raw, &want))
		require.NoError(t, json.Unmarshal([]byte(x.answer), &got))
		require.Equal(t, shape(want, x.depth), shape(got, x.depth), x.sample)
	}
}
