package qeasy

import (
	"encoding/json"
	"strings"
	"time"
)

// The variables of requests that hold times.
const (
	LastSyncTime = "LAST_SYNC_TIME" // Unix seconds: the start of the last pull whose every page was stored
	CurrentTime  = "CURRENT_TIME"   // Unix seconds: the clock of the run
)

// SourceSpec is a source half as a [Connector] gets it.
type SourceSpec struct {
	API, Method string  // as the document has them
	Fields      []Field // request
	Other       []Field // otherRequest
	PageSize    int     // pagination.pageSize; 0 for none
	ID, Number  string  // paths in a row, or templates
	// Remedy is set for the second pass of omissionRemedy: Fields are those with the
	// replacements in them, and no checkpoint is kept.
	Remedy bool
	// Window tells which fields hold the times rows are asked for; nil where none
	// holds LAST_SYNC_TIME, CURRENT_TIME or DAYS_AGO.
	Window *Window
	// Since is LAST_SYNC_TIME of the first pull.
	Since time.Time
	Zone  *time.Location   // the scheme's zone, never nil
	Now   func() time.Time // the clock, never nil

	request, other *build
	zone           string // Zone by its IANA name; "" for the default
}

// At is the moment and page a request is built for.
type At struct {
	LastSync time.Time // LAST_SYNC_TIME
	Now      time.Time // CURRENT_TIME
	PageSize int       // PAGINATION_PAGE_SIZE
	Row      int64     // PAGINATION_START_ROW, from 0
	Page     int64     // PAGINATION_START_PAGE, from 1
}

// Window is the two times a request asks for.
type Window struct {
	Start *Bound // the field that holds the beginning; nil for none
	End   *Bound // the field that holds the end; nil for none
}

// Bound is one end of a [Window].
type Bound struct {
	Path     string   // JSON Pointer of the field in the document: "/request/2"
	Names    []string // where its value is in the built object: "search_query_info", "filters", …
	Other    bool     // it is in otherRequest
	Variable string   // LAST_SYNC_TIME, CURRENT_TIME, or DAYS_AGO_n, which counts from CURRENT_TIME
	// Offset is the value minus its variable: minus half an hour for a lookback of that.
	// DAYS_AGO_n itself is the variable CURRENT_TIME with that offset.
	Offset time.Duration
	Form   Form

	value *build    // makes its text
	at    time.Time // its value at the first probe
}

// Form is how a [Bound] is written.
type Form string

// The forms.
const (
	FormText     Form = "text"     // 2024-03-14 16:00:00
	FormSeconds  Form = "seconds"  // Unix seconds
	FormMillis   Form = "millis"   // Unix milliseconds
	FormEmbedded Form = "embedded" // a time inside a longer text, as a filter
	FormOther    Form = "other"    // can not be told or does not follow its variable evenly: it can be built, not shifted
)

// SinkSpec is a target half as a [Connector] gets it.
type SinkSpec struct {
	API, Method string  // as the document has them
	Fields      []Field // request; what a [Write] was built from
	Other       []Field // otherRequest
	// Fixed is the otherRequest where no record can change it, a JSON object; nil where
	// each [Write] has its own, and where the half has none.
	Fixed json.RawMessage
	// Rows is how many records go into one call: 1 without an operation. Batch tells
	// that the api takes a list, even of one (batchArraySave).
	Rows      int
	Batch     bool            // see Rows
	OrgIDs    string          // distributionOrg
	AutoCheck json.RawMessage // as written; nil for none
	Options   []Field         // otherResponse
	Zone      *time.Location  // the scheme's zone, never nil
	// ID is the path or template of the key records come with; "" where no field of a
	// record gives it: with {random}, groupCalculate, and beatFlat under a template.
	ID string
}

// IsKey tells that a field of the request holds the key records come with, as text and
// unchanged: a record can be found again by that field when only its key is known.
func (s *SinkSpec) IsKey(f *Field) bool {
	if s.ID == "" || f.Type != "string" || f.Table != nil || len(f.Parsers) > 0 || len(f.Children) > 0 || len(f.Default) > 0 {
		return false
	}
	return sameTemplate(f.Value, s.ID)
}

// sameTemplate tells that a value string gives what an id gives: the same placeholders
// without pipes in the same text. An id without braces is a path.
func sameTemplate(value, id string) bool {
	if len(placeholders(id)) == 0 {
		id = "{{" + id + "}}"
	}
	if kind, _, err := classify(value); kind != valueTemplate || err != nil || strings.Contains(value, "|") {
		return false
	}
	doubled := strings.NewReplacer("{{", "{", "}}", "}")
	return doubled.Replace(value) == doubled.Replace(id)
}
