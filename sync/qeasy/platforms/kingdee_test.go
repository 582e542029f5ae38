package platforms

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie/kingdee/kingdeetest"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/qeasy"
	"github.com/duijie-go/duijie/wdt"
	"github.com/duijie-go/duijie/wdt/wdttest"
)

const shopSource = `{"api":"wdt.setting.shop.queryshop","method":"POST","number":"shop_no","id":"shop_no","idCheck":true,
 "request":[{"field":"pager","type":"object","children":[{"field":"page_size","value":"50"},{"field":"page_no","value":"1"}]},
  {"field":"params","type":"object","children":[{"field":"shop_no","value":""}]}]}`

const customerTarget = `{"api":"batchSave","method":"POST","operation":{"rowsKey":"array","rows":20,"method":"batchArraySave"},
 "request":[{"field":"FName","type":"string","value":"{shop_name}"},{"field":"FNumber","type":"string","value":"{shop_no}"},
  {"field":"FCreateOrgId","type":"string","value":"100","parser":{"name":"ConvertObjectParser","params":"FNumber"}},
  {"field":"FUseOrgId","type":"string","value":"100","parser":{"name":"ConvertObjectParser","params":"FNumber"}},
  {"field":"FDescription","type":"string","value":""}],
 "otherRequest":[{"field":"FormId","type":"string","value":"BD_Customer"},{"field":"Operation","type":"string","value":"BatchSave"},
  {"field":"IsAutoSubmitAndAudit","type":"bool","value":"true"},{"field":"IsVerifyBaseDataField","type":"bool","value":"false"}]}`

// Shops become customers exactly once: with lost answers, a poison row, and shops that
// are customers already; a shop that is renamed is updated.
func TestShopsBecomeCustomers(t *testing.T) {
	t.Parallel()
	for _, gateway := range []wdt.Gateway{wdt.Direct, wdt.Qimen} {
		t.Run(string(gateway), func(t *testing.T) {
			t.Parallel()
			shops, from := newWDT(t, gateway)
			books, to := newKingdee(t)
			for i := 1; i <= 70; i++ {
				from.PutShop(wdttest.Shop{No: fmt.Sprintf("S%03d", i), Name: fmt.Sprintf("店铺%d", i), PlatformID: 127})
			}
			to.SeedCustomer("S001", "店铺1")
			to.Refuse("BD_Customer", "S033", "FName", "名称不合规")
			to.Inject(kingdeetest.Fault{Op: "BatchSave", Call: 2, Kind: kingdeetest.CutAfter})

			source, target := parse(t, qeasy.SideSource, shopSource), parse(t, qeasy.SideTarget, customerTarget)
			scheme, err := qeasy.Compile(source, target, qeasy.Config{Source: WDT(shops, WDTConfig{}), Target: Kingdee(books, KingdeeConfig{})})
			require.NoError(t, err)
			p := scheme.Pipeline("shops", duijiesync.NewMemoryState())
			p.Settle.Delay = 10 * time.Millisecond
			report, err := p.Run(t.Context())
			require.NoError(t, err)
			require.EqualValues(t, 70, report.Read)
			require.EqualValues(t, 1, report.Refused, report)
			require.Zero(t, report.Held)
			for i := 1; i <= 70; i++ {
				no := fmt.Sprintf("S%03d", i)
				rec, ok := to.Record("BD_Customer", no)
				if i == 33 {
					require.False(t, ok)
					continue
				}
				require.True(t, ok, no)
				require.Equal(t, "C", rec.Status, no)
				require.Equal(t, 1, max(rec.Saves, 1), no)
				require.JSONEq(t, fmt.Sprintf("%q", fmt.Sprintf("店铺%d", i)), string(rec.Fields["FName"]))
				require.LessOrEqual(t, to.Effects("BD_Customer", no, kingdeetest.Created), 1, no)
			}
			letters := deadLetters(t, p)
			require.Len(t, letters, 1)
			require.Equal(t, "S033", letters[0].Key)
			require.Contains(t, letters[0].Message, "名称不合规")

			from.PutShop(wdttest.Shop{No: "S005", Name: "改名", PlatformID: 127})
			saves := to.Count("BatchSave")
			report, err = p.Run(t.Context())
			require.NoError(t, err)
			require.EqualValues(t, 1, report.Updated)
			require.Zero(t, report.Created)
			require.Equal(t, saves+1, to.Count("BatchSave"))
			rec, _ := to.Record("BD_Customer", "S005")
			require.JSONEq(t, `"改名"`, string(rec.Fields["FName"]))
			require.Equal(t, "C", rec.Status)
		})
	}
}

func deadLetters(t *testing.T, p *duijiesync.Pipeline[qeasy.Row, qeasy.Write]) []duijiesync.DeadLetter {
	t.Helper()
	out, err := p.State.DeadLetters(t.Context(), p.Name, duijiesync.DeadLetterQuery{})
	require.NoError(t, err)
	return out
}
