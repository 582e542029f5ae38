package sqlstore

import (
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// The body of an open batch:
//
//	version   1 byte, 1
//	count     uvarint
//	intents   each: key, fingerprint (16 bytes), target id, version (varint);
//	          key and target id are a uvarint length and the bytes
//	checksum  4 bytes big-endian: CRC-32C over the row's other columns (pipeline,
//	          part, seq, started; see rowSum) and all of the above
const bodyVersion = 1

// leastIntent is the size of the smallest intent; it bounds the count before
// anything is allocated.
const leastIntent = 1 + len(duijiesync.Fingerprint{}) + 1 + 1

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// encodeIntents returns the body of an open batch.
func encodeIntents(scope duijiesync.Scope, seq, started int64, intents []duijiesync.Intent) []byte {
	size := 1 + binary.MaxVarintLen64 + crc32.Size
	for i := range intents {
		size += len(intents[i].Key) + len(intents[i].TargetID) + len(duijiesync.Fingerprint{}) + 3*binary.MaxVarintLen64
	}
	body := append(make([]byte, 0, size), bodyVersion)
	body = binary.AppendUvarint(body, uint64(len(intents)))
	for i := range intents {
		intent := &intents[i]
		body = appendString(body, intent.Key)
		body = append(body, intent.Fingerprint[:]...)
		body = appendString(body, intent.TargetID)
		body = binary.AppendVarint(body, intent.Version)
	}
	return binary.BigEndian.AppendUint32(body, bodySum(scope, seq, started, body))
}

// decodeIntents is the inverse of encodeIntents. It refuses everything that
// encodeIntents does not write for this row.
func decodeIntents(scope duijiesync.Scope, seq, started int64, body []byte) ([]duijiesync.Intent, error) {
	if len(body) < 1+1+crc32.Size {
		return nil, errors.New("the body is too short")
	}
	content, sum := body[:len(body)-crc32.Size], body[len(body)-crc32.Size:]
	if bodySum(scope, seq, started, content) != binary.BigEndian.Uint32(sum) {
		return nil, errChecksum
	}
	if content[0] != bodyVersion {
		return nil, fmt.Errorf("the body has version %d, known is %d", content[0], bodyVersion)
	}
	return parseIntents(content[1:])
}

// parseIntents reads count and intents. Its input may be anything.
func parseIntents(data []byte) ([]duijiesync.Intent, error) {
	r := reader{data: data}
	count := r.uvarint()
	if count > uint64(len(r.data)/leastIntent) {
		return nil, errors.New("the body is shorter than its count of intents")
	}
	intents := make([]duijiesync.Intent, count)
	for i := range intents {
		intents[i].Key = r.string()
		copy(intents[i].Fingerprint[:], r.bytes(uint64(len(duijiesync.Fingerprint{}))))
		intents[i].TargetID = r.string()
		intents[i].Version = r.varint()
	}
	if r.failed {
		return nil, errors.New("the body ends in the middle of an intent")
	}
	if len(r.data) != 0 {
		return nil, errors.New("the body goes on behind its last intent")
	}
	return intents, nil
}

func bodySum(scope duijiesync.Scope, seq, started int64, content []byte) uint32 {
	var sum rowSum
	sum.string(scope.Pipeline).string(scope.Partition).number(seq).number(started)
	return crc32.Update(crc32.Checksum(sum.data, castagnoli), castagnoli, content)
}

// reader takes a body apart. After a failure it returns zeros.
type reader struct {
	data   []byte
	failed bool
}

func (r *reader) bytes(n uint64) []byte {
	if r.failed || n > uint64(len(r.data)) {
		r.failed = true
		return nil
	}
	head := r.data[:n]
	r.data = r.data[n:]
	return head
}

func (r *reader) string() string { return string(r.bytes(r.uvarint())) }

func (r *reader) uvarint() uint64 {
	v, n := binary.Uvarint(r.data)
	return advance(r, v, n)
}

func (r *reader) varint() int64 {
	v, n := binary.Varint(r.data)
	return advance(r, v, n)
}

// advance passes a number of n bytes; n is not positive where there is none.
func advance[T int64 | uint64](r *reader, v T, n int) T {
	if r.failed || n <= 0 {
		r.failed = true
		return 0
	}
	r.data = r.data[n:]
	return v
}

func appendString(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// errChecksum says that a row is not as it was written.
var errChecksum = errors.New("the checksum does not match")

// rowSum gathers the contents of a row for its checksum, each column
// unmistakably apart from the next. Its zero value is empty.
type rowSum struct{ data []byte }

func (s *rowSum) reset() *rowSum {
	s.data = s.data[:0]
	return s
}

func (s *rowSum) string(v string) *rowSum {
	s.data = appendString(s.data, v)
	return s
}

func (s *rowSum) bytes(v []byte) *rowSum {
	s.data = append(binary.AppendUvarint(s.data, uint64(len(v))), v...)
	return s
}

func (s *rowSum) number(v int64) *rowSum {
	s.data = binary.AppendVarint(s.data, v)
	return s
}

// sum is the value of the column sum: signed, so that databases keep it in
// four bytes.
func (s *rowSum) sum() int64 {
	return int64(int32(crc32.Checksum(s.data, castagnoli))) //nolint:gosec // the bits are wanted, not the number
}

// check compares with the stored sum; NULL means that a person changed the row.
func (s *rowSum) check(stored sql.NullInt64) error {
	if stored.Valid && stored.Int64 != s.sum() {
		return errChecksum
	}
	return nil
}
