package kingdee

import (
	"context"
	"fmt"
	"strings"

	"github.com/duijie-go/duijie"
)

// SwitchOrg returns a client that works in another organisation (切换组织), in a
// login session of its own; c, and whoever shares its session in this process
// or another, stays where it is. Sessions that are renewed are switched again before
// they are used, so no call ever lands in the wrong organisation. Both
// clients share the limits of calls.
//
// It logs in at once, so that an organisation the user may not work in is an
// error here. Where the server allows a user one session only, two clients at
// work push each other out: give each organisation an integration user then.
//
// Signed calls have no session: set [Config.OrgNum] there; SwitchOrg is
// [duijie.ErrInvalid].
//
// Effect: idempotent.
func (c *Client) SwitchOrg(ctx context.Context, orgNumber string) (*Client, error) {
	switch {
	case c.sessions == nil:
		return nil, fmt.Errorf("kingdee: SwitchOrg: signed calls have no session to switch: make a client with Config.OrgNum: %w", duijie.ErrInvalid)
	case strings.TrimSpace(orgNumber) == "":
		return nil, fmt.Errorf("kingdee: SwitchOrg: the number of the organisation is missing: %w", duijie.ErrInvalid)
	}
	d := c.inOrg(orgNumber)
	if _, err := d.sessions.Token(ctx, 0); err != nil {
		return nil, err
	}
	return d, nil
}

// inOrg is a second client on the same transport.
func (c *Client) inOrg(orgNumber string) *Client {
	d := &Client{
		base: c.base, mode: c.mode, auth: c.auth, seconds: c.seconds, legacySHA1: c.legacySHA1, positional: c.positional,
		http: c.http, log: c.log, nonce: c.nonce, signer: c.signer, store: c.store, maxBody: c.maxBody,
	}
	d.auth.orgNum, d.auth.switched = orgNumber, true
	d.sessions = d.newSessions()
	d.addServices()
	return d
}

// moveSession switches a session that was just opened to the organisation of
// the settings.
func (c *Client) moveSession(ctx context.Context, cookies string) error {
	op := operation{
		service: servicePrefix + "SwitchOrg", effect: duijie.EffectIdempotent, shape: statusShape,
		group: loginGroup, noToken: true, cookies: cookies,
	}
	body, err := requestBody(c.positional, parameter{"data", struct{ OrgNumber string }{c.auth.orgNum}})
	if err != nil {
		return err
	}
	_, err = c.run(ctx, op, nil, body)
	return err
}
