package fxiaoke

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
)

// Get reads one record by its _id (查询数据详情). Details of a document are in it; see
// [DetailsAs]. A record that is not there is duijie.ErrNotFound, where the platform does not
// refuse with a code of its own.
//
// Effect: read. Limit: 100 calls in 20 s.
func (c *Client) Get(ctx context.Context, object, id string, opts ...duijie.CallOption) (duijie.Record, error) {
	return GetAs[duijie.Record](ctx, c, object, id, opts...)
}

// GetAs is [Client.Get] into a struct with JSON tags. Effect: read.
func GetAs[T any](ctx context.Context, c *Client, object, id string, opts ...duijie.CallOption) (T, error) {
	var out T
	raw, err := c.getRaw(ctx, object, id, opts)
	if err != nil {
		return out, err
	}
	if err := decode(raw, &out); err != nil {
		return out, fmt.Errorf("fxiaoke: get %s: the record does not fit %T: %w", object, out, err)
	}
	return out, nil
}

func (c *Client) getRaw(ctx context.Context, object, id string, opts []duijie.CallOption) (json.RawMessage, error) {
	if object == "" || id == "" {
		return nil, invalid("get "+object, "object or id is missing")
	}
	r, err := newRequest(dataPath(object, "get"), map[string]any{"data": map[string]any{"dataObjectApiName": object, "objectDataId": id}})
	if err != nil {
		return nil, err
	}
	e, err := c.send(ctx, r, duijie.NewCallOptions(opts...))
	if err != nil {
		return nil, err
	}
	if wire.First(e.data) != '{' || len(membersOf(e.data)) == 0 {
		return nil, &duijie.APIError{
			Platform: platform, Op: r.op.Path, Class: duijie.ClassNotFound, StatusCode: 200, RequestID: e.traceID, Attempts: 1,
			Message: "the answer holds no record",
		}
	}
	return e.data, nil
}
