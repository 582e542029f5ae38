package jdytest

import (
	"errors"
	"maps"
	"net/url"
	"strings"
	"time"
)

// readBody decodes a JSON body; empty counts as {}.
func (c *call) readBody(raw []byte) *Error {
	if len(raw) == 0 {
		return nil
	}
	v, err := decode(raw)
	if err != nil {
		return badRequest("proto: syntax error: %s", err)
	}
	body, ok := v.(map[string]any)
	if !ok {
		return unexpected(v)
	}
	c.body = body
	return nil
}

// serve answers a business call whose sender is known.
func (c *call) serve() reply {
	c.s.mu.Lock()
	handler := c.s.handlers[c.op.key()]
	c.s.mu.Unlock()
	if handler != nil {
		return c.handled(handler)
	}
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	before := len(c.effects)
	data, err := c.dispatch()
	if c.late > 0 {
		c.hideCreated(c.effects[before:])
	}
	if err != nil {
		return err.reply()
	}
	answer := success(clone(data))
	if c.s.mixedTypes && c.op.verb == "GET" {
		answer.body.(map[string]any)["description"] = "成功"
	}
	return answer
}

// hideCreated keeps what was just created out of sight.
func (c *call) hideCreated(effects []Effect) {
	for _, e := range effects {
		if rec := c.list(e.List).byID[e.ID]; rec != nil && e.Kind == Created {
			rec.shows = time.Now().Add(c.late)
		}
	}
}

// handled answers through a user's function.
func (c *call) handled(f func(Request) (any, error)) reply {
	var body Row
	if c.body != nil {
		body = cloneRow(c.body)
	}
	data, err := f(Request{Account: c.account.ID, Query: maps.Clone(c.query), Body: body})
	if own, ok := errors.AsType[*Error](err); ok {
		return own.reply()
	}
	if err != nil {
		return refuse(codeService, "%s", err).reply()
	}
	return success(data)
}

// special are the operations that are neither a list, a detail nor a save. They
// are set in init because they come back to it through their calls.
var special map[string]func(*call) (any, *Error)

// dispatch finds out what kind of operation the table describes and does it.
func (c *call) dispatch() (any, *Error) {
	if c.op.verb != "GET" {
		if err := c.checkBody(); err != nil {
			return nil, err
		}
	}
	if err := c.checkQuery(); err != nil {
		return nil, err
	}
	if f, ok := special[c.op.key()]; ok {
		return f(c)
	}
	rows, isRows := rowsField(c.op)
	switch {
	case c.op.verb == "GET" && strings.HasSuffix(c.op.path, "_detail") && !isRows:
		return c.detail()
	case c.op.verb == "GET" && isRows:
		return c.rows(rows)
	case c.op.verb == "GET":
		return c.object()
	case c.op.saves():
		return c.saveOne()
	case isRows && hasField(c.op.body, "items") && c.op.hasList():
		return c.saveItems()
	case isRows && readsByPost[c.op.path]:
		c.bodyAsQuery()
		return c.rows(rows)
	}
	return c.shape(c.list(listName(c.op.path)), c.op.data, Row{}), nil
}

// readsByPost are lists asked for with a body.
var readsByPost = map[string]bool{"fi/assistdetail_report": true, "pm/bom_material": true}

func (c *call) bodyAsQuery() {
	c.query = url.Values{}
	for k, v := range c.body {
		if t := text(v); t != "" {
			c.query.Set(k, t)
		}
	}
}

// saves tells whether the operation saves one record of a list that can be read.
func (o *operation) saves() bool {
	if o.verb != "POST" || !o.hasList() {
		return false
	}
	for _, name := range []string{"ids", "id", "bill_id"} {
		if hasField(o.data, name) {
			return true
		}
	}
	return false
}

func (o *operation) hasList() bool {
	for _, other := range operations() {
		if other.verb == "GET" && listName(other.path) == listName(o.path) {
			return true
		}
	}
	return false
}

// checkBody checks types and required members of the body.
func (c *call) checkBody() *Error {
	if c.body == nil {
		c.body = Row{}
	}
	if len(c.op.body) == 0 {
		return nil
	}
	check := c.checker(c.body)
	check.bulk = c.op.key() == "POST scm/sal_out_bound_batch" || c.op.key() == "POST fi/voucher"
	return check.object(c.op.body, c.body, 0)
}

func (c *call) checker(body Row) checker {
	id := text(body["id"])
	return checker{
		types: c.op.asked, strict: c.s.strictFields, needs: c.s.noNumbering, update: id != "" && id != "0",
		master: strings.HasPrefix(c.op.path, "bd/"),
	}
}
