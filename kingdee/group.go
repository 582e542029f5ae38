package kingdee

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
)

// Group is a group of base data (分组), "domestic customers".
type Group struct {
	ID          int64 // primary key: 0 makes a new group
	ParentID    int64 // the group above, 0 for the top
	Number      string
	Name        string
	Description string
}

// GroupSave makes a group, or changes the one that has group.ID (分组保存), and
// returns its primary key. fieldKey is the key of the form's group field
// (GroupFieldKey), "FGroup" or "FMaterialGroup"; "" = the form's first.
//
// Effect: write.
func (c *Client) GroupSave(ctx context.Context, formID, fieldKey string, group Group, opts ...duijie.CallOption) (id string, err error) {
	if err := checkGroup("GroupSave", formID, fieldKey); err != nil {
		return "", err
	}
	if group.Number == "" || group.Name == "" || group.ID < 0 || group.ParentID < 0 {
		return "", fmt.Errorf("kingdee: GroupSave %s: the group needs a Number and a Name, and ids are not negative: %w", cut(formID), duijie.ErrInvalid)
	}
	op := operation{service: "GroupSave", effect: duijie.EffectWrite, shape: statusShape}
	r, err := c.form(ctx, op, opts, parameter{"formid", formID}, parameter{"data", struct {
		GroupFieldKey string
		GroupPkID     int64  `json:"GroupPkId"`
		ParentID      int64  `json:"FParentId"`
		Number        string `json:"FNumber"`
		Name          string `json:"FName"`
		Description   string `json:"FDescription"`
	}{fieldKey, group.ID, group.ParentID, group.Number, group.Name, group.Description}})
	if err != nil {
		return "", err
	}
	if id = string(r.result.ID); id == "" {
		if done := r.result.ResponseStatus.succeeded(); len(done) > 0 {
			id = string(done[0].ID)
		}
	}
	return id, nil
}

// GroupDelete removes groups (分组删除) by their primary keys.
//
// It fails when no group was taken; when only some were, the result tells.
// Effect: write.
func (c *Client) GroupDelete(ctx context.Context, formID, fieldKey string, ids []string, opts ...duijie.CallOption) (*StatusResult, error) {
	if err := checkGroup("GroupDelete", formID, fieldKey); err != nil {
		return nil, err
	}
	if len(ids) == 0 || !plainIDs(ids) {
		return nil, fmt.Errorf("kingdee: GroupDelete %s: ids is empty, or one of them is empty or holds a comma: %w", cut(formID), duijie.ErrInvalid)
	}
	op := operation{service: "GroupDelete", effect: duijie.EffectWrite, shape: mixedShape}
	r, err := c.form(ctx, op, opts, parameter{"data", struct {
		FormID        string `json:"FormId"`
		GroupFieldKey string
		GroupPkIDs    string `json:"GroupPkIds"`
	}{formID, fieldKey, strings.Join(ids, ",")}})
	if err != nil {
		return nil, err
	}
	return plainResult(r), nil
}

// GroupInfo is what the server tells of groups. The platform documents no
// members of it.
type GroupInfo struct {
	Raw json.RawMessage // the whole answer
}

// Decode decodes the answer into out.
func (g *GroupInfo) Decode(out any) error {
	if err := wire.Unmarshal(g.Raw, out); err != nil {
		return fmt.Errorf("kingdee: QueryGroupInfo: the answer does not fit %T: %w: %w", out, err, duijie.ErrMalformedAnswer)
	}
	return nil
}

// GroupQuery selects groups: by their keys, or by those of the records in them;
// without any, all of the form.
type GroupQuery struct {
	FormID   string   // "BD_MATERIAL"; copy the case exactly
	FieldKey string   // GroupFieldKey, see [Client.GroupSave]
	GroupIDs []string // primary keys of groups (GroupPkIds)
	IDs      []string // primary keys of records
}

// QueryGroupInfo reads groups (分组查询).
//
// Effect: read.
func (c *Client) QueryGroupInfo(ctx context.Context, q GroupQuery, opts ...duijie.CallOption) (*GroupInfo, error) {
	if err := checkGroup("QueryGroupInfo", q.FormID, q.FieldKey); err != nil {
		return nil, err
	}
	if !plainIDs(q.GroupIDs) || !plainIDs(q.IDs) {
		return nil, fmt.Errorf("kingdee: QueryGroupInfo %s: an id is empty or holds a comma: %w", cut(q.FormID), duijie.ErrInvalid)
	}
	op := operation{service: "QueryGroupInfo", effect: duijie.EffectRead, shape: anyShape}
	r, err := c.form(ctx, op, opts, parameter{"data", struct {
		FormID        string `json:"FormId"`
		GroupFieldKey string
		GroupPkIDs    string `json:"GroupPkIds"`
		IDs           string `json:"Ids"`
	}{q.FormID, q.FieldKey, strings.Join(q.GroupIDs, ","), strings.Join(q.IDs, ",")}})
	if err != nil {
		return nil, err
	}
	return &GroupInfo{Raw: r.body}, nil
}

func checkGroup(op, formID, fieldKey string) error {
	if formID == "" {
		return fmt.Errorf("kingdee: %s: FormID is missing: %w", op, duijie.ErrInvalid)
	}
	if fieldKey == "" {
		return nil
	}
	return checkField(fieldKey)
}
