package wdttest

import (
	"strings"
	"time"
)

// Goods is a good (货品) with its SKUs (单品).
type Goods struct {
	No, Name     string    // goods_no (货品编号), the key; goods_name
	Brand, Class string    // brand_name (品牌), class_name (分类)
	Unit         string    // unit_name (单位); "" is 个
	Specs        []Spec    // none makes one SKU with the number of the good
	Deleted      bool      // deleted (删除); the platform shows a number above 0
	Modified     time.Time // goods_modified and modified; zero is now
	More         Row       // other members by their names
}

// Spec is one SKU of a good.
type Spec struct {
	No, Name string // spec_no (商家编码), the business key; spec_name
	Barcode  string // barcode (条码)
	Retail   string // retail_price (零售价), such as "12.34"; "" is 0
	Cost     string // wholesale_price (批发价); "" is 0
	Weight   string // weight in kg; "" is 0
	More     Row    // other members by their names
}

// SeedGoods adds goods to goods.Goods.queryWithSpec, or replaces those of the
// same number. Their SKUs may then stand in documents.
func (s *Server) SeedGoods(all ...Goods) {
	for _, g := range all {
		specs := g.Specs
		if len(specs) == 0 {
			specs = []Spec{{No: g.No}}
		}
		var list []Row
		for _, sp := range specs {
			list = append(list, with(Row{
				"spec_no": sp.No, "spec_name": sp.Name, "barcode": sp.Barcode, "spec_code": sp.No,
				"retail_price": sp.Retail, "wholesale_price": sp.Cost, "weight": sp.Weight, "spec_unit_name": unitOf(g.Unit),
			}, sp.More))
		}
		r := Row{
			"goods_no": g.No, "goods_name": g.Name, "brand_name": g.Brand, "class_name": g.Class,
			"unit_name": unitOf(g.Unit), "goods_type": 1, "spec_list": list,
		}
		if g.Deleted {
			r["deleted"] = 1
		}
		r.giveTime("modified", g.Modified)
		r.giveTime("goods_modified", g.Modified)
		s.mu.Lock()
		s.putGoods(with(r, g.More))
		s.mu.Unlock()
	}
}

func unitOf(unit string) string {
	if unit == "" {
		return "个"
	}
	return unit
}

// with adds members to a row.
func with(r, more Row) Row {
	for k, v := range more.clone() {
		r[k] = v
	}
	return r
}

// putGoods keeps goods and numbers their SKUs. The caller holds the lock.
func (s *Server) putGoods(r Row) int64 {
	b, t := s.bin(goods), tableOf(goods)
	if old := b.byKey[t.keyOf(r)]; old != nil {
		for _, spec := range r.rows("spec_list") {
			for _, was := range old.row.rows("spec_list") {
				if was.text("spec_no") == spec.text("spec_no") && spec["spec_id"] == nil {
					spec["spec_id"], spec["spec_created"] = was["spec_id"], was["spec_created"]
				}
			}
		}
	}
	for _, spec := range r.rows("spec_list") {
		if spec["spec_id"] == nil {
			s.writes.next["spec"]++
			spec["spec_id"] = 5000 + s.writes.next["spec"]
		}
	}
	o := b.put(t, r, s.clock())
	for _, spec := range o.row.rows("spec_list") {
		spec["goods_id"] = o.id
		if spec["spec_created"] == nil {
			spec["spec_created"] = o.at
		}
		spec["spec_modified"] = o.at
	}
	o.row["spec_count"] = len(o.row.rows("spec_list"))
	return o.id
}

// specOf finds a SKU and its good. The caller holds the lock.
func (s *Server) specOf(no string) (good, spec Row) {
	b := s.bin(goods)
	if s.specs.of != b.changes || s.specs.bySpec == nil {
		s.specs = specIndex{of: b.changes, bySpec: map[string][2]Row{}}
		for _, o := range b.ordered() {
			for _, spec := range o.row.rows("spec_list") {
				s.specs.bySpec[spec.text("spec_no")] = [2]Row{o.row, spec}
			}
		}
	}
	found := s.specs.bySpec[no]
	return found[0], found[1]
}

// specIndex finds SKUs by number. It is made anew when the goods changed.
type specIndex struct {
	of     int // changes of the goods it was made of
	bySpec map[string][2]Row
}

// pushGoods serves goods.Goods.push and push2: it creates or updates one good
// and its SKUs; SKUs that are not sent stay.
func pushGoods(c *writeCall) (any, error) {
	info, err := c.object(0)
	if err != nil {
		return nil, err
	}
	specs, err := c.list(1)
	if err != nil {
		return nil, err
	}
	no := info.text("goods_no")
	if e := c.checkGoods(no, info, specs); e != nil {
		return nil, e
	}
	if text, fails := c.fails(no); fails {
		if strings.HasSuffix(c.method, "2") {
			return reply{status: 100, data: map[string]any{"message": text}}, nil
		}
		return nil, refuse(text)
	}
	good := Row{}
	old := c.bin(goods).byKey[no]
	if old != nil {
		good = old.row.clone()
		delete(good, "modified")
		delete(good, "goods_modified")
	}
	merged := good.rows("spec_list")
	with(good, info)
	for _, spec := range specs {
		merged = mergeSpec(merged, spec)
	}
	good["spec_list"] = merged
	id := c.putGoods(good)
	c.note(no, old == nil)
	if strings.HasSuffix(c.method, ".push") {
		return id, nil
	}
	list := []any{}
	for _, spec := range specs {
		_, kept := c.specOf(spec.text("spec_no"))
		list = append(list, map[string]any{"spec_id": kept.int("spec_id"), "spec_no": spec.text("spec_no")})
	}
	return map[string]any{"goods_id": id, "goods_no": no, "spec_info_list": list}, nil
}

func (c *writeCall) checkGoods(no string, info Row, specs []Row) error {
	if no == "" || info.text("goods_name") == "" {
		return refuse("goods_no、goods_name 不能为空")
	}
	seen := map[string]bool{}
	for _, spec := range specs {
		specNo := spec.text("spec_no")
		if specNo == "" {
			return refuse("商家编码不能为空")
		}
		if owner, _ := c.specOf(specNo); seen[specNo] || (owner != nil && owner.text("goods_no") != no) {
			return refuse("商家编码已存在")
		}
		seen[specNo] = true
		for _, name := range []string{"retail_price", "wholesale_price", "member_price", "market_price", "weight"} {
			if _, ok := parseAmount(spec.text(name)); !ok {
				return errMismatch
			}
		}
	}
	return nil
}

func mergeSpec(specs []Row, spec Row) []Row {
	for _, was := range specs {
		if was.text("spec_no") == spec.text("spec_no") {
			with(was, spec)
			return specs
		}
	}
	return append(specs, spec.clone())
}
