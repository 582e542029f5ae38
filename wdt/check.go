package wdt

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
)

// checkFilter finds what is wrong with the filter of a listed query method before
// it is sent: windows that are too wide, reversed or written in another form, and
// platforms the gateway never returns. A member nobody documents is a warning.
func (c *Client) checkFilter(r *request, args []encoded) error {
	if r.known == nil || !r.known.Paged || len(args) != 1 || wire.First(args[0].raw) != '{' {
		return nil
	}
	params, err := paramsOf(r.op, args[0].raw)
	if err != nil {
		return err
	}
	for name := range params {
		if len(r.known.Filters) > 0 && !slices.Contains(r.known.Filters, name) {
			c.warnOnce(r.op, name, fmt.Sprintf("the filter member %q is not documented, and may be ignored", name))
		}
	}
	if err := r.checkWindow(params); err != nil {
		return err
	}
	return c.checkHidden(r, params)
}

func (r *request) checkWindow(params filter) error {
	for _, t := range r.known.Times {
		from, fromKnown, err := r.timeIn(params, t.From)
		if err != nil {
			return err
		}
		to, toKnown, err := r.timeIn(params, t.To)
		if err != nil {
			return err
		}
		if !fromKnown || !toKnown {
			continue
		}
		if to.Before(from) {
			return invalid(r.op, "%s is before %s", t.To, t.From)
		}
		// Numbers make the platform ignore the times, in some methods.
		if widest := r.known.span(params); widest > 0 && to.Sub(from) > widest && !r.known.lifted(params) {
			return invalid(r.op, "%s to %s is %s, the platform takes %s at most: cut the window, or read it with a WindowSource", t.From, t.To, to.Sub(from), widest)
		}
	}
	return nil
}

// timeIn reads a time of a filter. One that is not written as the platform
// wants it is left to the platform, unless it surely means something else there.
func (r *request) timeIn(params filter, name string) (t time.Time, known bool, err error) {
	if !params.has(name) {
		return t, false, nil
	}
	text := textOf(params[name])
	if t, err = time.ParseInLocation(timeLayout, text, duijie.China); err == nil {
		return t, true, nil
	}
	if strings.ContainsAny(text, "T/") {
		return t, false, invalid(r.op, "%s is not yyyy-MM-dd HH:mm:ss in China time", name)
	}
	return t, false, nil
}

// textOf is a member of a decoded filter as text.
func textOf(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	}
	return fmt.Sprint(v)
}

// warnOnce logs a warning about a method once in the life of the client.
func (c *Client) warnOnce(op, what, text string) {
	if _, before := c.warned.LoadOrStore(op+"\n"+what, true); before || c.log == nil {
		return
	}
	c.log.LogAttrs(context.Background(), slog.LevelWarn, text, slog.String("platform", platform), slog.String("op", op))
}
