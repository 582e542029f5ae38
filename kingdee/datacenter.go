package kingdee

import (
	"context"
	"fmt"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
)

const dataCenterService = "Kingdee.BOS.ServiceFacade.ServicesStub.Account.AccountService.GetDataCenterList"

// DataCenter is a data centre (数据中心, 账套) of a server.
type DataCenter struct {
	ID      string `json:"Id"` // Config.AcctID
	Number  string
	Name    string
	Version string
	GDCID   string
}

// GetDataCenterList lists the data centres of the server. It needs no login.
//
// Effect: read.
func (c *Client) GetDataCenterList(ctx context.Context, opts ...duijie.CallOption) ([]DataCenter, error) {
	op := operation{service: dataCenterService, effect: duijie.EffectRead, shape: anyShape, noToken: c.mode != SignHeaders}
	r, err := c.run(ctx, op, opts, []byte("{}"))
	if err != nil {
		return nil, err
	}
	var list []struct {
		ID                           wire.Text `json:"Id"`
		Number, Name, Version, GDCID wire.Text
	}
	if err := wire.Unmarshal(r.body, &list); err != nil {
		return nil, fmt.Errorf("kingdee: GetDataCenterList: the answer is no list of data centres: %w: %w", err, duijie.ErrMalformedAnswer)
	}
	out := make([]DataCenter, len(list))
	for i, d := range list {
		out[i] = DataCenter{string(d.ID), string(d.Number), string(d.Name), string(d.Version), string(d.GDCID)}
	}
	return out, nil
}

// ListDataCenters is [Client.GetDataCenterList] before there is a client, to find
// the AcctID of its settings. Public cloud gateways want signed calls and
// refuse it.
//
// Effect: read.
func ListDataCenters(ctx context.Context, baseURL string, opts ...duijie.Option) ([]DataCenter, error) {
	c, err := NewClient(Config{BaseURL: baseURL, AcctID: "-", Username: "-", Password: duijie.NewSecret("-"), Mode: ValidateUser}, opts...)
	if err != nil {
		return nil, err
	}
	defer c.CloseIdleConnections()
	return c.GetDataCenterList(ctx)
}
