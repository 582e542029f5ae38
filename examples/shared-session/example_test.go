package sharedsession_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/kingdee"
	"github.com/duijie-go/duijie/kingdee/kingdeetest"
	"github.com/duijie-go/duijie/sync/sqlstore"
	"github.com/duijie-go/duijie/sync/sqlstore/sqlite"
)

// Two programs share the session of one account: the first logs in, the second
// finds the session. The key comes from where the programs' other secrets are.
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
	server := kingdeetest.NewServer()
	defer server.Close()
	account := server.Account()
	config := kingdee.Config{
		BaseURL: server.URL(), AcctID: account.AcctID, Mode: kingdee.ValidateUser,
		Username: account.Username, Password: duijie.NewSecret(account.Password),
	}
	key := duijie.NewSecret("ZG8gbm90IHVzZSB0aGlzIG9uZSwgbWFrZSB5b3Vycy4=") // openssl rand -base64 32

	program := func() (err error) {
		store, err := sqlite.Open(ctx, filepath.Join(folder, "state.db"), sqlstore.WithTokenKey(key))
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, store.Close()) }()
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
