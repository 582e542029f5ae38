package sqlstoretest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/tokencache"
	"github.com/duijie-go/duijie/sync/sqlstore"
)

// vendor is a platform of the worst kind: a login ends the session before it.
type vendor struct {
	mu     sync.Mutex
	logins int
	left   int // calls the latest session is good for
	wasted int // logins that ended a session which was still good
}

func (v *vendor) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/login" { // it takes a while, for others to want one too
		<-time.After(20 * time.Millisecond)
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	switch session := fmt.Sprint("session-", v.logins); {
	case r.URL.Path == "/login":
		if v.left > 0 {
			v.wasted++
		}
		v.logins++
		v.left = vendorLife
		fmt.Fprint(w, "session-", v.logins)
	case r.FormValue("session") != session || v.left == 0:
		w.WriteHeader(http.StatusUnauthorized)
	default:
		v.left--
	}
}

// ask calls the vendor and returns what it says.
func ask(ctx context.Context, url string) (text string, status int, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return "", 0, err
	}
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", 0, err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	return string(body), answer.StatusCode, err
}

// useTokens calls the vendor from many goroutines, as a client does.
func useTokens(ctx context.Context, store *sqlstore.Store, vendor string) error {
	tokens, err := store.Tokens(ctx)
	if err != nil {
		return err
	}
	source := tokencache.New(tokens, "vendor", func(ctx context.Context) (duijie.Token, error) {
		text, _, err := ask(ctx, vendor+"/login")
		return duijie.Token{Value: duijie.NewSecret(text)}, err
	})
	errs := make(chan error)
	for range inEach {
		go func() { errs <- callOften(ctx, source, vendor) }()
	}
	for range inEach {
		err = errors.Join(err, <-errs)
	}
	return err
}

func callOften(ctx context.Context, source *tokencache.Source, vendor string) error {
	refused := int64(0)
	for done := 0; done < callsEach; {
		token, err := source.Token(ctx, refused)
		if err != nil {
			return err
		}
		_, status, err := ask(ctx, vendor+"/call?session="+token.Value.Reveal())
		if err != nil {
			return err
		}
		if status == http.StatusUnauthorized {
			refused = token.Gen
			continue
		}
		done++
	}
	return nil
}
