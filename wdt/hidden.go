package wdt

import "strings"

// Platforms whose rows the direct gateway never returns (platform_id).
const (
	platformTaobao    = 1  // Taobao and Tmall
	platformPinduoduo = 39 // on neither gateway
)

// hiddenOnDirect tells whether a method's rows come from platforms, those of
// which the direct gateway leaves some out. The methods for own and offline shops
// have none of them.
func hiddenOnDirect(method string) bool {
	if strings.Contains(method, "SelfOrder") {
		return false
	}
	for _, group := range []string{"sales.TradeQuery.", "sales.RawTrade.", "wms.stockout.Sales.", "aftersales.", "wms.stockin.Refund.", "goods.ApiGoods."} {
		if strings.HasPrefix(method, group) {
			return true
		}
	}
	return false
}

// hiddenPlatform names a platform that the gateway never returns rows of, "" for
// others. What belongs to system supply no number tells.
func hiddenPlatform(g Gateway, id string) string {
	switch id {
	case "1":
		if g == Direct {
			return "the Taobao family: use Qimen"
		}
	case "39":
		return "Pinduoduo: take them from Pinduoduo itself"
	}
	return ""
}

// HiddenOnDirect tells that the direct gateway never returns this shop's orders,
// refunds and goods: it is of the Taobao family or on Pinduoduo. false is no proof
// of the contrary: shops of system supply can't be told.
func (s Shop) HiddenOnDirect() bool {
	return s.PlatformID == platformTaobao || s.PlatformID == platformPinduoduo
}

// checkHidden warns once of rows the direct gateway leaves out, and refuses a
// filter that asks for nothing else.
func (c *Client) checkHidden(r *request, params filter) error {
	if !r.known.HiddenOnDirect {
		return nil
	}
	if params.has("platform_id") {
		if name := hiddenPlatform(c.Gateway(), textOf(params["platform_id"])); name != "" {
			return invalid(r.op, "the %s gateway never returns rows of %s", c.Gateway(), name)
		}
	}
	if c.Gateway() == Direct {
		c.warnOnce(r.op, "hidden", "the direct gateway leaves out rows of the Taobao family, Pinduoduo and system supply without a word: use Qimen where you sell there")
	}
	return nil
}
