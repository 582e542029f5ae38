package fxiaoke

import (
	"context"

	"github.com/duijie-go/duijie"
)

// operate sends one action whose answer is the plain envelope.
func (c *Client) operate(ctx context.Context, path string, data map[string]any, opts []duijie.CallOption) error {
	return c.Call(ctx, path, map[string]any{"data": data}, nil, opts...)
}

func idsProblem(op, object string, ids []string) error {
	if object == "" || len(ids) == 0 {
		return invalid(op+" "+object, "object or ids are missing")
	}
	for _, id := range ids {
		if id == "" {
			return invalid(op+" "+object, "an id is empty")
		}
	}
	return nil
}

// Invalid invalidates one record (作废): it is no longer effective and can be deleted or
// recovered. One that is invalid already is refused.
//
// Effect: idempotent. Limit: 100 calls in 20 s.
func (c *Client) Invalid(ctx context.Context, object, id string, opts ...duijie.CallOption) error {
	if err := idsProblem("invalid", object, []string{id}); err != nil {
		return err
	}
	return c.operate(ctx, dataPath(object, "invalid"), map[string]any{"dataObjectApiName": object, "object_data_id": id}, opts)
}

// InvalidAll invalidates several records at once (批量作废), by the old path
// /cgi/crm/custom/data/invalid. Effect: idempotent. Limit: 100 calls in 20 s.
func (c *Client) InvalidAll(ctx context.Context, object string, ids []string, opts ...duijie.CallOption) error {
	if err := idsProblem("invalid", object, ids); err != nil {
		return err
	}
	return c.operate(ctx, "/cgi/crm/custom/data/invalid", map[string]any{"dataObjectApiName": object, "idList": ids}, opts)
}

// Recover makes invalidated records effective again (恢复). Effect: idempotent. Limit:
// 100 calls in 20 s.
func (c *Client) Recover(ctx context.Context, object string, ids []string, opts ...duijie.CallOption) error {
	if err := idsProblem("recover", object, ids); err != nil {
		return err
	}
	return c.operate(ctx, dataPath(object, "recover"), map[string]any{"dataObjectApiName": object, "idList": ids}, opts)
}

// Delete deletes records for good (删除). They must have been invalidated before, but
// for lines of price books. Effect: idempotent. Limit: 100 calls in 20 s.
func (c *Client) Delete(ctx context.Context, object string, ids []string, opts ...duijie.CallOption) error {
	if err := idsProblem("delete", object, ids); err != nil {
		return err
	}
	return c.operate(ctx, dataPath(object, "delete"), map[string]any{"dataObjectApiName": object, "idList": ids}, opts)
}

// OwnerChange gives one record to an employee.
type OwnerChange struct {
	ID    string `json:"objectDataId"` // _id of the record
	Owner string `json:"-"`            // FSUID_ id, in header mode the employee's number
}

// ChangeOwner changes who is responsible for records (更换负责人). A record in a pool must
// be taken out of it first.
//
// Effect: write. Limit: 100 calls in 20 s.
func (c *Client) ChangeOwner(ctx context.Context, object string, changes []OwnerChange, opts ...duijie.CallOption) error {
	ids := make([]string, 0, 2*len(changes))
	list := make([]map[string]any, len(changes))
	for i, change := range changes {
		ids = append(ids, change.ID, change.Owner)
		list[i] = map[string]any{"objectDataId": change.ID, "ownerId": []string{change.Owner}}
	}
	if err := idsProblem("changeOwner", object, ids); err != nil {
		return err
	}
	return c.operate(ctx, dataPath(object, "changeOwner"), map[string]any{"dataObjectApiName": object, "Data": list}, opts)
}

// ReturnRequest gives records back to their pool.
type ReturnRequest struct {
	Object string   // AccountObj (公海) or LeadsObj (线索池); others have no pools
	IDs    []string // _id of the records
	PoolID string   // objectPoolId
	// Reason is backReason: "0", "1", "2" or "other", then with OtherReason.
	Reason string
	// OtherReason is the text of the reason "other" (backReason__o).
	OtherReason string
}

// Return gives accounts or leads back to their pool (退回公海, 退回线索池). Taking them out is
// not typed, because the platform documents no path for it.
//
// Effect: write. Limit: 100 calls in 20 s.
func (c *Client) Return(ctx context.Context, req ReturnRequest, opts ...duijie.CallOption) error {
	if err := idsProblem("return", req.Object, req.IDs); err != nil {
		return err
	}
	if req.Object != "AccountObj" && req.Object != "LeadsObj" {
		return invalid("return "+req.Object, "only AccountObj and LeadsObj have pools")
	}
	data := map[string]any{"apiName": req.Object, "objectIds": req.IDs, "objectPoolId": req.PoolID, "backReason": req.Reason}
	if req.OtherReason != "" {
		data["backReason__o"] = req.OtherReason
	}
	return c.operate(ctx, presetPath+"return", data, opts)
}

// Lock keeps records from being changed (锁定); details locks their detail rows too.
// Effect: idempotent. Limit: 100 calls in 20 s.
func (c *Client) Lock(ctx context.Context, object string, ids []string, details bool, opts ...duijie.CallOption) error {
	return c.lock(ctx, "lock", object, ids, details, opts)
}

// Unlock takes back [Client.Lock] (解锁). Effect: idempotent. Limit: 100 calls in 20 s.
func (c *Client) Unlock(ctx context.Context, object string, ids []string, details bool, opts ...duijie.CallOption) error {
	return c.lock(ctx, "unlock", object, ids, details, opts)
}

func (c *Client) lock(ctx context.Context, action, object string, ids []string, details bool, opts []duijie.CallOption) error {
	if err := idsProblem(action, object, ids); err != nil {
		return err
	}
	strategy := 0
	if details {
		strategy = 1
	}
	return c.operate(ctx, "/cgi/crm/v2/object/"+action, map[string]any{"dataObjectApiName": object, "dataIds": ids, "detailObjStrategy": strategy}, opts)
}
