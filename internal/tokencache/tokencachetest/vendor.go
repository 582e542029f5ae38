// Package tokencachetest has a platform that does not forgive a login too many, and what
// uses it, for tests of stores that share tokens between processes.
package tokencachetest

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
)

// LoginTime is how long a login takes, for others to want one too.
const LoginTime = 20 * time.Millisecond

// Vendor is a platform of the worst kind: a login ends the session before it.
// /login answers a session, and everything else takes one as the parameter session.
type Vendor struct {
	Life int // calls a session lasts

	mu   sync.Mutex
	left int // calls the latest session is good for
	seen Counts
}

// Counts are what a [Vendor] has seen.
type Counts struct {
	Logins  int
	Wasted  int // logins that ended a session which was still good
	Refused int // calls without the latest session, or with one that was used up
}

// Counts are what it has seen so far.
func (v *Vendor) Counts() Counts {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.seen
}

// Session is the text of the n-th session.
func Session(n int) string { return fmt.Sprint("session-", n) }

func (v *Vendor) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/login" {
		<-time.After(LoginTime)
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	switch {
	case r.URL.Path == "/login":
		if v.left > 0 {
			v.seen.Wasted++
		}
		v.seen.Logins++
		v.left = v.Life
		fmt.Fprint(w, Session(v.seen.Logins))
	case r.FormValue("session") != Session(v.seen.Logins) || v.left == 0:
		v.seen.Refused++
		w.WriteHeader(http.StatusUnauthorized)
	default:
		v.left--
	}
}

// Ask calls a vendor and returns what it says.
func Ask(ctx context.Context, url string) (text string, status int, err error) {
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

// Source is what a client of the vendor at a URL has for its token, which is kept under
// the name "vendor".
func Source(tokens duijie.TokenStore, vendor string) *tokencache.Source {
	return tokencache.New(tokens, "vendor", func(ctx context.Context) (duijie.Token, error) {
		text, _, err := Ask(ctx, vendor+"/login")
		return duijie.Token{Value: duijie.NewSecret(text)}, err
	})
}

// Call makes calls that the vendor takes, and renews the token when it is refused.
func Call(ctx context.Context, source *tokencache.Source, vendor string, calls int) error {
	refused := int64(0)
	for done := 0; done < calls; {
		token, err := source.Token(ctx, refused)
		if err != nil {
			return err
		}
		_, status, err := Ask(ctx, vendor+"/call?session="+token.Value.Reveal())
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

// CallInMany has many goroutines of one client make calls.
func CallInMany(ctx context.Context, tokens duijie.TokenStore, vendor string, goroutines, calls int) (err error) {
	source := Source(tokens, vendor)
	errs := make(chan error)
	for range goroutines {
		go func() { errs <- Call(ctx, source, vendor, calls) }()
	}
	for range goroutines {
		err = errors.Join(err, <-errs)
	}
	return err
}
