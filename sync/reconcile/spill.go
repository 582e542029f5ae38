package reconcile

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
)

// Errors of the temporary files.
var (
	// ErrDiskLimit: what does not fit into memory needs more temporary space than
	// [Comparison].MaxDisk. Allow more, or compare less at a time.
	ErrDiskLimit = errors.New("duijie/sync/reconcile: temporary files would exceed MaxDisk")
	// ErrSpillCorrupt: a temporary file does not hold what was written to it. The disk
	// is faulty, or something else writes there; run the comparison again elsewhere.
	ErrSpillCorrupt = errors.New("duijie/sync/reconcile: temporary file is corrupt")
)

// A spill file ("run") is sorted:
//
//	"DJRUN1\r\n", then for each block: uvarint length, block, CRC-32C of the block;
//	a 0 and the number of blocks (uvarint) end it.
const runMagic = "DJRUN1\r\n"

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// run is one finished run in a file.
type run struct {
	file      *spillFile
	off, size int64
}

// runWriter writes a run at the end of a file.
type runWriter struct {
	disk *disk
	file *spillFile
	w    *bufio.Writer
	n    uint64
	off  int64
	head [binary.MaxVarintLen64 + crc32.Size]byte
}

func newRunWriter(d *disk, f *spillFile, buffer int) *runWriter {
	w := &runWriter{disk: d, file: f, off: f.size}
	w.w = bufio.NewWriterSize(w, buffer)
	_, _ = w.w.WriteString(runMagic) // finish has the error
	d.runs.Add(1)
	return w
}

// Write passes on what the buffer collected, if the disk may hold it.
func (w *runWriter) Write(p []byte) (int, error) {
	if err := w.disk.take(int64(len(p))); err != nil {
		return 0, err
	}
	n, err := w.file.WriteAt(p, w.file.size)
	w.file.size += int64(n)
	if err != nil {
		err = fmt.Errorf("duijie/sync/reconcile: temporary file: %w", err)
	}
	return n, err
}

// add writes a block. Errors of the buffer stay, so the last one tells.
func (w *runWriter) add(block []byte) error {
	w.n++
	_, _ = w.w.Write(binary.AppendUvarint(w.head[:0], uint64(len(block))))
	_, _ = w.w.Write(block)
	_, err := w.w.Write(binary.LittleEndian.AppendUint32(w.head[:0], crc32.Checksum(block, castagnoli)))
	return err
}

func (w *runWriter) finish() (run, error) {
	_, _ = w.w.Write(binary.AppendUvarint(append(w.head[:0], 0), w.n))
	if err := w.w.Flush(); err != nil {
		return run{}, err
	}
	return run{file: w.file, off: w.off, size: w.file.size - w.off}, nil
}

// runReader reads a run. It trusts nothing in it.
type runReader struct {
	r     *bufio.Reader
	left  int64 // bytes of the run not read yet
	n     uint64
	block []byte
	last  []byte // key before
	magic bool
}

func newRunReader(r io.Reader, size int64, buffer int) *runReader {
	return &runReader{r: bufio.NewReaderSize(r, buffer), left: size}
}

// ReadByte is for reading a uvarint.
func (r *runReader) ReadByte() (byte, error) {
	b, err := r.r.ReadByte()
	if err == nil {
		r.left--
	}
	return b, err
}

func (r *runReader) full(p []byte) error {
	n, err := io.ReadFull(r.r, p)
	r.left -= int64(n)
	return err
}

// next returns the next block, valid until the one after it is asked for, and
// io.EOF behind the last.
func (r *runReader) next() ([]byte, error) {
	block, err := r.read()
	switch {
	case err == nil, err == io.EOF && block == nil && r.left == 0: //nolint:errorlint // read's own io.EOF, never a wrapped one
		return block, err
	case errors.Is(err, ErrSpillCorrupt):
		return nil, err
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, errStored):
		return nil, fmt.Errorf("%w: it ends early or holds no rows (block %d)", ErrSpillCorrupt, r.n+1)
	}
	return nil, fmt.Errorf("%w: block %d: %w", ErrSpillCorrupt, r.n+1, err)
}

// read returns io.EOF at the mark of the end alone; anything that is cut off
// before it is io.ErrUnexpectedEOF.
func (r *runReader) read() ([]byte, error) {
	if !r.magic {
		var magic [len(runMagic)]byte
		if err := r.full(magic[:]); err != nil || string(magic[:]) != runMagic {
			return nil, errStored
		}
		r.magic = true
	}
	length, err := binary.ReadUvarint(r)
	if err != nil {
		return nil, cutOff(err)
	}
	if length == 0 {
		n, err := binary.ReadUvarint(r)
		if err != nil {
			return nil, cutOff(err)
		}
		if n != r.n || r.left != 0 {
			return nil, errStored
		}
		return nil, io.EOF
	}
	if r.left < crc32.Size || length > uint64(r.left-crc32.Size) { // before memory is taken for it
		return nil, errStored
	}
	need := int(length) + crc32.Size //nolint:gosec // G115: at most the size of the run
	if cap(r.block) < need {
		r.block = make([]byte, need)
	}
	r.block = r.block[:need]
	if err := r.full(r.block); err != nil {
		return nil, cutOff(err)
	}
	return r.check(r.block[:length:length], binary.LittleEndian.Uint32(r.block[length:]))
}

func cutOff(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

func (r *runReader) check(block []byte, sum uint32) ([]byte, error) {
	if crc32.Checksum(block, castagnoli) != sum {
		return nil, errors.New("checksum does not match")
	}
	v, err := parse(block)
	if err != nil {
		return nil, err
	}
	if r.n > 0 && string(v.key) < string(r.last) {
		return nil, errors.New("keys are not in order")
	}
	r.n++
	r.last = append(r.last[:0], v.key...)
	return block, nil
}
