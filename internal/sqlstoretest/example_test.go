package sqlstoretest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie/internal/crashtest"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/sqlstore"
)

// copyOrders is a whole program but for its ends: it copies orders, with its state in a
// server's database, and says what it did.
func copyOrders(ctx context.Context, db *sql.DB, dialect sqlstore.Dialect, orders []crashtest.Order, target duijiesync.Sink[crashtest.Order], prefix string, out io.Writer) (err error) {
	store, err := sqlstore.New(ctx, db, dialect, sqlstore.WithTablePrefix(prefix))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	pipeline := &duijiesync.Pipeline[crashtest.Order, crashtest.Order]{
		Name: "orders", Source: duijiesync.Slice(orders, func(o crashtest.Order) string { return o.No }),
		Transform: duijiesync.Same[crashtest.Order], Sink: target, State: store,
	}
	report, err := pipeline.Run(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%d read, %d created, %d updated, %d unchanged\n", report.Read, report.Created, report.Updated, report.Unchanged)
	return nil
}

// The second run finds in the database what the first did.
func TestProgramWithStateOnAServer(t *testing.T) {
	t.Parallel()
	onServers(t, func(t *testing.T, s server) {
		prefix, db, target, said := s.newPrefix(t), s.open(t), newWarehouse(), new(strings.Builder)
		all := crashtest.Orders(7)
		require.NoError(t, copyOrders(t.Context(), db, s.dialect, all, target, prefix, said))
		all[3].Name = "changed"
		require.NoError(t, copyOrders(t.Context(), db, s.dialect, all, target, prefix, said))
		require.Equal(t, "7 read, 7 created, 0 updated, 0 unchanged\n7 read, 0 created, 1 updated, 6 unchanged\n", said.String())
		target.Check(t, all)
	})
}
