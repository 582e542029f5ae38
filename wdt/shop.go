package wdt

import (
	"context"
	"encoding/json"
	"iter"
	"slices"
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
func (s *Shop) UnmarshalJSON(b []byte) error {
	type plain Shop
	*s = Shop{}
	if err := decodeRow(b, (*plain)(s)); err != nil {
		return err
	}
	s.Raw = slices.Clone(b)
	return nil
}

// MarshalJSON writes the shop with the members only Raw has.
func (s Shop) MarshalJSON() ([]byte, error) {
	type plain Shop
	return encodeRow(plain(s), s.Raw)
}

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

// ShopQuery selects shops. The zero value selects all.
type ShopQuery struct {
	No         string // shop_no
	PlatformID *int   // platform_id; 0 is the offline platform: new(127)
	PageSize   int    // rows per call; 0 = 200, at most 1000
	Cursor     string // Next of a page List gave
}

func (q ShopQuery) query() Query {
	params := map[string]any{}
	if q.No != "" {
		params["shop_no"] = q.No
	}
	if q.PlatformID != nil {
		params["platform_id"] = *q.PlatformID
	}
	return Query{Params: params, Size: q.PageSize}
}

// ShopService reads the seller's shops (店铺).
type ShopService struct{ client *Client }

func (s *ShopService) lister(q ShopQuery, opts []duijie.CallOption) lister {
	return newLister(s.client, shopMethod, q.query(), opts)
}

func (s *ShopService) scan(q ShopQuery, opts []duijie.CallOption) *scan[Shop] {
	return &scan[Shop]{list: s.lister(q, opts), key: shopKey, version: shopVersion, complete: true}
}

func shopKey(s Shop, _ json.RawMessage) string { return s.Key() }
func shopVersion(s Shop) int64                 { return unixMilli(s.Modified) }

// List reads one page of shops (查询店铺, setting.Shop.queryShop). Pages go from
// the last to the first and Next leads on; the page at the end is the last one
// once more, with what moved there meanwhile.
//
// Effect: read. Limit: 1 call a second over all methods. The list has no time
// window. Shops the interface account may not see are left out silently.
func (s *ShopService) List(ctx context.Context, q ShopQuery, opts ...duijie.CallOption) (*duijie.Page[Shop], error) {
	return listPage[Shop](ctx, s.lister(q, opts), q.Cursor)
}

// Pages reads all shops (查询店铺, setting.Shop.queryShop) page by page. A page
// holds what was not met before, or is newer; it may be empty. While shops change, the
// list is read again until as many shops were met as it counts, up to five times.
//
// Effect: read. Limit: 1 call a second over all methods. Cursor is not used.
func (s *ShopService) Pages(ctx context.Context, q ShopQuery, opts ...duijie.CallOption) duijie.Pages[Shop] {
	return s.scan(q, opts).public(ctx)
}

// All reads all shops (查询店铺, setting.Shop.queryShop), with the guarantee of Pages.
//
// Effect: read. Limit: 1 call a second over all methods. Cursor is not used.
func (s *ShopService) All(ctx context.Context, q ShopQuery, opts ...duijie.CallOption) iter.Seq2[Shop, error] {
	return s.scan(q, opts).values(ctx)
}

// unixMilli is 0 for a time that is not set.
func unixMilli(t duijie.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Time.UnixMilli()
}
