package sqlite_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"time"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/sqlstore"
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

// Programs that share an account share its tokens through one file: give tokens to
// their clients with duijie.WithTokenStore. Here is what the clients of two do with
// it. The key comes from where the programs' other secrets are.
func Example_tokens() {
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
	key := duijie.NewSecret("ZG8gbm90IHVzZSB0aGlzIG9uZSwgbWFrZSB5b3Vycy4=") // openssl rand -base64 32

	program := func(name string) (err error) {
		store, err := sqlite.Open(ctx, filepath.Join(folder, "state.db"), sqlstore.WithTokenKey(key))
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, store.Close()) }()
		tokens, err := store.Tokens(ctx)
		if err != nil {
			return err
		}
		token, err := tokens.Load(ctx, "kingdee")
		if err != nil {
			return err
		}
		if token.Gen > 0 {
			fmt.Println(name, "finds the session")
			return nil
		}
		lease, ours, err := tokens.Acquire(ctx, "kingdee", token.Gen, time.Minute)
		if err != nil || !ours {
			return err // or somebody else is about to log in: load again in a moment
		}
		fmt.Println(name, "logs in")
		_, err = tokens.Commit(ctx, lease, duijie.Token{Value: duijie.NewSecret("session")})
		return err
	}
	for _, name := range []string{"the first", "the second"} {
		if err := program(name); err != nil {
			log.Print(err)
		}
	}
	// Output:
	// the first logs in
	// the second finds the session
}
