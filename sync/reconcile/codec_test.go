package reconcile

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var sampleRows = []Row{
	{Key: "a"},
	{Key: "\x00\xff", ID: "17", Fields: []Value{Text(""), num("-1.50"), Time(time.Unix(-62135596801, 999).UTC())}},
	{Key: strings.Repeat("长", 300), Version: -9, Fields: []Value{Null(), Bool(true), Bool(false)}, Raw: []byte(`{"a":1}`)},
	{Err: errors.New("broken"), Raw: []byte("{")},
	{Key: "z", Fields: []Value{{}, {}, Time(time.Date(2026, 1, 2, 3, 4, 5, 6, time.FixedZone("", -12600)))}},
}

func values(t *testing.T, fields []byte, n int) (vs []Value) {
	t.Helper()
	for range n {
		stored, rest, ok := cutValue(fields)
		require.True(t, ok)
		v, err := decodeValue(stored)
		require.NoError(t, err)
		vs, fields = append(vs, v), rest
	}
	require.Empty(t, fields)
	return vs
}

func TestRowsComeBackAsTheyWere(t *testing.T) {
	t.Parallel()
	for _, row := range sampleRows {
		e := encoder{fields: 3, keepRaw: true, normalize: strings.ToUpper}
		v, err := parse(e.encode(&row))
		require.NoError(t, err)
		require.Equal(t, strings.ToUpper(row.Key), string(v.key))
		require.Equal(t, row.Key, string(v.own()))
		require.Equal(t, row.ID, string(v.id))
		require.Equal(t, row.Version, v.version)
		require.Equal(t, string(row.Raw), string(v.raw))
		if row.Err != nil {
			require.Equal(t, row.Err.Error(), string(v.err))
			continue
		}
		got := values(t, v.fields, 3)
		for i, want := range row.Fields {
			require.Equal(t, want.typ, got[i].typ)
			require.Equal(t, want.String(), got[i].String())
		}
	}
}

func TestRowsThatCanNotBeComparedAreUndecodable(t *testing.T) {
	t.Parallel()
	for why, row := range map[string]Row{
		"the row has no key":  {},
		"the row has 2 field": {Key: "a", Fields: make([]Value, 2)},
		"field number 1":      {Key: "a", Fields: []Value{ValueOf(func() {})}},
		"nothing is left":     {Key: " "},
	} {
		e := encoder{fields: 1, normalize: strings.TrimSpace}
		v, err := parse(e.encode(&row))
		require.NoError(t, err)
		require.True(t, v.bad())
		require.Contains(t, string(v.err), why)
	}
}

// runOf is a finished spill file of sample rows, in order.
func runOf(t testing.TB) []byte {
	t.Helper()
	d := &disk{parent: t.TempDir()}
	f, err := d.create()
	require.NoError(t, err)
	w := newRunWriter(d, f, 512)
	for _, i := range []int{3, 1, 0, 4, 2} {
		e := encoder{fields: 3, keepRaw: true}
		require.NoError(t, w.add(e.encode(&sampleRows[i])))
	}
	r, err := w.finish()
	require.NoError(t, err)
	body, err := io.ReadAll(io.NewSectionReader(f, r.off, r.size))
	require.NoError(t, err)
	require.NoError(t, d.remove())
	return body
}

// readRun reads a run to its end.
func readRun(body []byte) (rows int, err error) {
	r := newRunReader(bytes.NewReader(body), int64(len(body)), 512)
	for {
		block, err := r.next()
		if err != nil {
			if errors.Is(err, io.EOF) && !errors.Is(err, ErrSpillCorrupt) {
				err = nil
			}
			return rows, err
		}
		if _, err := parse(block); err != nil {
			return rows, err
		}
		rows++
	}
}

// Each bit turned over, each cut and each addition is found.
func TestADamagedRunIsAnError(t *testing.T) {
	t.Parallel()
	body := runOf(t)
	rows, err := readRun(body)
	require.NoError(t, err)
	require.Equal(t, 5, rows)
	for i := range body {
		for bit := range 8 {
			bad := bytes.Clone(body)
			bad[i] ^= 1 << bit
			_, err := readRun(bad)
			require.ErrorIs(t, err, ErrSpillCorrupt, "byte %d bit %d", i, bit)
		}
		_, err := readRun(body[:i])
		require.ErrorIs(t, err, ErrSpillCorrupt, "cut off at %d", i)
	}
	_, err = readRun(append(bytes.Clone(body), 0))
	require.ErrorIs(t, err, ErrSpillCorrupt)
}

// seal makes a run of any block, with its checksum.
func seal(blocks ...[]byte) []byte {
	b := []byte(runMagic)
	for _, block := range blocks {
		b = appendText(b, block)
		b = binary.LittleEndian.AppendUint32(b, crc32.Checksum(block, castagnoli))
	}
	return binary.AppendUvarint(append(b, 0), uint64(len(blocks)))
}

func TestARunOutOfOrderIsAnError(t *testing.T) {
	t.Parallel()
	e := encoder{}
	a, b := bytes.Clone(e.encode(&Row{Key: "a"})), bytes.Clone(e.encode(&Row{Key: "b"}))
	_, err := readRun(seal(a, b, b))
	require.NoError(t, err)
	_, err = readRun(seal(b, a))
	require.ErrorIs(t, err, ErrSpillCorrupt)
	huge := append([]byte(runMagic), binary.AppendUvarint(nil, 1<<62)...)
	_, err = readRun(append(huge, "some bytes"...))
	require.ErrorIs(t, err, ErrSpillCorrupt)
}

func TestTemporaryFilesAreTheUsersAlone(t *testing.T) {
	t.Parallel()
	parent := t.TempDir()
	d := &disk{parent: parent}
	f, err := d.create()
	require.NoError(t, err)
	info, err := f.Stat()
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	dirs, err := filepath.Glob(filepath.Join(parent, "duijie-reconcile-*"))
	require.NoError(t, err)
	require.Len(t, dirs, 1)
	info, err = os.Stat(dirs[0])
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o700), info.Mode().Perm())
	require.NoError(t, d.remove())
	require.NoDirExists(t, dirs[0])
}

// FuzzRun: whatever a spill file holds, reading it ends with rows or an error that
// says the file is corrupt.
func FuzzRun(f *testing.F) {
	f.Add(runOf(f))
	f.Add(seal([]byte{0, 1, 'a', 1, 0}))
	f.Fuzz(func(t *testing.T, body []byte) {
		if _, err := readRun(body); err != nil {
			require.ErrorIs(t, err, ErrSpillCorrupt)
		}
	})
}

// FuzzRow: the same for what is behind the checksum.
func FuzzRow(f *testing.F) {
	for _, row := range sampleRows {
		e := encoder{fields: 3, keepRaw: true}
		f.Add(bytes.Clone(e.encode(&row)), bytes.Clone(e.encode(&sampleRows[1])))
	}
	j := joiner{c: &Comparison{Fields: []Field{{Name: "a"}, {Name: "b", As: AsTime}, {Name: "c", As: AsNumber}}}}
	f.Fuzz(func(t *testing.T, a, b []byte) {
		if _, err := readRun(seal(a)); err != nil {
			require.ErrorIs(t, err, ErrSpillCorrupt)
		}
		v, errA := parse(a)
		w, errB := parse(b)
		if errA != nil || errB != nil {
			return
		}
		if _, err := j.judge(&v, &w); err != nil {
			require.ErrorIs(t, err, ErrSpillCorrupt)
		}
	})
}
