package sqlite_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"time"

	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/sqlstore/sqlite"
)

// A program opens its state once and gives it to all its pipelines. Here the
// dead letters of one are listed.
func Example() {
	ctx := context.Background()
	folder, err := os.MkdirTemp("", "duijie-example-")
	if err != nil {
		log.Fatal(err)
	}
	defer func() {
		if err := os.RemoveAll(folder); err != nil {
			log.Print(err)
		}
	}()

	store, err := sqlite.Open(ctx, filepath.Join(folder, "state.db"))
	if err != nil {
		log.Fatal(err)
	}
	defer func() {
		if err := store.Close(); err != nil {
			log.Print(err)
		}
	}()

	// What a run does on its own:
	scope := duijiesync.Scope{Pipeline: "orders to kingdee"}
	lease, err := store.Acquire(ctx, scope, "worker-1", time.Minute)
	if err != nil {
		log.Fatal(err)
	}
	err = store.Settle(ctx, lease, duijiesync.Settlement{Dead: []duijiesync.DeadLetter{{
		Key: "SO-7", Reason: duijiesync.DeadRefused, Message: "字段“物料编码”是必填项", Attempts: 1,
	}}})
	if err != nil {
		log.Fatal(err)
	}

	letters, err := store.DeadLetters(ctx, scope.Pipeline, duijiesync.DeadLetterQuery{})
	if err != nil {
		log.Fatal(err)
	}
	for _, letter := range letters {
		fmt.Println(letter.Key, letter.Reason, letter.Message)
	}
	// Output: SO-7 refused 字段“物料编码”是必填项
}
