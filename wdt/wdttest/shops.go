package wdttest

import (
	"encoding/json"
	"slices"
	"strconv"
	"time"
)

const shopMethod = "setting.Shop.queryShop"

// Shop is a shop (店铺) of the seller.
type Shop struct {
	ID            int64  // shop_id; 0 gets the next free one
	No, Name      string // shop_no (店铺编号), the key; shop_name
	PlatformID    int    // platform_id: 127 own platform, 0 offline, 1 Taobao and Tmall, 3 JD, 39 Pinduoduo, ...
	SubPlatformID int    // sub_platform_id; for Taobao 0 C shop, 1 Tmall
	Disabled      bool   // is_disabled (停用)

	Province, City, District, Address string // names, not codes
	Contact, Mobile, Remark           string

	Modified, Created time.Time // answered at +08:00, to the second; zero: now
}

// PutShop adds shops, or replaces those of the same No. Replacing keeps ID and
// Created unless they are given, and sets Modified to now unless given, so the
// shop moves to the end of the answer order; should the clock not have moved on,
// it still goes just behind the last shop.
func (s *Server) PutShop(shops ...Shop) {
	now := s.clock()
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, o := range shops {
		s.shops = put(s.shops, o, now)
	}
}

func (o *Shop) key() (no string, id *int64, modified, created *time.Time) {
	return o.No, &o.ID, &o.Modified, &o.Created
}

// RemoveShop takes the shop with this shop_no away; the rows behind it move forward.
func (s *Server) RemoveShop(no string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.shops = slices.DeleteFunc(s.shops, func(o Shop) bool { return o.No == no })
}

// Shops returns the shops in the order the platform answers them: by
// modification time, then ID.
func (s *Server) Shops() []Shop {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.shops)
}

// queryShops answers setting.Shop.queryShop.
func (s *Server) queryShops(args []json.RawMessage, page Page) (any, error) {
	filter, ok := filterOf(args)
	if !ok {
		return nil, errMismatch
	}
	platform, byPlatform, ok := intFilter(filter, "platform_id")
	if !ok {
		return nil, errMismatch
	}
	no := textOf(filter["shop_no"])
	return seededPage(s.Shops(), page, func(o Shop) bool {
		return (no == "" || o.No == no) && (!byPlatform || int64(o.PlatformID) == platform)
	}, Shop.row), nil
}

func (o Shop) row() row {
	return row{
		"shop_id": o.ID, "shop_no": o.No, "shop_name": o.Name,
		"platform_id": int64(o.PlatformID), "sub_platform_id": int64(o.SubPlatformID),
		"is_disabled": o.Disabled, "auth_state": int64(1),
		"province": o.Province, "city": o.City, "district": o.District, "address": o.Address,
		"contact": o.Contact, "mobile": o.Mobile, "telno": "", "zip": "", "email": "",
		"remark": o.Remark, "website": "", "group_id": "", "account_id": "",
		"auth_time": text(o.Created), "expire_time": stamp{}, "re_expire_time": stamp{},
		"modified": text(o.Modified), "created": text(o.Created),
	}
}

// seededPage answers one page of the rows that match.
func seededPage[T any](all []T, page Page, match func(T) bool, toRow func(T) row) List {
	var rows []any
	for _, o := range all {
		if match(o) {
			rows = append(rows, toRow(o))
		}
	}
	return List{Key: "details", Rows: page.Cut(rows), Total: len(rows)}
}

// intFilter reads an integer filter, a number or its text. there is false when
// it is not given, ok when it is no integer.
func intFilter(filter map[string]any, name string) (n int64, there, ok bool) {
	v := filter[name]
	if empty(v) {
		return 0, false, true
	}
	n, err := strconv.ParseInt(textOf(v), 10, 64)
	return n, true, err == nil
}
