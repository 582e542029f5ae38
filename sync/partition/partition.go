package partition

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// Errors of partitions.
var (
	// ErrPartition: a partition or the name of a pipeline can not be used. The
	// error says why.
	ErrPartition = errors.New("duijie/sync/partition: not usable")
	// ErrScope: a factory made a runner that runs under another lease or ledger than
	// the partition's. Make it with Bind.
	ErrScope = errors.New("duijie/sync/partition: the runner is not of this partition")
)

// Partition is one part of a pipeline; the zero value is all of it. It is
// comparable by what it names: [Partition.String] is equal exactly for equal ones.
type Partition struct {
	// Tenant and Entity say which target the part writes to: whose account, which
	// kind of record. Partitions that differ here have ledgers of their own, so that
	// equal keys do not meet.
	Tenant string `json:"tenant,omitempty"`
	Entity string `json:"entity,omitempty"`

	// From and To are a window of time, To not included; zero is open, both zero
	// means no window. Shard is any other part of the records. Partitions that differ
	// only here share the ledger: a key in two of them is one record.
	From  time.Time `json:"from,omitzero"`
	To    time.Time `json:"to,omitzero"`
	Shard string    `json:"shard,omitempty"`
}

// Limits of what a State takes, in bytes.
const (
	maxPipeline  = 128
	maxPartition = 255
	maxName      = 80 // leaves room for the hash of a long tenant and entity
	ledgerHash   = 40 // hex digits
)

// Scope is what a partition of the pipeline called name has in the State. Its
// Pipeline is the ledger: name, and tenant and entity where there are any. Its
// Partition is the lease and checkpoint: [Partition.ID]. Different partitions have
// different scopes. An unusable one is an ErrPartition.
func (p Partition) Scope(name string) (duijiesync.Scope, error) {
	if name == "" || len(name) > maxName || strings.ContainsRune(name, '@') {
		return duijiesync.Scope{}, fmt.Errorf("%w: the pipeline's name %q must have 1 to %d bytes and no @", ErrPartition, name, maxName)
	}
	if err := p.check(); err != nil {
		return duijiesync.Scope{}, err
	}
	return duijiesync.Scope{Pipeline: p.ledger(name), Partition: p.ID()}, nil
}

// check says what is wrong with a partition.
func (p Partition) check() error {
	for _, t := range []time.Time{p.From, p.To} {
		if y := t.UTC().Year(); y < 0 || y > 9999 {
			return fmt.Errorf("%w: the year %d of its window is none of 0 to 9999", ErrPartition, y)
		}
	}
	if !p.From.IsZero() && !p.To.IsZero() && !p.From.Before(p.To) {
		return fmt.Errorf("%w: its window [%s, %s) is empty", ErrPartition, p.From.Format(time.RFC3339Nano), p.To.Format(time.RFC3339Nano))
	}
	return nil
}

// ledger names the pipeline that has the target's ledger. A long one is hashed;
// that nothing escaped begins with # keeps the two apart.
func (p Partition) ledger(name string) string {
	if p.Tenant == "" && p.Entity == "" {
		return name
	}
	target := escape(p.Tenant) + "/" + escape(p.Entity)
	if full := name + "@" + target; len(full) <= maxPipeline {
		return full
	}
	return name + "@#" + hash(target)[:ledgerHash]
}

// ID is the part's name among those that share its ledger: its window in UTC and
// its shard, "" where it has neither. It has at most 255 bytes; a longer one is
// hashed.
func (p Partition) ID() string {
	var parts []string
	if !p.From.IsZero() || !p.To.IsZero() {
		parts = append(parts, "w:"+instant(p.From)+"~"+instant(p.To))
	}
	if p.Shard != "" {
		parts = append(parts, "s:"+escape(p.Shard))
	}
	id := strings.Join(parts, ";")
	if len(id) > maxPartition {
		return "h:" + hash(id)
	}
	return id
}

// String is the whole partition as text, of any length: for logs, and as a
// job's name in an engine. "" is all of the pipeline.
func (p Partition) String() string {
	target := ""
	if p.Tenant != "" || p.Entity != "" {
		target = escape(p.Tenant) + "/" + escape(p.Entity)
	}
	whole := p
	if len(p.Shard) > 0 { // in full here
		whole.Shard = ""
		return join(target, whole.ID(), "s:"+escape(p.Shard))
	}
	return join(target, whole.ID())
}

func join(parts ...string) string {
	var some []string
	for _, part := range parts {
		if part != "" {
			some = append(some, part)
		}
	}
	return strings.Join(some, ";")
}

// instant is a time as text, the same for the same moment in any zone.
func instant(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

// escape keeps what people read, and makes the rest, the characters that
// separate and bytes that are no UTF-8 into %XX. Different texts stay different.
func escape(s string) string {
	plain := func(r rune) bool {
		return r > ' ' && (r < 0x7f || r > 0x9f) && !strings.ContainsRune("%@/;:~#", r)
	}
	if utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return !plain(r) }) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		if plain(r) && (r != utf8.RuneError || n > 1) {
			b.WriteString(s[i : i+n])
		} else {
			for _, c := range []byte(s[i : i+n]) {
				fmt.Fprintf(&b, "%%%02X", c)
			}
		}
		i += n
	}
	return b.String()
}

func hash(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}
