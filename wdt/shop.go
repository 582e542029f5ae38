package wdt

import (
	"encoding/json"
	"strconv"

	"github.com/duijie-go/duijie"
)

const shopMethod = "setting.Shop.queryShop"

// Shop is a shop (店铺) of the seller. A member the platform left out is zero;
// members this struct does not know stay in Raw and come back when it is encoded.
type Shop struct {
	ID            int64  `json:"shop_id"`
	No            string `json:"shop_no"` // the key (店铺编号)
	Name          string `json:"shop_name"`
	PlatformID    int64  `json:"platform_id"`     // 127 own platform, 0 offline, 1 Taobao family, 3 JD, 39 Pinduoduo, …
	SubPlatformID int64  `json:"sub_platform_id"` // within the Taobao family: 0 C shop, 1 Tmall
	Disabled      bool   `json:"is_disabled"`
	AuthState     int64  `json:"auth_state"`

	AuthTime     duijie.Time `json:"auth_time"`
	ExpireTime   duijie.Time `json:"expire_time"`    // end of the authorisation
	ReExpireTime duijie.Time `json:"re_expire_time"` // end of its renewal
	Created      duijie.Time `json:"created"`
	Modified     duijie.Time `json:"modified"`

	Province string `json:"province"`
	City     string `json:"city"`
	District string `json:"district"`
	Address  string `json:"address"`
	Zip      string `json:"zip"`
	Contact  string `json:"contact"`
	Telno    string `json:"telno"`
	Mobile   string `json:"mobile"`
	Email    string `json:"email"`
	Website  string `json:"website"`
	Remark   string `json:"remark"`

	GroupID   string `json:"group_id"` // a name, in spite of its own
	AccountID string `json:"account_id"`

	// Raw is the row as the platform sent it.
	Raw json.RawMessage `json:"-"`
}

// UnmarshalJSON takes every member in any of the forms the platform sends it in.
func (s *Shop) UnmarshalJSON(b []byte) error { return decodeRow(b, s) }

// MarshalJSON writes the shop with the members only Raw has.
func (s Shop) MarshalJSON() ([]byte, error) { return encodeRow(s) }

// Key is shop_no, which the platform keeps unique; a shop without one is known
// as "shop_id:" and its number.
func (s Shop) Key() string {
	switch {
	case s.No != "":
		return s.No
	case s.ID != 0:
		return "shop_id:" + strconv.FormatInt(s.ID, 10)
	}
	return ""
}

func (s Shop) version() int64 { return unixMilli(s.Modified) }

// ShopQuery selects shops. The zero value selects all.
type ShopQuery struct {
	No         string // shop_no
	PlatformID *int   // platform_id; 0 is the offline platform: new(127)
	PageSize   int    // rows per call; 0 = 200, at most 1000
	Cursor     string // Next of a page List gave
}

func (q ShopQuery) list() selection {
	f := filter{}.text("shop_no", q.No).int("platform_id", q.PlatformID)
	return selection{method: shopMethod, params: f, size: q.PageSize, cursor: q.Cursor}
}

// ShopService reads the seller's shops (店铺; 查询店铺, setting.Shop.queryShop). The
// list has no time window.
type ShopService = ListService[Shop, ShopQuery]

// ShopSource reads the seller's shops; see [NewListScan].
type ShopSource = ScanSource[Shop]

// unixMilli is 0 for a time that is not set.
func unixMilli(t duijie.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Time.UnixMilli()
}
