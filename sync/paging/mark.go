package paging

import (
	"cmp"
	"strings"
	"time"
)

// Mark is the position of a row in a list ordered by modification time, and by
// id where times are equal. A keyset of marks reads what changed since the last
// run: a row that changes gets a new time and is read again.
//
// A row that is committed late, with a time that was passed already, is not seen.
// Where that can happen (it can almost everywhere), read such a list inside the
// slices of package window, whose overlap is made for it.
type Mark struct {
	Modified time.Time `json:"modified"`
	ID       string    `json:"id,omitempty"`
}

// Compare orders marks by time, then by the bytes of the id. Where the platform
// orders its ids in another way (as numbers), give Keyset a Compare of your own.
func (m Mark) Compare(other Mark) int {
	return cmp.Or(m.Modified.Compare(other.Modified), strings.Compare(m.ID, other.ID))
}

// String is the mark as text.
func (m Mark) String() string { return m.Modified.Format(time.RFC3339Nano) + "/" + m.ID }
