package fxiaoke

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
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
	"11008": ofEither, // an employee: the record's owner, or SinkConfig.Owner
	"20012": ofEither, // the same
	"30027": ofEither, // the same
	"11009": ofEither, // a department
	"30007": ofEither, // the same
}

// missingRight is how modules say that the acting employee lacks a right: of a whole object
// (没有XXXX权限) or of a record (无此操作的数据权限). They have no code for it, and the vendor
// says that words change: where they do the refusal is the record's, as any other of a module.
var missingRight = regexp.MustCompile(`(没有|无).{0,60}权限`)

// quotedWords are names of fields and values of records, in which any word may stand.
var quotedWords = regexp.MustCompile("【[^【】]*】|\\[[^\\[\\]]*\\]|「[^「」]*」|“[^“”]*”|\"[^\"]*\"")

// rightOf is what a refusal says of a right that is missing, "" for nothing.
func rightOf(message string) string {
	return missingRight.FindString(quotedWords.ReplaceAllString(message, " "))
}

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
		words := rightOf(e.Message)
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
	created, updated proof

	mu      sync.Mutex
	written map[string]time.Time // fields, and when a write that held them succeeded last
	fields  map[string]Field     // nil where they can not be had
	absent  bool                 // the enterprise has no such object, or it is switched off
	asked   time.Time
}

// proof is what writes of one kind have shown.
type proof struct {
	at     atomic.Int64 // when the last succeeded, in nanoseconds; 0 never
	doubts atomic.Int64 // refusals since then that were called their records' own, and may not be
}

const (
	// setupGood is for how long what was learnt counts: rights and objects change while a
	// pipeline runs for weeks.
	setupGood = 10 * time.Minute
	// setupDoubted is the same while a proof wears off.
	setupDoubted = time.Minute
	// mostDoubts is after how many refusals in a row a success proves nothing any more.
	mostDoubts = 20
)

// proof is that of creates (id "") or of updates.
func (s *setup) proof(id string) *proof {
	if id == "" {
		return &s.created
	}
	return &s.updated
}

// proved notes that a create (id "") or an update of these fields succeeded.
func (s *setup) proved(id string, fields map[string]json.RawMessage) {
	p, now := s.proof(id), time.Now()
	p.at.Store(now.UnixNano())
	p.doubts.Store(0)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.written == nil {
		s.written = map[string]time.Time{}
	}
	for name := range fields {
		s.written[name] = now
	}
}

func (s *setup) isProved(id string) bool {
	p := s.proof(id)
	at := p.at.Load()
	return at != 0 && time.Since(time.Unix(0, at)) < setupGood && p.doubts.Load() < mostDoubts
}

// decide settles the doubts of a write. A create that succeeded lately, here or in another lane,
// proves that the object, the fields it had and the right are there, so that a refusal is its
// record's, up to mostDoubts in a row; the same for updates. Else it is the setup's where the words speak
// of a right, where the owner is the sink's own, and where the object or a field the record names is not there.
func (s *Sink[T]) decide(ctx context.Context, records []duijiesync.Record[T], out []duijiesync.Outcome, doubts []doubt, settled bool) ([]duijiesync.Outcome, error) {
	var stop error
	var stopped []int
	for _, d := range doubts {
		rec := records[d.at]
		why, err := s.setupFault(ctx, rec, d.err)
		switch {
		case err != nil: // whose fault it is will be known later
			s.later(out[d.at:d.at+1], records[d.at:], err)
		case why == "":
			s.setup.proof(rec.Target.ID).doubts.Add(1)
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
	proved := s.setup.isProved(rec.Target.ID)
	switch e.Code {
	case "15002", "32000": // a proof is of the fields that were written
		return s.unknownPart(ctx, rec, proved)
	case "11008", "11009", "20012", "30007", "30027":
		if !proved && rec.Target.ID == "" && len(s.cfg.Owner) > 0 {
			if m, err := s.modelOf(rec); err == nil && emptyValue(m.members["owner"]) {
				return "SinkConfig.Owner, or the client's OpenUserID, names nobody", nil
			}
		}
		return "", nil
	}
	if proved {
		return "", nil
	}
	return "the acting employee lacks a right on " + s.cfg.Object, nil
}

// unknownPart names the object or the field of a record that the enterprise does not have.
func (s *Sink[T]) unknownPart(ctx context.Context, rec duijiesync.Record[T], proved bool) (string, error) {
	m, err := s.modelOf(rec)
	if err != nil {
		return "", nil //nolint:nilerr // the record's own
	}
	unsure := s.setup.unsure(m.members)
	if proved && len(unsure) == 0 {
		return "", nil
	}
	fields, absent, err := s.describe(ctx)
	switch {
	case err != nil:
		return "", err
	case absent:
		return "the enterprise has no object " + s.cfg.Object + ", or it is switched off", nil
	case fields == nil:
		return "", nil
	}
	for _, name := range unsure {
		if f, known := fields[strings.TrimSuffix(name, "__o")]; !known || !f.IsActive && f.Extra["is_active"] != nil {
			return "the object " + s.cfg.Object + " has no field " + name + ", or it is switched off", nil
		}
	}
	return "", nil
}

// unsure are the fields that no write which succeeded lately had, in order.
func (s *setup) unsure(fields map[string]json.RawMessage) (out []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if at, ok := s.written[name]; !slices.Contains(newOnly, name) && (!ok || time.Since(at) >= setupGood) {
			out = append(out, name)
		}
	}
	return out
}

// describe tells the fields of the object, and whether there is none. It asks once in a while.
// What the platform refuses to tell is not known, which is no error.
func (s *Sink[T]) describe(ctx context.Context) (fields map[string]Field, absent bool, err error) {
	d, good := &s.setup, setupGood
	if max(d.created.doubts.Load(), d.updated.doubts.Load()) >= mostDoubts {
		good = setupDoubted
	}
	d.mu.Lock()
	fields, absent, asked := d.fields, d.absent, d.asked
	d.mu.Unlock()
	if !asked.IsZero() && time.Since(asked) < good {
		return fields, absent, nil
	}
	fields = nil
	objects, err := s.client.ListObjects(ctx)
	if err != nil && !toldNothing(err) {
		return nil, false, err
	}
	at := slices.IndexFunc(objects, func(o ObjectInfo) bool { return o.APIName == s.cfg.Object })
	unlisted := err == nil && at < 0
	absent = at >= 0 && !objects[at].IsActive && objects[at].Extra["isActive"] != nil
	if !absent {
		what, err := s.client.Describe(ctx, s.cfg.Object)
		if err != nil && !toldNothing(err) {
			return nil, false, err
		}
		absent = unlisted && err != nil // nobody says that all are listed
		fields = what.Fields
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.fields, d.absent, d.asked = fields, absent, time.Now()
	return fields, absent, nil
}

// toldNothing: the platform refused a question, or its answer can not be read, and so it will
// be again.
func toldNothing(err error) bool {
	return errors.Is(err, duijie.ErrPermission) || errors.Is(err, duijie.ErrInvalid) || errors.Is(err, duijie.ErrRefused) ||
		errors.Is(err, duijie.ErrNotFound) || errors.Is(err, errUnfit)
}
