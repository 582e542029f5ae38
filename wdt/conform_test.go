package wdt

import (
	"fmt"
	"testing"
	"time"

	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/pipelinetest"
	"github.com/duijie-go/duijie/wdt/wdttest"
)

// noResume is why a reading of shops or warehouses starts from the beginning.
var noResume = map[pipelinetest.Feature]string{
	pipelinetest.Resume: "the list is read again until it is complete, so only a finished reading leaves a checkpoint",
}

// setDown makes every call fail, or none.
func setDown(s *wdttest.Server) func(down bool) {
	return func(down bool) {
		s.ClearFaults()
		if down {
			s.Inject(wdttest.Fault{Kind: wdttest.Unavailable, Times: -1})
		}
	}
}

// The sources of shops and warehouses keep the contract of a source on both
// gateways.
func TestSourcesConform(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, g Gateway) {
		t.Run("shops", func(t *testing.T) {
			t.Parallel()
			pipelinetest.TestSource(t, pipelinetest.SourceSuite[Shop]{
				Records: 23, Lacks: noResume,
				Open: func(t *testing.T) pipelinetest.SourceCase[Shop] { return shopCase(t, g, wdttest.WithMixedTypes()) },
			})
		})
		t.Run("warehouses", func(t *testing.T) {
			t.Parallel()
			pipelinetest.TestSource(t, pipelinetest.SourceSuite[Warehouse]{
				Records: 23, Lacks: noResume,
				Open: func(t *testing.T) pipelinetest.SourceCase[Warehouse] { return warehouseCase(t, g) },
			})
		})
		t.Run("closed window", func(t *testing.T) {
			t.Parallel()
			pipelinetest.TestSource(t, pipelinetest.SourceSuite[Shop]{
				Records: 23,
				Open:    func(t *testing.T) pipelinetest.SourceCase[Shop] { return windowCase(t, g) },
			})
		})
	})
}

func shopCase(t *testing.T, g Gateway, opts ...wdttest.Option) pipelinetest.SourceCase[Shop] {
	t.Helper()
	server, client := newFake(t, g, opts...)
	seed(server, 23)
	open := func() duijiesync.Source[Shop] { return NewListScan(client.Shops, ShopQuery{PageSize: 5}) }
	return pipelinetest.SourceCase[Shop]{
		Source: open(), Again: open, Requests: func() int { return server.Count("") }, Down: setDown(server),
		// A change moves a shop to the end of the list, and those behind it forward.
		Move: func(round int) {
			server.PutShop(wdttest.Shop{No: fmt.Sprintf("S%03d", 2*round), Name: "new", PlatformID: 127})
			if round%2 == 0 {
				server.RemoveShop(fmt.Sprintf("S%03d", 22-round))
				server.PutShop(wdttest.Shop{No: fmt.Sprintf("N%03d", round), Name: "opened", PlatformID: 127})
			}
		},
	}
}

func warehouseCase(t *testing.T, g Gateway) pipelinetest.SourceCase[Warehouse] {
	t.Helper()
	server, client := newFake(t, g)
	for i := range 23 {
		at := start.Add(time.Duration(i) * time.Minute)
		server.PutWarehouse(wdttest.Warehouse{No: fmt.Sprintf("W%03d", i), Name: "old", Modified: at, Created: at})
	}
	open := func() duijiesync.Source[Warehouse] {
		return NewListScan(client.Warehouses, WarehouseQuery{PageSize: 5})
	}
	return pipelinetest.SourceCase[Warehouse]{
		Source: open(), Again: open, Requests: func() int { return server.Count("") }, Down: setDown(server),
		Move: func(round int) {
			server.PutWarehouse(wdttest.Warehouse{No: fmt.Sprintf("W%03d", 3*round), Name: "new"})
			server.PutWarehouse(wdttest.Warehouse{No: fmt.Sprintf("N%03d", round), Name: "opened"})
		},
	}
}

// windowCase reads a list of rows that can leave it and never come in, as a
// window of modification times in the past is.
func windowCase(t *testing.T, g Gateway) pipelinetest.SourceCase[Shop] {
	t.Helper()
	server, client := newFake(t, g)
	seed(server, 23)
	open := func() duijiesync.Source[Shop] {
		return NewScanSource(client, shopMethod, &Query{}, ScanConfig[Shop]{
			Key: Shop.Key, Version: func(s Shop) int64 { return s.Modified.Time.UnixMilli() }, Size: 5, ClosedWindow: true,
		})
	}
	return pipelinetest.SourceCase[Shop]{
		Source: open(), Again: open, Requests: func() int { return server.Count("") }, Down: setDown(server),
		Move: func(round int) { server.RemoveShop(fmt.Sprintf("S%03d", 20-3*round)) },
	}
}
