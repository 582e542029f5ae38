package dingtalk

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
)

// Instance is an instance of a plain form or of an approval form, whatever the
// operation that answered it: each names its members differently. It is encoded as
// it came.
type Instance struct {
	ID           string // FINST-... of a plain form, a UUID of a process
	FormUUID     string
	Title        string    // in Chinese, where it has languages
	SerialNumber string    // 流水号; "" where the answer has none
	Sequence     string    // of imports
	DataID       int64     // Yida's number of the row, 0 where the answer has none
	FormVersion  int64     // of the form's design; it says nothing about the row
	Created      time.Time // in China, to the minute in current answers
	Modified     time.Time
	CreatorID    string // userId
	ModifierID   string
	Originator   Person
	Data         Values
	Components   string // instanceValue: the components in the designer's format, JSON

	ProcessCode string   // of processes
	Status      string   // of processes: RUNNING, TERMINATED, COMPLETED, ERROR
	Result      string   // of finished processes: agree, disagree
	Executors   []Person // who has to act on a process

	// CutTables names the sub-tables in Data that may not be whole: the platform cuts long
	// ones to 50 rows in every answer that holds instances. All others are whole. nil after
	// [Yida.CompleteTables].
	CutTables []string

	// Raw is the whole instance as it came. Sub-tables that were completed stand in it too, and
	// a member wholeTables names them.
	Raw json.RawMessage
}

// FormData is [Values.FormData] for an instance, which knows of long sub-tables whether
// they are whole: one that is cut is an error, one that was completed is written.
func (i Instance) FormData() (FormData, error) {
	return i.Data.formData(func(table string, _ int) bool { return slices.Contains(i.CutTables, table) })
}

// Person is somebody named in an answer.
type Person struct {
	UserID     string
	Name       string // in Chinese
	English    string
	Department string
	Email      string
}

// UnmarshalJSON reads an instance of any operation; times are read in China.
func (i *Instance) UnmarshalJSON(b []byte) error {
	got, err := readInstance(b, duijie.China)
	if err != nil {
		return err
	}
	*i = got
	return nil
}

// MarshalJSON writes the instance as it came.
func (i Instance) MarshalJSON() ([]byte, error) {
	if i.Raw == nil {
		return []byte("null"), nil
	}
	return i.Raw, nil
}

func readInstance(b []byte, zone *time.Location) (Instance, error) {
	if string(b) == "null" {
		return Instance{}, nil
	}
	if wire.First(b) != '{' || !json.Valid(b) {
		return Instance{}, fmt.Errorf("dingtalk: an instance is no object: %s", wire.Excerpt(b))
	}
	i := Instance{Raw: append(json.RawMessage(nil), b...)}
	var whole []string
	for m := range wire.Walk(i.Raw) {
		if string(m.Key) == wholeMember {
			whole = wholeTables(m.Value)
			continue
		}
		if err := i.set(string(m.Key), m.Value, zone); err != nil {
			return Instance{}, fmt.Errorf("dingtalk: instance member %s: %w", m.Key, err)
		}
	}
	i.findCut(whole)
	return i, nil
}

// set reads one member, by any of its names.
func (i *Instance) set(name string, v json.RawMessage, zone *time.Location) error {
	switch name {
	case "formInstanceId", "formInstId", "processInstanceId":
		i.ID = firstOf(scalar(v), i.ID)
	case "formUuid":
		i.FormUUID = scalar(v)
	case "title":
		i.Title = titleText(v)
	case "serialNumber", "serialNo":
		i.SerialNumber = scalar(v)
	case "sequence":
		i.Sequence = scalar(v)
	case "id", "dataId":
		return readInt(v, &i.DataID)
	case "version":
		return readInt(v, &i.FormVersion)
	case "createTimeGMT", "createdTimeGMT":
		return readTime(v, zone, &i.Created)
	case "modifiedTimeGMT":
		return readTime(v, zone, &i.Modified)
	case "creatorUserId":
		i.CreatorID = scalar(v)
	case "modifier", "modifierUserId":
		i.ModifierID = scalar(v)
	case "modifyUser":
		i.ModifierID = firstOf(i.ModifierID, readPerson(v).UserID)
	case "originator":
		i.Originator = readPerson(v)
	case "formData", "data":
		return readValues(v, &i.Data)
	case "instanceValue":
		i.Components = rawText(v)
	case "processCode":
		i.ProcessCode = scalar(v)
	case "instanceStatus":
		i.Status = scalar(v)
	case "approvedResult":
		i.Result = scalar(v)
	case "actionExecutor":
		for e := range wire.Elements(v) {
			i.Executors = append(i.Executors, readPerson(e))
		}
	}
	return nil
}

// readValues reads form values; some answers wrap them in a text.
func readValues(v json.RawMessage, out *Values) error {
	v = unquote(v)
	if wire.First(v) != '{' {
		return nil
	}
	values := Values{}
	for m := range wire.Walk(v) {
		values[string(m.Key)] = m.Value
	}
	*out = values
	return nil
}

func readInt(v json.RawMessage, out *int64) error {
	var n wire.Int
	if wire.First(v) == '{' || wire.First(v) == '[' {
		return nil
	}
	err := n.UnmarshalJSON(v)
	*out = int64(n)
	return err
}

func readTime(v json.RawMessage, zone *time.Location, out *time.Time) error {
	text := scalar(v)
	if text == "" {
		return nil
	}
	t, ok := yidaTime(text, zone)
	if !ok {
		return fmt.Errorf("%q is no time of Yida", wire.Excerpt([]byte(text)))
	}
	*out = t
	return nil
}

func readPerson(v json.RawMessage) Person {
	p := Person{}
	for m := range wire.Walk(v) {
		switch string(m.Key) {
		case "userId":
			p.UserID = scalar(m.Value)
		case "name", "userName":
			p.Name, p.English = scalar(member(m.Value, "nameInChinese")), scalar(member(m.Value, "nameInEnglish"))
			if wire.First(m.Value) == '"' {
				p.Name = scalar(m.Value)
			}
		case "departmentName", "deptName":
			p.Department = scalar(m.Value)
		case "email":
			p.Email = scalar(m.Value)
		}
	}
	return p
}

// titleText is a title, which may be a text that holds its languages.
func titleText(v json.RawMessage) string {
	if inner := unquote(v); wire.First(inner) == '{' {
		for _, name := range []string{"zh_CN", "zhCN", "en_US", "enUS", "pureEn_US"} {
			if text := scalar(member(inner, name)); text != "" {
				return text
			}
		}
	}
	return rawText(v)
}
