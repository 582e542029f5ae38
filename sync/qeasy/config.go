package qeasy

import (
	"encoding/json"
	"time"

	"github.com/duijie-go/duijie/mapping"
	"github.com/duijie-go/duijie/mapping/lookup"
	duijiesync "github.com/duijie-go/duijie/sync"
)

// Connector joins the documents' apis to one platform. It must be safe for
// concurrent use.
type Connector interface {
	// APIs lists the apis it knows, for messages and overviews.
	APIs() []string
	// Match tells whether it runs an api on a side. Names are opaque and compared
	// exactly, but where the platform is known to be spelt in several ways.
	Match(side Side, api string) bool
	// Source makes the source of the rows of a half. A record's Value is one row as
	// the platform sent it, a JSON object; its Key may stay empty, as the scheme's id
	// makes it. Version should be set where the platform has one. What differs from the
	// document (windows and paging that are taken over) is said in notes. An error that is
	// a *Problem is reported with its code and path; any other as api_unsupported.
	Source(spec *SourceSpec) (duijiesync.Source[json.RawMessage], []Note, error)
	// Sink makes the sink of a half. Records come with the key of the source.
	Sink(spec *SinkSpec) (duijiesync.Sink[Write], []Note, error)
}

// Capable is a [Connector] that runs members whose meaning is the platform's.
// Without it, and where it says no, a document that has one is refused.
type Capable interface {
	// Handles tells whether the connector runs a member for an api: "distributionOrg",
	// "autoCheck", "otherRequest.detailApi", "otherResponse.listkey" …
	Handles(side Side, api, member string) bool
}

// Write is what is written for one record.
type Write struct {
	Request json.RawMessage `json:"request"`         // the request, a JSON object
	Other   json.RawMessage `json:"other,omitempty"` // the otherRequest built for the record, a JSON object; nil where the half has none

	row json.RawMessage // what it was built of, where it is handed on
}

// Row is a record of the source half on its way to the target half.
type Row struct {
	JSON json.RawMessage // the record after formatResponse, condition and beatFlat
	Skip string          // why the record is left out; "" for none
}

// Note is one thing a user should know about how a scheme runs.
type Note struct {
	Side   Side   `json:"side"`
	Path   string `json:"path"`             // JSON Pointer into the half's document; "" is the half
	Member string `json:"member,omitempty"` // the field or member for people
	Text   string `json:"text"`             // one sentence
}

// Config says with what a scheme runs. Source and Target are required, but for a
// target that writes nothing (写入空操作); everything else has a default.
type Config struct {
	// Source and Target run the apis of the two halves; see [Connectors] for several.
	Source Connector
	Target Connector // see Source

	// ID is the path or template of a record's key where the source half has no id.
	ID string
	// Since is LAST_SYNC_TIME of the first pull: rows changed before it are not read.
	// Required where the source's request holds LAST_SYNC_TIME.
	Since time.Time
	// Zone is the scheme's zone. Default: Asia/Shanghai.
	Zone *time.Location
	// Now is the clock. Default: time.Now.
	Now func() time.Time

	// Lookups binds the schemes that _findCollection and _mongoQuery name, by their
	// uuid. A lookup sees stored records: paths begin with "content.", "response.", or are
	// "id", "number", "status". See package lookup, and [Ledger].
	Lookups map[string]mapping.Lookup
	// LookupCache is how long answers of lookups count. Default: one minute, and what
	// was not found is asked again.
	LookupCache lookup.CacheConfig
	// RequireLookups makes a lookup that finds nothing an error of the record (强制关联检验).
	// Without it the field is left out and the miss counted.
	RequireLookups bool
	// Tables are the mapping tables, by their id.
	Tables map[string]mapping.Table
	// KeepUnmapped lets a value pass that its mapping table does not hold. Without it
	// that is an error of the record.
	KeepUnmapped bool

	// CallBacks are the schemes that records are handed to once they are written, by the
	// strategyId of callBackStrategy. See [Scheme.CallBack].
	CallBacks map[string]*Scheme

	// TempDir is where the rows of groupCalculate are sorted, in files that only this user can
	// read and that are gone afterwards: about three times the size of a pull's rows. Default:
	// os.TempDir.
	TempDir string

	// FollowIDCheck does as the vendor's platform does with idCheck: true drops records
	// whose key is known, though they changed; false writes every record of every
	// pull again. Without it a record is written when it is new or has changed.
	FollowIDCheck bool
	// SendEmpty sends a constant "" as "". Without it such fields are left out, as the
	// vendor's platform does; update APIs may take "" for an order to clear.
	SendEmpty bool
	// ExactText makes expressions compare texts byte by byte, as MySQL does not.
	ExactText bool
}
