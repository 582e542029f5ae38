package wdttest

import (
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
	for _, o := range shops {
		s.Seed(shopMethod, o.row())
	}
}

// RemoveShop takes the shop with this shop_no away; the rows behind it move forward.
func (s *Server) RemoveShop(no string) { s.Remove(shopMethod, no) }

// Shops returns the shops in the order the platform answers them: by
// modification time, then ID.
func (s *Server) Shops() []Shop {
	var shops []Shop
	for _, r := range s.Rows(shopMethod) {
		shops = append(shops, Shop{
			ID: r.int("shop_id"), No: r.text("shop_no"), Name: r.text("shop_name"),
			PlatformID: int(r.int("platform_id")), SubPlatformID: int(r.int("sub_platform_id")), Disabled: r.text("is_disabled") == "true",
			Province: r.text("province"), City: r.text("city"), District: r.text("district"), Address: r.text("address"),
			Contact: r.text("contact"), Mobile: r.text("mobile"), Remark: r.text("remark"),
			Modified: r.time("modified"), Created: r.time("created"),
		})
	}
	return shops
}

func (o Shop) row() Row {
	r := Row{
		"shop_no": o.No, "shop_name": o.Name, "platform_id": o.PlatformID, "sub_platform_id": o.SubPlatformID,
		"is_disabled": o.Disabled, "auth_state": 1,
		"province": o.Province, "city": o.City, "district": o.District, "address": o.Address,
		"contact": o.Contact, "mobile": o.Mobile, "remark": o.Remark,
	}
	r.give("shop_id", o.ID)
	r.giveTime("modified", o.Modified)
	r.giveTime("created", o.Created)
	r.giveTime("auth_time", o.Created)
	return r
}

// int is a member as a whole number, 0 when it is none.
func (r Row) int(name string) int64 {
	n, _ := strconv.ParseInt(r.text(name), 10, 64)
	return n
}

// give sets a number unless it is 0.
func (r Row) give(name string, n int64) {
	if n != 0 {
		r[name] = n
	}
}

// giveTime sets a time unless it is zero.
func (r Row) giveTime(name string, at time.Time) {
	if !at.IsZero() {
		r[name] = at
	}
}
