package okki

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
)

// errOtherRecord: a push did, or would, edit a record that is not the one it is about.
var errOtherRecord = errors.New("it is another record")

// otherRecord is the error of a push that edited another record, or would.
func (k RecordKind) otherRecord(format string, args ...any) error {
	return &duijie.APIError{
		Platform: platform, Op: k.push().Path, Class: duijie.ClassConflict, Message: fmt.Sprintf(format, args...), Err: errOtherRecord,
	}
}

// claimRows is how many records an e-mail can belong to; a list that answers more does
// not select by it.
const claimRows = 20

// claims are the e-mails of records that are being made, so that two with one e-mail are
// made one after the other: side by side both would find it free.
type claims struct {
	mu   sync.Mutex
	held map[string]chan struct{} // closed when it is free again
}

// take waits until none of these is held, and holds them.
func (c *claims) take(ctx context.Context, emails []string) (release func(), err error) {
	for {
		c.mu.Lock()
		var busy chan struct{}
		for _, e := range emails {
			if done := c.held[e]; done != nil {
				busy = done
			}
		}
		if busy == nil {
			break // all or none: nobody waits for another while holding one
		}
		c.mu.Unlock()
		select {
		case <-busy:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	defer c.mu.Unlock()
	done := make(chan struct{})
	if c.held == nil {
		c.held = map[string]chan struct{}{}
	}
	for _, e := range emails {
		c.held[e] = done
	}
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		for _, e := range emails {
			delete(c.held, e)
		}
		close(done)
	}, nil
}

// create pushes a new record whose number is free: with the e-mails of its contacts to
// itself, after a look that nothing has them, and with one behind that it is a new one.
// since is as of free.
func (k RecordKind) create(ctx context.Context, c *Client, model json.RawMessage, opts []duijie.CallOption) (p Pushed, since time.Time, err error) {
	var keys []string
	for _, email := range k.emails(model) {
		keys = append(keys, k.Path+" "+strings.ToLower(email))
	}
	release, err := c.claims.take(ctx, keys)
	if err != nil {
		return Pushed{}, since, err
	}
	defer release()
	if since, err = k.free(ctx, c, model); err != nil {
		return Pushed{}, since, err
	}
	if p, err = k.pushModel(ctx, c, model, opts); err == nil {
		err = k.isNew(ctx, c, p, since)
	}
	return p, since, err
}

// free sees that no e-mail of a new record's contacts belongs to a record already,
// where that turns the push into an edit of that one; archived and converted ones are
// asked for too. since is the platform's time when all were free, zero where the kind
// or the model has no such e-mail.
//
// Effect: read, three lists an e-mail, and one record for each row of these.
func (k RecordKind) free(ctx context.Context, c *Client, model json.RawMessage) (since time.Time, err error) {
	for _, email := range k.emails(model) {
		for _, archive := range []any{nil, 1, 2} {
			p, err := k.withEmail(ctx, c, email, archive)
			if err != nil {
				return time.Time{}, err
			}
			since = p.now
		}
	}
	return since, nil
}

func (k RecordKind) withEmail(ctx context.Context, c *Client, email string, archive any) (listed, error) {
	q := Query{Params: Params{"email": email, "archive": archive}, PageSize: min(claimRows, c.cfg.maxPage())}
	p, err := lister{client: c, op: k.list(), id: k.ID, query: q}.fetch(ctx, 1)
	if err != nil {
		return p, err
	}
	unclear := ambiguous{fmt.Sprintf("okki: the list of %ss answers %d rows of %d for the e-mail %q: it does not tell whose it is", k.Name, len(p.rows), p.total, email)}
	if max(p.total, int64(len(p.rows))) > claimRows {
		return p, unclear
	}
	for _, row := range p.rows {
		id := idText(member(row, k.ID))
		record, err := k.fetch(ctx, c, k.ID, id, nil)
		switch {
		case isAbsent(err):
		case err != nil:
			return p, err
		case k.hasEmail(record, email):
			return p, k.otherRecord("the e-mail %q belongs to %s %s (%s %s) already, and the push would edit that one: nothing was sent",
				email, k.Name, id, k.Number, memberText(record, k.Number))
		}
	}
	if p.total > int64(len(p.rows)) || p.total < 0 && len(p.rows) >= q.PageSize { // the rest may have it
		return p, unclear
	}
	return p, nil
}

// emails are those of the contacts of a model, each once.
func (k RecordKind) emails(model json.RawMessage) (out []string) {
	seen := map[string]bool{}
	if k.claims == "" {
		return nil
	}
	for contact := range wire.Elements(member(model, k.claims)) {
		email := strings.TrimSpace(memberText(contact, "email"))
		if fold := strings.ToLower(email); email != "" && !seen[fold] {
			seen[fold] = true
			out = append(out, email)
		}
	}
	return out
}

// hasEmail tells whether a contact of a record has an e-mail; a record that shows no
// contacts was listed for it.
func (k RecordKind) hasEmail(record json.RawMessage, email string) bool {
	contacts := member(record, k.claims)
	for contact := range wire.Elements(contacts) {
		if strings.EqualFold(strings.TrimSpace(memberText(contact, "email")), email) {
			return true
		}
	}
	return contacts == nil
}

// isNew sees that what was pushed as new since a time is not a record that was there
// before: the answer holds its id and no more.
func (k RecordKind) isNew(ctx context.Context, c *Client, p Pushed, since time.Time) error {
	if since.IsZero() {
		return nil
	}
	record, err := k.fetch(ctx, c, k.ID, strconv.FormatInt(p.ID, 10), nil)
	if err != nil {
		return k.unread(ctx, p, "whether it is the new one", err)
	}
	return k.newer(c, record, since)
}

// newer is isNew for a record that was read. One that does not tell when it was created
// is taken for new.
func (k RecordKind) newer(c *Client, record json.RawMessage, since time.Time) error {
	created := createdAt(c, record)
	if created.IsZero() || !created.Before(since) {
		return nil
	}
	return k.otherRecord("the push edited %s %s, which was there since %s: an e-mail of the contacts belongs to it",
		k.Name, memberText(record, k.ID), memberText(record, "create_time"))
}

// createdAt is when a record was created, zero where it does not tell.
func createdAt(c *Client, record json.RawMessage) time.Time {
	var at duijie.Time
	if c.decode(orNull(member(record, "create_time")), &at) == nil {
		return at.Time
	}
	return time.Time{}
}
