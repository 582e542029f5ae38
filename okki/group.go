package okki

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"

	"github.com/duijie-go/duijie"
)

// ProductGroupService reads and changes groups of products (产品分组).
type ProductGroupService struct{ client *Client }

// ProductGroup is a group of products.
type ProductGroup struct {
	ID          int64           `json:"id"`          // 0 = none
	Name        string          `json:"name"`        // group name
	ParentID    int64           `json:"parent_id"`   // 0 at the top
	Layer       int64           `json:"layer"`       // 1 at the top
	Prefix      string          `json:"prefix"`      // ids from the top down, "0-1-"
	Description string          `json:"description"` // free text
	OrderRank   string          `json:"order_rank"`  // order among its siblings
	Node        []ProductGroup  `json:"node"`        // groups below, where the platform nests them
	CreateTime  duijie.Time     `json:"create_time"` // created
	UpdateTime  duijie.Time     `json:"update_time"` // last changed
	Raw         json.RawMessage `json:"-"`           // the group as it came
}

// List reads all groups (查询产品分组), not paged. Effect: read.
func (s *ProductGroupService) List(ctx context.Context, opts ...duijie.CallOption) ([]ProductGroup, error) {
	var out []ProductGroup
	err := s.client.call(ctx, "GET", "/v1/product/groups", nil, nil, &out, opts)
	return out, err
}

// Tree reads all groups as a tree that finds names. Effect: read.
func (s *ProductGroupService) Tree(ctx context.Context, opts ...duijie.CallOption) (*ProductGroupTree, error) {
	groups, err := s.List(ctx, opts...)
	if err != nil {
		return nil, err
	}
	return NewProductGroupTree(groups), nil
}

// Push creates a group below parent (0 = the top), or renames the one of id where
// that is not 0 (产品分组新增/编辑). Effect: write.
func (s *ProductGroupService) Push(ctx context.Context, id, parent int64, name string, opts ...duijie.CallOption) (ProductGroup, error) {
	var out ProductGroup
	body := map[string]any{"name": name, "parent_id": parent}
	if id != 0 {
		body["group_id"] = id
	}
	if name == "" {
		return out, invalid("/v1/product/push-groups", "name is missing")
	}
	err := s.client.call(ctx, "POST", "/v1/product/push-groups", nil, body, &out, opts)
	return out, err
}

// Remove deletes a group (产品分组删除); those of the system are refused. Effect: write.
func (s *ProductGroupService) Remove(ctx context.Context, id int64, opts ...duijie.CallOption) error {
	return s.client.call(ctx, "POST", "/v1/product/remove-groups", nil, map[string]int64{"group_id": id}, nil, opts)
}

// ProductGroupTree finds groups and their names from the top down. It does not
// change and is safe for concurrent use.
type ProductGroupTree struct {
	byID map[int64]ProductGroup
	tops []int64
}

// NewProductGroupTree makes a tree of groups, be they nested or flat.
func NewProductGroupTree(groups []ProductGroup) *ProductGroupTree {
	t := &ProductGroupTree{byID: map[int64]ProductGroup{}}
	t.add(groups, 0)
	for id := range t.byID {
		if path := t.Path(id); len(path) == 1 {
			t.tops = append(t.tops, id)
		}
	}
	slices.Sort(t.tops)
	return t
}

func (t *ProductGroupTree) add(groups []ProductGroup, parent int64) {
	for _, g := range groups {
		if g.ParentID == 0 {
			g.ParentID = parent
		}
		t.byID[g.ID] = g
		t.add(g.Node, g.ID)
	}
}

// Len is the number of groups.
func (t *ProductGroupTree) Len() int { return len(t.byID) }

// Tops are the groups at the top, by id.
func (t *ProductGroupTree) Tops() []ProductGroup {
	out := make([]ProductGroup, len(t.tops))
	for i, id := range t.tops {
		out[i] = t.byID[id]
	}
	return out
}

// Get is the group with an id.
func (t *ProductGroupTree) Get(id int64) (ProductGroup, bool) {
	g, ok := t.byID[id]
	return g, ok
}

// Name is the name of a group, "" where it is not known.
func (t *ProductGroupTree) Name(id int64) string { return t.byID[id].Name }

// TopName is the name of the group at the top above a group (一级分组), its own where
// it is at the top; "" where the group is not known.
func (t *ProductGroupTree) TopName(id int64) string {
	path := t.Path(id)
	if len(path) == 0 {
		return ""
	}
	return path[0].Name
}

// Path are the groups from the top down to a group, itself included; none where it is
// not known. A parent that is not known ends it, as does one that goes round in a
// circle.
func (t *ProductGroupTree) Path(id int64) []ProductGroup {
	var path []ProductGroup
	seen := map[int64]bool{}
	for {
		g, ok := t.byID[id]
		if !ok || seen[id] {
			break
		}
		seen[id] = true
		path = append(path, g)
		id = g.ParentID
	}
	slices.Reverse(path)
	return path
}

// SKUAttributeService reads and changes the attributes variants differ by (产品规格).
type SKUAttributeService struct{ client *Client }

// SKUAttribute is an attribute with its values, or a value.
type SKUAttribute struct {
	ItemID   int64           `json:"item_id"`   // of the attribute or value
	ItemName string          `json:"item_name"` // "Colour", or "red"
	ParentID int64           `json:"parent_id"` // the attribute of a value; 0 of an attribute
	Node     []SKUAttribute  `json:"node"`      // values of an attribute
	Raw      json.RawMessage `json:"-"`         // the attribute as it came
}

// SKUAttributePush creates an attribute, or edits the one of ItemID. Values that
// are left out of Node are deleted: SKUAttributeService.Append adds only.
type SKUAttributePush struct {
	ItemID   int64           `json:"item_id"`               // the attribute to edit; 0 creates
	ItemName string          `json:"item_name" okki:"need"` // its name
	Node     []SKUItemRename `json:"node" okki:"need"`      // all its values
}

// SKUItemRename is a value of an attribute that is pushed.
type SKUItemRename struct {
	ItemID   int64  `json:"item_id"`               // the value to keep or rename; 0 adds one
	ItemName string `json:"item_name" okki:"need"` // its name
}

// List reads all attributes with their values (查询产品规格列表). Effect: read.
func (s *SKUAttributeService) List(ctx context.Context, opts ...duijie.CallOption) ([]SKUAttribute, error) {
	var out []SKUAttribute
	err := s.client.call(ctx, "GET", "/v1/product/sku-attribute-list", nil, nil, &out, opts)
	return out, err
}

// Push creates or edits an attribute (新增/编辑规格): values that are left out are
// deleted. Effect: write.
func (s *SKUAttributeService) Push(ctx context.Context, a SKUAttributePush, opts ...duijie.CallOption) (SKUAttribute, error) {
	var out SKUAttribute
	err := s.client.call(ctx, "POST", "/v1/product/push-sku-attribute", nil, a, &out, opts)
	return out, err
}

// Append adds values to an attribute (增量更新产品规格值) and deletes none. Effect: write.
func (s *SKUAttributeService) Append(ctx context.Context, id int64, values []string, opts ...duijie.CallOption) (SKUAttribute, error) {
	var out SKUAttribute
	body := map[string]any{"item_id": strconv.FormatInt(id, 10), "attributes": values}
	err := s.client.call(ctx, "POST", "/v1/product/append-sku-attributes-value", nil, body, &out, opts)
	return out, err
}

// Remove deletes an attribute (删除产品规格). Effect: write.
func (s *SKUAttributeService) Remove(ctx context.Context, id int64, opts ...duijie.CallOption) error {
	return s.client.call(ctx, "POST", "/v1/product/remove-sku-attribute", nil, map[string]int64{"item_id": id}, nil, opts)
}
