package sqlite_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"time"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/kingdee"
	"github.com/duijie-go/duijie/kingdee/kingdeetest"
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

// Two programs share the session of one account: the first logs in, the second
// finds the session. The key comes from where the programs' other secrets are.
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
	server := kingdeetest.NewServer()
	defer server.Close()
	account := server.Account()
	config := kingdee.Config{
		BaseURL: server.URL(), AcctID: account.AcctID, Mode: kingdee.ValidateUser,
		Username: account.Username, Password: duijie.NewSecret(account.Password),
	}
	key := duijie.NewSecret("ZG8gbm90IHVzZSB0aGlzIG9uZSwgbWFrZSB5b3Vycy4=") // openssl rand -base64 32

	program := func() error {
		store, err := sqlite.Open(ctx, filepath.Join(folder, "state.db"), sqlstore.WithTokenKey(key))
		if err != nil {
			return err
		}
		defer store.Close()
		tokens, err := store.Tokens(ctx)
		if err != nil {
			return err
		}
		client, err := kingdee.NewClient(config, duijie.WithTokenStore(tokens))
		if err != nil {
			return err
		}
		defer client.CloseIdleConnections()
		_, err = client.Customers.List(ctx, kingdee.CustomerQuery{})
		return err
	}
	for range 2 {
		if err := program(); err != nil {
			log.Print(err)
		}
	}
	fmt.Println("logins:", server.Logins())
	// Output: logins: 1
}
