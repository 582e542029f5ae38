package kingdeetest

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestConcurrentUse(t *testing.T) {
	t.Parallel()
	c := start(t)
	c.s.OnCall(func(string, int) { c.s.Count("") })
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			own := *c
			own.sign = i%2 == 0
			if own.sign {
				own.session = ""
			}
			for j := range 5 {
				number := fmt.Sprintf("C-%d-%d", i, j)
				data := obj{"Model": list{customer(number, "甲"), customer("shared", "乙")}, "IsAutoSubmitAndAudit": true}
				_, _, err := own.try(dynamicForm+"BatchSave", obj{"formid": "BD_Customer", "data": data})
				if err != nil {
					t.Error(err)
				}
				_, _, _ = own.try(dynamicForm+"ExecuteBillQuery", obj{"data": obj{"FormId": "BD_Customer", "FieldKeys": "FNumber,FCreateOrgId.FName"}})
				c.s.Seed("BD_Customer", obj{"FNumber": "seeded", "FName": number})
				c.s.Records("BD_Customer")
				c.s.Inject(Fault{Op: "View", Kind: Slow, Delay: time.Millisecond})
				_, _, _ = own.try(dynamicForm+"View", obj{"formid": "BD_Customer", "data": obj{"Number": number}})
			}
		})
	}
	wg.Wait()
	require.Len(t, c.s.Records("BD_Customer"), 42)
	shared, _ := c.s.Record("BD_Customer", "shared")
	require.Equal(t, 1, shared.Saves)
	require.Equal(t, 40, c.s.Count("BatchSave"))
}
