package wdt

import (
	"context"
	"errors"

	"github.com/duijie-go/duijie"
)

// ShipmentService reads shipments of own shops that are to be reported to them
// (物流同步; 查询物流同步列表, sales.LogisticsSync.getSyncListExt) and acknowledges them. A
// shipment stays in the list until it is acknowledged.
type ShipmentService struct {
	ListService[Shipment, ShipmentQuery]
}

// ShipmentAck says what became of a shipment in its shop.
type ShipmentAck struct {
	ID      int64      `json:"sync_id"`
	Result  SyncResult `json:"status"`
	Message string     `json:"error_msg,omitempty"` // why it failed
}

// MarshalJSON writes what is set.
func (a ShipmentAck) MarshalJSON() ([]byte, error) { return encodePush(a) }

// Acknowledge tells what became of shipments (物流同步回写, sales.LogisticsSync.update). One
// with SyncDone or SyncFailed leaves the list, one with SyncAgain stays. Rows the
// platform refuses are an error that holds a [*PartialError]; it does not name them.
// After a lost answer read the list: what is not in it any more was acknowledged.
//
// Effect: write. Limit: 1 call a second over all methods.
func (s *ShipmentService) Acknowledge(ctx context.Context, acks []ShipmentAck, opts ...duijie.CallOption) error {
	n := &needs{op: shipmentsUpdateMethod}
	n.is("syncList", len(acks) > 0)
	for i, a := range acks {
		if a.ID == 0 {
			n.wrongly("row %d has no sync_id", i+1)
		}
	}
	if err := n.err(); err != nil {
		return err
	}
	return s.client.Call(ctx, shipmentsUpdateMethod, Args{{"syncList", acks}}, nil, opts...)
}

// ErrSyncAgain is for the functions given to [ShipmentService.Each] and
// [StockSyncService.Each]: the shop could not take it now, it is to come again.
var ErrSyncAgain = errors.New("wdt: to be tried again")

const acksPerCall = 100

// Each reports every shipment in the list to its shop by calling tell, and
// acknowledges them, a hundred a call: nil is SyncDone, an error that matches
// ErrSyncAgain is SyncAgain, any other is SyncFailed with its text, and takes the
// shipment off the list. acknowledged counts what the platform took.
//
// A shipment whose acknowledgement was lost comes again in the next Each: tell has
// to bear being called twice for one ID.
//
// Effect: reads, and write as Acknowledge. Limit: 1 call a second over all methods.
func (s *ShipmentService) Each(ctx context.Context, q ShipmentQuery, tell func(context.Context, Shipment) error, opts ...duijie.CallOption) (acknowledged int, err error) {
	var acks []ShipmentAck
	flush := func() error {
		if len(acks) == 0 {
			return nil
		}
		err := s.Acknowledge(ctx, acks, opts...)
		p, partial := errors.AsType[*PartialError](err)
		switch {
		case err == nil:
			acknowledged += len(acks)
		case partial:
			acknowledged += max(len(acks)-len(p.Rows), 0)
		}
		acks = nil
		return err
	}
	// The whole list is read before anything is acknowledged: that shortens it.
	var all []Shipment
	for one, err := range s.All(ctx, q, opts...) {
		if err != nil {
			return 0, err
		}
		all = append(all, one)
	}
	var failed error
	for _, one := range all {
		told := tell(ctx, one)
		if ctx.Err() != nil {
			break
		}
		acks = append(acks, ackOf(one.ID, told))
		if len(acks) < acksPerCall {
			continue
		}
		if err := flush(); err != nil {
			if _, partial := errors.AsType[*PartialError](err); !partial {
				return acknowledged, err
			}
			failed = errors.Join(failed, err)
		}
	}
	if ctx.Err() != nil {
		return acknowledged, ctx.Err()
	}
	return acknowledged, errors.Join(failed, flush())
}

func ackOf(id int64, told error) ShipmentAck {
	switch {
	case told == nil:
		return ShipmentAck{ID: id, Result: SyncDone}
	case errors.Is(told, ErrSyncAgain):
		return ShipmentAck{ID: id, Result: SyncAgain, Message: shortText(told.Error())}
	}
	return ShipmentAck{ID: id, Result: SyncFailed, Message: shortText(told.Error())}
}

// shortText cuts a text to what the platform surely keeps.
func shortText(text string) string {
	const most = 200
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most])
	}
	return text
}
