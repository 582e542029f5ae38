package fxiaoke

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/duijie-go/duijie"
)

// ObjectInfo is one object of the enterprise.
type ObjectInfo struct {
	APIName     string `json:"describeApiName"` // "AccountObj", "object_Kn5Cd__c"
	DisplayName string `json:"describeDisplayName"`
	DefineType  string `json:"defineType"` // "package" preset, "custom"
	IsActive    bool   `json:"isActive"`

	Extra map[string]json.RawMessage `json:"-"` // members without a field
}

// ListObjects lists the objects of the enterprise, preset and custom (查询对象列表).
// Effect: read. Limit: 100 calls in 20 s.
func (c *Client) ListObjects(ctx context.Context, opts ...duijie.CallOption) ([]ObjectInfo, error) {
	var out struct {
		TraceID string `json:"traceId"`
		Data    struct {
			Objects []ObjectInfo `json:"objects"`
		} `json:"data"`
	}
	const path = "/cgi/crm/v2/object/list"
	if err := c.Call(ctx, path, map[string]any{"includeNull": false}, &out, opts...); err != nil {
		return nil, err
	}
	if out.Data.Objects == nil {
		return nil, fmt.Errorf("%w: %w", malformedAnswer(path, out.TraceID, "the answer lists no objects"), errUnfit)
	}
	return out.Data.Objects, nil
}

// Description is what an object is made of. Fields differ from enterprise to
// enterprise: for anything beyond the basic ones ask, do not assume.
type Description struct {
	APIName     string           `json:"api_name"`
	DisplayName string           `json:"display_name"`
	Fields      map[string]Field `json:"-"` // by their api_name

	Extra map[string]json.RawMessage `json:"-"` // members without a field
}

// UnmarshalJSON reads a description, as loosely as the platform writes.
func (d *Description) UnmarshalJSON(b []byte) error {
	type plain Description
	var p plain
	if err := decode(b, &p); err != nil {
		return err
	}
	*d = Description(p)
	d.Fields = map[string]Field{}
	for name, raw := range membersOf(d.Extra["fields"]) {
		var f Field
		if err := decode(raw, &f); err != nil {
			return fmt.Errorf("field %s: %w", name, err)
		}
		d.Fields[name] = f
	}
	delete(d.Extra, "fields")
	return nil
}

// Field is the metadata of one field. All but APIName and Type may be empty.
type Field struct {
	APIName       string   `json:"api_name"`
	Object        string   `json:"describe_api_name"`
	Label         string   `json:"label"`
	Type          string   `json:"type"`        // text, select_one, currency, date_time, object_reference and so on
	DefineType    string   `json:"define_type"` // package, system, custom
	IsRequired    bool     `json:"is_required"`
	IsActive      bool     `json:"is_active"`
	IsUnique      bool     `json:"is_unique"` // the platform refuses a second record with its value
	IsIndex       bool     `json:"is_index"`
	HelpText      string   `json:"help_text"`
	Options       []Option `json:"options"` // of select fields
	DecimalPlaces int      `json:"decimal_places"`
	MaxLength     int      `json:"max_length"`
	Target        string   `json:"target_api_name"` // object a reference leads to

	Extra map[string]json.RawMessage `json:"-"` // members without a field
}

// Option is one choice of a select field. Its value is what is written, its label
// what people see.
type Option struct {
	Label string `json:"label"`
	Value string `json:"value"`

	Extra map[string]json.RawMessage `json:"-"` // members without a field
}

// Describe tells what an object is made of (查询对象描述).
// Effect: read. Limit: 100 calls in 20 s.
func (c *Client) Describe(ctx context.Context, object string, opts ...duijie.CallOption) (Description, error) {
	if object == "" {
		return Description{}, invalid("describe", "the object is missing")
	}
	// One page of the manual has the name inside data, another outside.
	place := map[string]any{"apiName": object, "includeDetail": true}
	var out struct {
		Data struct {
			Describe *Description `json:"describe"`
		} `json:"data"`
	}
	body := map[string]any{"apiName": object, "includeDetail": true, "data": place}
	if err := c.Call(ctx, "/cgi/crm/v2/object/describe", body, &out, opts...); err != nil {
		return Description{}, err
	}
	if out.Data.Describe == nil {
		return Description{}, &duijie.APIError{
			Platform: platform, Op: "/cgi/crm/v2/object/describe", Class: duijie.ClassNotFound, StatusCode: 200, Attempts: 1,
			Message: "the answer describes nothing",
		}
	}
	return *out.Data.Describe, nil
}
