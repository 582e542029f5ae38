package kingdee

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
)

const inventoryService = "Kingdee.K3.SCM.WebApi.ServicesStub.InventoryQueryService.GetInventoryData,Kingdee.K3.SCM.WebApi.ServicesStub"

// InventoryQuery selects stock on hand (即时库存).
type InventoryQuery struct {
	StockNumbers    []string // numbers of warehouses; none = all
	MaterialNumbers []string // numbers of materials; none = all
	ShowAuxProp     bool     // rows per auxiliary property (辅助属性)
	ShowStockLoc    bool     // rows per location (仓位)
	Page            int      // from 1; 0 = 1
	PageRows        int      // 0 = 100
}

type inventoryData struct {
	Stocks       string `json:"fstocknumbers"`
	Materials    string `json:"fmaterialnumbers"`
	ShowAuxProp  bool   `json:"isshowauxprop"`
	ShowStockLoc bool   `json:"isshowstockloc"`
	Page         int    `json:"pageindex"`
	PageRows     int    `json:"pagerows"`
}

// InventoryPage is a page of stock on hand. The platform documents no members
// of it.
type InventoryPage struct {
	Raw json.RawMessage // the whole answer
}

// Decode decodes the answer into out.
func (p *InventoryPage) Decode(out any) error {
	if err := wire.Unmarshal(p.Raw, out); err != nil {
		return fmt.Errorf("kingdee: GetInventoryData: the answer does not fit %T: %w: %w", out, err, duijie.ErrMalformedAnswer)
	}
	return nil
}

// GetInventoryData reads stock on hand (即时库存查询 InventoryQueryService). The
// form STK_Inventory gives the same with [QueryAs], typed and paged by key; take this
// service where the form's rights are not granted.
//
// Effect: read.
func (c *Client) GetInventoryData(ctx context.Context, q InventoryQuery, opts ...duijie.CallOption) (*InventoryPage, error) {
	for _, number := range append(append([]string{}, q.StockNumbers...), q.MaterialNumbers...) {
		if number == "" || strings.Contains(number, ",") {
			return nil, fmt.Errorf("kingdee: GetInventoryData: a number is empty or holds a comma: %w", duijie.ErrInvalid)
		}
	}
	if q.Page < 0 || q.PageRows < 0 {
		return nil, fmt.Errorf("kingdee: GetInventoryData: Page or PageRows is negative: %w", duijie.ErrInvalid)
	}
	data := inventoryData{
		strings.Join(q.StockNumbers, ","), strings.Join(q.MaterialNumbers, ","), q.ShowAuxProp, q.ShowStockLoc, max(q.Page, 1), q.PageRows,
	}
	if data.PageRows == 0 {
		data.PageRows = 100
	}
	body, err := requestBody(true, parameter{"", data}) // the one form it is described with
	if err != nil {
		return nil, err
	}
	op := operation{service: inventoryService, effect: duijie.EffectRead, shape: stockShape}
	r, err := c.run(ctx, op, opts, body)
	if err != nil {
		return nil, err
	}
	return &InventoryPage{Raw: r.body}, nil
}
