package sqlstore_test

import (
	"context"
	"database/sql"
	"log"
	"os"

	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/sqlstore"
)

type order struct{ No, Buyer string }

// A pipeline whose state is in PostgreSQL, where processes on several machines share
// it. The program imports the driver: _ "github.com/jackc/pgx/v5/stdlib".
func ExampleNew() {
	ctx := context.Background()
	db, err := sql.Open("pgx", os.Getenv("DATABASE_URL"))
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	db.SetMaxOpenConns(10)
	store, err := sqlstore.New(ctx, db, sqlstore.PostgreSQL)
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = store.Close() }()

	var shop duijiesync.Source[order] // such as kingdee.Source
	var erp duijiesync.Sink[order]    // such as jdy.Sink
	pipeline := &duijiesync.Pipeline[order, order]{
		Name: "orders to erp", Source: shop, Transform: duijiesync.Same[order], Sink: erp, State: store,
	}
	report, err := pipeline.Run(ctx)
	if err != nil {
		log.Print(err)
		return
	}
	log.Printf("%d read, %d created", report.Read, report.Created)
}

// The statements for a database whose users may not create tables.
func ExampleSchema() {
	schema, err := sqlstore.Schema(sqlstore.MySQL, sqlstore.WithTablePrefix("sync_"))
	if err != nil {
		log.Fatal(err)
	}
	if err := os.WriteFile("schema.sql", []byte(schema), 0o600); err != nil {
		log.Print(err)
	}
}
