package qeasy

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/spell"
	"github.com/duijie-go/duijie/mapping"
	"github.com/duijie-go/duijie/mapping/lookup"
	"github.com/duijie-go/duijie/mapping/rows"
	duijiesync "github.com/duijie-go/duijie/sync"
)

// NoOperation is the api of a target that writes nothing.
const NoOperation = "写入空操作"

// Scheme is a source and a target half joined to what runs them.
type Scheme struct {
	source, target *Half
	cfg            Config
	zone           string

	spec     *SourceSpec
	from     duijiesync.Source[json.RawMessage]
	remedy   *SourceSpec
	gap      duijiesync.Source[json.RawMessage]
	to       duijiesync.Sink[Write]
	sinkSpec *SinkSpec

	request, other *build // of the target half
	writeback      *build // primaryWriteback, of the answer
	callback       *build // the record for another scheme
	key            *keyer
	condition      *rows.Condition
	derive         *rows.Derive

	lookups map[string]mapping.Lookup // cached
	notes   []Note
	counts  counts
}

// Compile joins the two halves of a scheme to connectors, lookups and tables. Its
// error is an [*Errors] with all that is missing or can not be run.
func Compile(source, target *Half, cfg Config) (*Scheme, error) {
	s, problems := compile(source, target, cfg)
	if len(problems) > 0 {
		return nil, &Errors{Problems: problems}
	}
	return s, nil
}

// compiler joins a scheme and keeps what is wrong.
type compiler struct {
	s        *Scheme
	problems []*Problem
}

func compile(source, target *Half, cfg Config) (*Scheme, []*Problem) {
	s := &Scheme{source: source, target: target, cfg: cfg}
	c := &compiler{s: s}
	if s.cfg.Now == nil {
		s.cfg.Now = time.Now
	}
	if cfg.Zone == nil {
		s.cfg.Zone = duijie.China
	} else {
		s.zone = cfg.Zone.String()
		if _, err := time.LoadLocation(s.zone); err != nil {
			c.bad(SideSource, "", "", CodeUnsupportedMember, "the zone needs an IANA name: "+err.Error())
			return s, c.problems
		}
	}
	if source == nil || source.Side != SideSource {
		c.bad(SideSource, "", "", CodeWrongSide, "the first half is not one that reads")
	}
	if target == nil || target.Side != SideTarget {
		c.bad(SideTarget, "", "", CodeWrongSide, "the second half is not one that writes")
	}
	if len(c.problems) > 0 {
		return s, c.problems
	}
	c.readSide()
	c.writeSide()
	return s, c.problems
}

// bad keeps a mistake.
func (c *compiler) bad(side Side, path, field, code, message string) {
	_ = c.mistake(side, path, field, code, message)
}

// mistake keeps a mistake and returns it, for more to be said.
func (c *compiler) mistake(side Side, path, field, code, message string) *Problem {
	p := &Problem{Side: side, Path: path, Field: field, Code: code, Offset: -1, Message: message}
	c.problems = append(c.problems, p)
	return p
}

// note keeps a note of this package.
func (c *compiler) note(side Side, path, text string) {
	c.s.notes = append(c.s.notes, Note{Side: side, Path: path, Text: text})
}

// connector finds what runs a half.
func (c *compiler) connector(h *Half, known Connector) bool {
	if known != nil && known.Match(h.Side, h.API) {
		return true
	}
	p := c.mistake(h.Side, "/api", "", CodeAPIUnsupported, "no connector runs the api "+h.API)
	if known != nil {
		p.Nearest = spell.Nearest(h.API, known.APIs())
	}
	return false
}

// handles refuses members whose meaning is the platform's and that its connector does
// not run.
func (c *compiler) handles(h *Half, known Connector) {
	able, _ := known.(Capable)
	ask := func(path, field, name string) {
		if able == nil || !able.Handles(h.Side, h.API, name) {
			c.bad(h.Side, path, field, CodeUnsupportedMember, "the connector of "+h.API+" does not run "+name)
		}
	}
	if h.OrgIDs != "" {
		ask("/distributionOrg", "", "distributionOrg")
	}
	if h.AutoCheck != nil {
		ask("/autoCheck", "", "autoCheck")
	}
	for _, f := range h.OtherReply {
		ask(f.Path, f.Name, "otherResponse."+f.Name)
	}
	if f := Find(h.Other, "detailApi"); f != nil {
		ask(f.Path, f.Name, "otherRequest.detailApi")
	}
}

// readSide compiles the source half.
func (c *compiler) readSide() {
	s, h := c.s, c.s.source
	if h.ID == "" && s.cfg.ID == "" {
		c.bad(SideSource, "/id", "", CodeIDMissing, "nothing tells records apart: the half has no id; give one in Config.ID")
	}
	s.key = c.keyer(cmp.Or(h.ID, s.cfg.ID))
	if h.Condition != nil {
		var err error
		if s.condition, err = rows.ParseCondition(h.Condition, s.cfg.Zone); err != nil {
			c.bad(SideSource, "/condition", "", CodeConditionSyntax, err.Error())
		}
	}
	if len(h.Derive) > 0 {
		var err error
		if s.derive, err = rows.CompileDerive(h.Derive, s.cfg.Zone); err != nil {
			c.bad(SideSource, "/formatResponse", "", CodeUnsupportedMember, err.Error())
		}
	}
	s.spec = c.sourceSpec(h.Request)
	known := c.connector(h, s.cfg.Source)
	if known {
		c.handles(h, s.cfg.Source)
	}
	if h.Remedy != nil {
		s.remedy = c.sourceSpec(replaced(h.Request, h.Remedy.Request))
		s.remedy.Remedy = true
	}
	if len(c.problems) > 0 || !known {
		return
	}
	s.from = c.open(s.spec, "")
	if s.remedy != nil {
		s.gap = c.open(s.remedy, "/omissionRemedy")
	}
	c.idCheck()
}

// open has the connector make a source.
func (c *compiler) open(spec *SourceSpec, path string) duijiesync.Source[json.RawMessage] {
	src, notes, err := c.s.cfg.Source.Source(spec)
	c.took(SideSource, cmp.Or(path, "/api"), notes, err)
	if err == nil && src == nil {
		c.bad(SideSource, cmp.Or(path, "/api"), "", CodeAPIUnsupported, "the connector made no source of the half")
	}
	return src
}

// took keeps what a connector said.
func (c *compiler) took(side Side, path string, notes []Note, err error) {
	for _, n := range notes {
		n.Side = side
		c.s.notes = append(c.s.notes, n)
	}
	if err == nil {
		return
	}
	var all []*Problem
	if many, ok := errors.AsType[*Errors](err); ok {
		all = many.Problems
	} else if one, ok := errors.AsType[*Problem](err); ok {
		all = []*Problem{one}
	}
	for _, p := range all {
		p.Side = side
		if p.Offset == 0 && p.Line == 0 {
			p.Offset = -1
		}
		c.problems = append(c.problems, p)
	}
	if len(all) == 0 {
		c.bad(side, path, "", CodeAPIUnsupported, err.Error())
	}
}

// replaced is a request with the fields of a remedy in it.
func replaced(request, with []Field) []Field {
	out := slices.Clone(request)
	for _, f := range with {
		if i := slices.IndexFunc(out, func(g Field) bool { return g.Name == f.Name }); i >= 0 {
			out[i] = f
		} else {
			out = append(out, f)
		}
	}
	return out
}

func (c *compiler) sourceSpec(request []Field) *SourceSpec {
	h, cfg := c.s.source, c.s.cfg
	spec := &SourceSpec{
		API: h.API, Method: h.Method, Fields: request, Other: h.Other, PageSize: h.PageSize,
		ID: cmp.Or(h.ID, cfg.ID), Number: h.Number, Since: cfg.Since, Zone: cfg.Zone, Now: cfg.Now, zone: c.s.zone,
	}
	spec.request, spec.other = c.build(h, request, true), c.build(h, h.Other, true)
	spec.Window = spec.window()
	if spec.Incremental() && cfg.Since.IsZero() {
		c.bad(SideSource, spec.Window.Start.Path, strings.Join(spec.Window.Start.Names, "."), CodeUnsupportedMember,
			"the first pull needs a LAST_SYNC_TIME: give the time from which rows are wanted in Config.Since")
	}
	return spec
}

// build compiles fields with the lookups and tables that are bound.
func (c *compiler) build(h *Half, fields []Field, noRecord bool) *build {
	d := &docReader{h: h, o: options{limits: defaultLimits}, lines: newLines("")}
	before := h.warnings
	t := &translated{origin: map[string]origin{}, shifts: map[string]int{}, schemes: map[string]origin{}, tables: map[string]origin{}}
	tr := &translator{d: d, t: t, required: h.Side == SideTarget, config: &c.s.cfg, noRecord: noRecord}
	t.spec.Fields, t.spec.Zone = tr.fields(fields, "/fields", ""), c.s.zone
	h.warnings = before            // said when it was parsed
	for _, p := range d.problems { // of fields that were changed since
		p.Line, p.Col = 0, 0
		c.problems = append(c.problems, p)
	}
	b := &build{t: t, side: h.Side}
	if len(t.spec.Fields) == 0 {
		return b
	}
	opts := []mapping.Option{mapping.WithLimits(mapping.Limits{SpecDepth: defaultLimits.Depth})}
	if c.s.cfg.ExactText {
		opts = append(opts, mapping.WithExactText())
	}
	missing := false
	for _, name := range slices.Sorted(maps.Keys(t.schemes)) {
		l := c.s.cfg.Lookups[name]
		if l == nil {
			o := t.schemes[name]
			c.mistake(h.Side, o.path+"/value", o.field, CodeLookupUnknownScheme, "the scheme "+name+" is bound to no lookup").Nearest = spell.Nearest(name, slices.Sorted(maps.Keys(c.s.cfg.Lookups)))
			missing = true
			continue
		}
		opts = append(opts, mapping.WithLookup(name, c.s.cached(name, l)))
	}
	for _, name := range slices.Sorted(maps.Keys(t.tables)) {
		table, bound := c.s.cfg.Tables[name]
		if !bound {
			o := t.tables[name]
			c.mistake(h.Side, o.path+"/mapping", o.field, CodeLookupUnknownScheme, "the mapping table "+name+" is not given").Nearest = spell.Nearest(name, slices.Sorted(maps.Keys(c.s.cfg.Tables)))
			missing = true
			continue
		}
		opts = append(opts, mapping.WithTable(name, table))
	}
	if missing {
		return b
	}
	m, err := mapping.Compile(t.spec, opts...)
	var all *mapping.SpecErrors
	if errors.As(err, &all) {
		for _, e := range all.Errors {
			h.from(t, e, c.mistake(h.Side, "", "", e.Code, e.Message))
		}
	} else if err != nil {
		c.bad(h.Side, "", "", CodeInvalidJSON, err.Error())
	}
	b.m = m
	return b
}

// cached is a lookup behind the cache, one for all builds of the scheme.
func (s *Scheme) cached(name string, l mapping.Lookup) mapping.Lookup {
	if s.lookups == nil {
		s.lookups = map[string]mapping.Lookup{}
	}
	if s.lookups[name] == nil {
		cache := s.cfg.LookupCache
		if cache.TTL == 0 {
			cache.TTL = time.Minute
		}
		if cache.MissTTL == 0 {
			cache.MissTTL = -1
		}
		s.lookups[name] = lookup.Cached(stored{l}, cache)
	}
	return s.lookups[name]
}

// writeSide compiles the target half.
func (c *compiler) writeSide() {
	s, h := c.s, c.s.target
	s.request, s.other = c.build(h, h.Request, false), c.build(h, h.Other, false)
	c.grouping()
	c.checkAnswers()
	c.callBack()
	s.sinkSpec = &SinkSpec{
		API: h.API, Method: h.Method, Fields: h.Request, Other: h.Other, Rows: max(h.Operation.Rows, 1),
		Batch: h.Operation.Method == "batchArraySave", OrgIDs: h.OrgIDs, AutoCheck: h.AutoCheck, Options: h.OtherReply, Zone: s.cfg.Zone,
		ID: c.keyPath(),
	}
	if h.API == NoOperation {
		s.to = duijiesync.Discard[Write]{}
		c.note(SideTarget, "/api", "nothing is written; the ledger remembers what was read")
		return
	}
	c.fixed()
	if !c.connector(h, s.cfg.Target) {
		return
	}
	c.handles(h, s.cfg.Target)
	if len(c.problems) > 0 {
		return
	}
	sink, notes, err := s.cfg.Target.Sink(s.sinkSpec)
	c.took(SideTarget, "/api", notes, err)
	if err == nil && sink == nil {
		c.bad(SideTarget, "/api", "", CodeAPIUnsupported, "the connector made no sink of the half")
	}
	s.to = sink
}

// keyPath is the id of the source half where the key of records is what it gives.
func (c *compiler) keyPath() string {
	k := c.s.key
	if k == nil || k.random || c.s.target.Group != nil || k.build != nil && len(c.s.source.Flatten) > 0 {
		return ""
	}
	return k.path
}

// grouping checks what bills over many records do not go together with.
func (c *compiler) grouping() {
	s := c.s
	if s.target.Group == nil {
		return
	}
	refuse := func(path, message string) { c.bad(SideTarget, path, "", CodeUnsupportedMember, message) }
	switch {
	case s.key != nil && s.key.random:
		refuse("/groupCalculate", "without an id of their own a row that is read again can not be told from an equal one that is new: one would be missing in a bill, or billed twice")
	case s.cfg.FollowIDCheck && !s.source.IDCheck:
		refuse("/groupCalculate", "with idCheck false the vendor's platform bills every row of every pull again, which Config.FollowIDCheck does not do to bills")
	default:
		c.note(SideTarget, "/groupCalculate", "all rows of a pull are sorted on disk and grouped; a bill is stored with its rows before it is written, so that no row is billed twice, also by a second pass (omissionRemedy)")
	}
}

// fixed builds the otherRequest where no record can change it.
func (c *compiler) fixed() {
	s, h := c.s, c.s.target
	if len(h.Other) == 0 || s.other == nil {
		return
	}
	if s.other.t.reads || slices.ContainsFunc(h.Other, volatile) || len(s.other.t.schemes) > 0 {
		return
	}
	if s.other.m == nil {
		s.sinkSpec.Fixed = emptyObject
		return
	}
	v, _, err := s.other.object(context.Background(), &mapping.Env{Now: probe[0].Now}, emptyObject)
	if err != nil {
		c.bad(SideTarget, "/otherRequest", "", CodeUnsupportedMember, err.Error())
		return
	}
	s.sinkSpec.Fixed = v
}

// clockFunctions are those of expressions that give another value in each run.
var clockFunctions = []string{"now(", "curdate(", "curtime(", "current_date", "sysdate(", "unix_timestamp()", "uuid(", "rand("}

// volatile tells that a field has another value in each run, though the record is the same.
func volatile(f Field) bool {
	for _, r := range placeholders(f.Value) {
		if variableName.MatchString(r.name) {
			return true
		}
	}
	if strings.HasPrefix(f.Value, prefixFunction) {
		text := strings.ToLower(strings.ReplaceAll(f.Value, " ", ""))
		for _, name := range clockFunctions {
			if strings.Contains(text, name) {
				return true
			}
		}
	}
	return slices.ContainsFunc(f.Children, volatile)
}

// idCheck says what becomes of records that are known.
func (c *compiler) idCheck() {
	h := c.s.source
	switch {
	case c.s.key != nil && c.s.key.random:
		c.note(SideSource, "/id", "a record's key is made of its contents instead of at random, so that one that is read again is not written again")
	case c.s.cfg.FollowIDCheck && h.IDCheck:
		c.note(SideSource, "/idCheck", "records whose key is known are dropped and counted, though they changed, as on the vendor's platform")
	case c.s.cfg.FollowIDCheck:
		c.note(SideSource, "/idCheck", "every record of every pull is written again, as on the vendor's platform")
	case h.IDCheck:
		c.note(SideSource, "/idCheck", "a known record is written again when it has changed; the vendor's platform drops it and loses the change")
	default:
		c.note(SideSource, "/idCheck", "a known record is written again when it has changed; the vendor's platform writes it again in any case")
	}
}
