package fxiaoke

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
)

// subject is what a refusal speaks of.
type subject uint8

const (
	ofSetup  subject = iota // the call, the application, its rights: no record could pass
	ofRecord                // what was sent
	ofEither                // one or the other: decide looks for evidence
)

// subjects says of the documented codes whose class is no answer to it what they speak of. Those
// not in it speak of the call: a parameter the client sets itself, a path, a right of the application.
// Codes of single modules (validation, duplicate, right, function) are in no list: they
// are the record's, unless their words speak of a right.
var subjects = map[string]subject{
	"15002": ofEither, // a parameter is not legal: a value, or an object or field that is not there
	"32000": ofEither, // the same
	"20012": ofEither, // an employee: the record's owner, or SinkConfig.Owner
	"30007": ofEither, // a department
	"30027": ofEither, // an employee
}

// missingRight is how modules say that the acting employee lacks a right: of a whole object
// (没有XXXX权限) or of a record (无此操作的数据权限). They have no code for it, and the vendor
// says that words change: where they do the refusal is the record's, as any other of a module.
var missingRight = regexp.MustCompile(`(没有|无).{0,60}权限`)

// about says what a refusal of a create (id "") or an update speaks of.
func (s *Sink[T]) about(id string, e *duijie.APIError) subject {
	switch {
	case errors.Is(e, duijie.ErrRedirected):
		return ofSetup
	case isTooLarge(e): // one record to a call: it is too large by itself
		return ofRecord
	}
	switch e.Class {
	case duijie.ClassInvalid:
		return subjects[e.Code]
	case duijie.ClassConflict:
		return ofRecord
	case duijie.ClassRefused:
		words := missingRight.FindString(e.Message)
		if words == "" || id != "" && strings.Contains(words, "数据权限") { // of that very record
			return ofRecord
		}
		return ofEither
	}
	return ofSetup
}

// doubt is a refusal that may be the record's or the setup's.
type doubt struct {
	at  int // among the records of the write
	err *duijie.APIError
}

// setup is what a sink learnt of the object it writes to.
type setup struct {
	created, updated atomic.Int64 // when the last of each succeeded, in nanoseconds; 0 never

	mu     sync.Mutex
	fields map[string]Field // nil where they can not be had
	absent bool             // the enterprise has no such object, or it is switched off
	asked  time.Time
}

// setupGood is for how long what was learnt counts: rights and objects change while a
// pipeline runs for weeks.
const setupGood = 10 * time.Minute

// proved notes that a create (id "") or an update succeeded.
func (s *Sink[T]) proved(id string) {
	at := &s.setup.created
	if id != "" {
		at = &s.setup.updated
	}
	at.Store(time.Now().UnixNano())
}

func (s *Sink[T]) isProved(id string) bool {
	at := s.setup.created.Load()
	if id != "" {
		at = s.setup.updated.Load()
	}
	return at != 0 && time.Since(time.Unix(0, at)) < setupGood
}

// decide settles the doubts of a write. A create that succeeded lately, here or in another lane,
// proves that the object, its fields and the right are there, so that a refusal is its record's;
// the same for updates. Else it is the setup's where the words speak of a right, where the
// owner is the sink's own, and where the object or a field the record names is not there.
func (s *Sink[T]) decide(ctx context.Context, records []duijiesync.Record[T], out []duijiesync.Outcome, doubts []doubt, settled bool) ([]duijiesync.Outcome, error) {
	var stop error
	var stopped []int
	for _, d := range doubts {
		rec := records[d.at]
		why, err := "", error(nil)
		if !s.isProved(rec.Target.ID) {
			why, err = s.setupFault(ctx, rec, d.err)
		}
		switch {
		case err != nil: // whose fault it is will be known later
			s.later(out[d.at:d.at+1], records[d.at:], err)
		case why == "":
			s.known(ctx, strings.Clone(rec.Key), &out[d.at])
			settled = true
		default:
			stopped = append(stopped, d.at)
			if stop == nil {
				stop = duijiesync.Stop(fmt.Errorf("fxiaoke: %s: %w", why, d.err))
			}
		}
	}
	if stop == nil {
		return out, nil
	}
	if !settled && !slices.ContainsFunc(out, func(o duijiesync.Outcome) bool { return o.Kind == duijiesync.OutcomeRetryable || o.Code == "model" }) {
		return nil, stop
	}
	for _, i := range stopped {
		s.later(out[i:i+1], records[i:], stop)
	}
	return out, nil
}

// setupFault says what is wrong with the setup that refused a record, "" where nothing
// is seen. An error is one of the questions it asked the platform.
func (s *Sink[T]) setupFault(ctx context.Context, rec duijiesync.Record[T], e *duijie.APIError) (string, error) {
	switch e.Code {
	case "20012", "30007", "30027":
		if rec.Target.ID == "" && len(s.cfg.Owner) > 0 {
			if m, err := s.modelOf(rec); err == nil && emptyValue(m.members["owner"]) {
				return "SinkConfig.Owner, or the client's OpenUserID, names nobody", nil
			}
		}
		return "", nil
	case "15002", "32000":
		return s.unknownPart(ctx, rec)
	}
	return "the acting employee lacks a right on " + s.cfg.Object, nil
}

// unknownPart names the object or the field of a record that the enterprise does not have.
func (s *Sink[T]) unknownPart(ctx context.Context, rec duijiesync.Record[T]) (string, error) {
	fields, absent, err := s.describe(ctx)
	switch {
	case err != nil:
		return "", err
	case absent:
		return "the enterprise has no object " + s.cfg.Object + ", or it is switched off", nil
	case fields == nil:
		return "", nil
	}
	m, err := s.modelOf(rec)
	if err != nil {
		return "", nil //nolint:nilerr // the record's own
	}
	for name := range m.members {
		f, known := fields[strings.TrimSuffix(name, "__o")]
		switch {
		case slices.Contains(newOnly, name), known && (f.IsActive || f.Extra["is_active"] == nil):
		default:
			return "the object " + s.cfg.Object + " has no field " + name + ", or it is switched off", nil
		}
	}
	return "", nil
}

// describe tells the fields of the object, and whether there is none. It asks once in a while.
// What the platform refuses to tell is not known, which is no error.
func (s *Sink[T]) describe(ctx context.Context) (fields map[string]Field, absent bool, err error) {
	d := &s.setup
	d.mu.Lock()
	fields, absent, asked := d.fields, d.absent, d.asked
	d.mu.Unlock()
	if !asked.IsZero() && time.Since(asked) < setupGood {
		return fields, absent, nil
	}
	fields, absent = nil, false
	objects, err := s.client.ListObjects(ctx)
	if err != nil && !toldNothing(err) {
		return nil, false, err
	}
	if err == nil {
		at := slices.IndexFunc(objects, func(o ObjectInfo) bool { return o.APIName == s.cfg.Object })
		absent = at < 0 || !objects[at].IsActive && objects[at].Extra["isActive"] != nil
	}
	if !absent {
		what, err := s.client.Describe(ctx, s.cfg.Object)
		if err != nil && !toldNothing(err) {
			return nil, false, err
		}
		fields = what.Fields
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.fields, d.absent, d.asked = fields, absent, time.Now()
	return fields, absent, nil
}

// toldNothing: the platform refused a question, and will again.
func toldNothing(err error) bool {
	return errors.Is(err, duijie.ErrPermission) || errors.Is(err, duijie.ErrInvalid) || errors.Is(err, duijie.ErrRefused) ||
		errors.Is(err, duijie.ErrNotFound)
}
