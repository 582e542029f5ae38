package platforms

import (
	"context"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie/kingdee"
	"github.com/duijie-go/duijie/sync/qeasy"
)

// kingdeeRuns are the operations of the client that schemes run by an api of their own.
var kingdeeRuns = map[string]string{
	"Query": "executeBillQuery", "QueryAll": "executeBillQuery", "QueryPages": "executeBillQuery", "BillQuery": "billQuery",
	"View": "executeBillQuery", // without FieldKeys
	"Save": "save", "BatchSave": "batchSave", "Upsert": "save", "Draft": "draft",
	"Submit": "submit", "Audit": "audit", "UnAudit": "unAudit", "CancelAssign": "cancelAssign", "Delete": "delete",
	"Allocate": "batchSave", // by distributionOrg
}

// kingdeeLeft are those that no scheme runs, with the reason.
var kingdeeLeft = map[string]string{
	"Call":               "any service, of unknown effect: what can not be settled is not written by a scheme",
	"BatchSaveAsync":     "batchSave writes the same records, settled by number; a task that is lost can not be asked for again",
	"BatchSaveBegin":     "a part of BatchSaveAsync",
	"BatchSaveResult":    "a part of BatchSaveAsync",
	"BatchSaveProgress":  "a part of BatchSaveAsync",
	"Operate":            "what an operation number changes differs by form (FForbidStatus, FCloseStatus, states of lines), so a lost answer could not be looked up",
	"Push":               "the bill it makes has no number before and its link is not in a query that is documented, so a lost answer could not be looked up",
	"CancelAllocate":     "which records an organisation may give up is a person's decision, and the platform names no state for a lost answer but the record being gone",
	"WorkflowAudit":      "an approval is a person's, and FDocumentStatus does not tell whose approval took effect",
	"SendMsg":            "a message can not be read back: a lost answer would send it twice or never",
	"GroupSave":          "a group can not be looked up by a number before it is made: QueryGroupInfo takes ids",
	"GroupDelete":        "as GroupSave",
	"QueryGroupInfo":     "the shape of its rows is not documented",
	"AttachmentUpload":   "a file, and no record; and none that could be found again",
	"UploadFile":         "as AttachmentUpload",
	"AttachmentDownload": "a file, and no rows",
	"GetDataCenterList":  "settings of the client, and no rows of an account set",
	"GetInventoryData":   "STK_Inventory is read by executeBillQuery, by its primary key; this service pages by number while stock moves",
	"GetSysReportData":   "a report has no key: its rows can not be told apart from run to run, and sums stand between them",
	"ReportPages":        "as GetSysReportData",
	"QueryBusinessInfo":  "metadata, and no rows",
	"SwitchOrg":          "a setting of the client's session",
}

// Each operation the client types is run, or stands with the reason why not; what is
// said to run is known by its name.
func TestKingdeeCatalogue(t *testing.T) {
	t.Parallel()
	client, _ := newKingdee(t)
	c := Kingdee(client, KingdeeConfig{})
	typ := reflect.TypeFor[*kingdee.Client]()
	ctx := reflect.TypeFor[context.Context]()
	seen := map[string]bool{}
	for i := range typ.NumMethod() {
		m := typ.Method(i)
		if m.Type.NumIn() < 2 || m.Type.In(1) != ctx {
			continue // no call
		}
		seen[m.Name] = true
		_, runs := kingdeeRuns[m.Name]
		_, left := kingdeeLeft[m.Name]
		require.NotEqual(t, runs, left, "%s is run, or it is said why not", m.Name)
	}
	for _, table := range []map[string]string{kingdeeRuns, kingdeeLeft} {
		for name := range table {
			require.True(t, seen[name], "the client has no %s", name)
		}
	}
	var run []string
	for _, api := range kingdeeRuns {
		require.Contains(t, c.APIs(), api)
		require.True(t, c.Match(qeasy.SideSource, strings.ToUpper(api)) || c.Match(qeasy.SideTarget, strings.ToUpper(api)), api)
		run = append(run, api)
	}
	for _, api := range c.APIs() {
		require.True(t, slices.Contains(run, api), "%s is of no operation", api)
	}
	for name := range kingdeeLeft {
		require.False(t, c.Match(qeasy.SideTarget, name) || c.Match(qeasy.SideSource, name), name)
	}
}
