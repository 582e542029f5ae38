package sqlstore

import (
	"math"
	"slices"
	"strings"
	"testing"

	duijiesync "github.com/duijie-go/duijie/sync"
)

var codecScope = duijiesync.Scope{Pipeline: "orders", Partition: "p"}

func someIntents() []duijiesync.Intent {
	return []duijiesync.Intent{
		{Key: "SO-1", Fingerprint: duijiesync.Fingerprint{1, 15: 2}, TargetID: "100001", Version: 1_767_225_600_123},
		{Key: "", Version: math.MinInt64},
		{Key: "\x00\xff", TargetID: strings.Repeat("标", 300), Version: math.MaxInt64},
	}
}

func TestCodecRefusesEveryChange(t *testing.T) {
	t.Parallel()
	body := encodeIntents(codecScope, 7, 8, someIntents())
	got, err := decodeIntents(codecScope, 7, 8, body)
	if err != nil || !slices.Equal(got, someIntents()) {
		t.Fatalf("got %v, %v", got, err)
	}
	for i := range body {
		for _, mask := range []byte{1, 0x80, 0xff} {
			changed := slices.Clone(body)
			changed[i] ^= mask
			if _, err := decodeIntents(codecScope, 7, 8, changed); err == nil {
				t.Fatalf("byte %d xor %#x: no error", i, mask)
			}
		}
		if _, err := decodeIntents(codecScope, 7, 8, body[:i]); err == nil {
			t.Fatalf("cut to %d bytes: no error", i)
		}
	}
	if _, err := decodeIntents(codecScope, 7, 8, append(slices.Clone(body), 0)); err == nil {
		t.Fatal("one byte more: no error")
	}
	other := duijiesync.Scope{Pipeline: "ordersp"}
	for _, row := range []struct {
		scope        duijiesync.Scope
		seq, started int64
	}{{other, 7, 8}, {codecScope, 8, 8}, {codecScope, 7, 9}} {
		if _, err := decodeIntents(row.scope, row.seq, row.started, body); err == nil {
			t.Fatalf("the body is taken for row %v", row)
		}
	}
}

func TestCodecNeedsLittleRoom(t *testing.T) {
	t.Parallel()
	intents := make([]duijiesync.Intent, 100)
	for i := range intents {
		intents[i] = duijiesync.Intent{Key: "SO-20260101-0001", TargetID: "100001", Version: 1_767_225_600_123}
	}
	const each = 1 + 16 + 16 + 1 + 6 + 6
	if size := len(encodeIntents(codecScope, 1, 1, intents)); size > 1+1+100*each+4 {
		t.Fatalf("100 intents take %d bytes", size)
	}
}

func FuzzOpenBatchCodec(f *testing.F) {
	body := encodeIntents(codecScope, 1, 2, someIntents())
	f.Add(body)
	f.Add(body[1 : len(body)-4])
	f.Add([]byte{})
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01})
	f.Fuzz(func(t *testing.T, data []byte) {
		// As a whole row: what passes the checksum was written by us.
		if intents, err := decodeIntents(codecScope, 1, 2, data); err == nil {
			if again := encodeIntents(codecScope, 1, 2, intents); !slices.Equal(again, data) {
				t.Fatalf("%x comes back as %x", data, again)
			}
		}
		// Behind the checksum: anything goes in, and what is understood survives.
		intents, err := parseIntents(data)
		if err != nil {
			return
		}
		again, err := decodeIntents(codecScope, 1, 2, encodeIntents(codecScope, 1, 2, intents))
		if err != nil || !slices.Equal(again, intents) {
			t.Fatalf("%v comes back as %v, %v", intents, again, err)
		}
	})
}

func FuzzStoredKey(f *testing.F) {
	for _, key := range []string{"", "a", hashMark, hashMark + "a", strings.Repeat("k", maxKey), strings.Repeat("k", maxKey+1)} {
		f.Add(key, hashMark+key)
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		x, y := storeKey(a), storeKey(b)
		if back, err := loadKey(x.rkey, x.fullkey); err != nil || back != a {
			t.Fatalf("%q comes back as %q, %v", a, back, err)
		}
		if len(x.rkey) > maxKey {
			t.Fatalf("%q is stored as %d bytes", a, len(x.rkey))
		}
		if (a == b) != (string(x.rkey) == string(y.rkey)) {
			t.Fatalf("%q and %q are stored as %q and %q", a, b, x.rkey, y.rkey)
		}
		order := strings.Compare(string(orderKey(a)), string(orderKey(b)))
		if order == 0 {
			order = strings.Compare(string(x.fullkey), string(y.fullkey))
		}
		if order != strings.Compare(a, b) {
			t.Fatalf("%q and %q are ordered as %d", a, b, order)
		}
	})
}
