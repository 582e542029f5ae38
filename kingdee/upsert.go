package kingdee

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
)

// UpsertOptions are the switches of an upsert. The zero value can not destroy or
// double anything.
type UpsertOptions struct {
	SaveOptions
	// Org is the number of the organisation to look in, for forms whose numbers
	// exist once in each; "" = the one the model names in Form.Org, if it does.
	Org string
	// Lines says what an update does with lines that name no stored one.
	Lines LinePolicy
}

// UpsertResult is a record that was created or updated.
type UpsertResult struct {
	SaveResult
	Created bool // it was not there before
}

// Upsert creates the record of a number, or updates the one that has it. The
// platform has no such call: the number is looked up, and the record is saved
// with the primary key that was found, or as a new one. A number that somebody
// else takes between the two is looked up again, once.
//
// The model is one of [SaveRequest.Model], has the number (Form.Number) and no
// primary key. A number that several records have is [duijie.ErrInvalid]: set
// Org. An audited record is refused by the server: see [Client.UnAudit].
//
// After [duijie.ErrOutcomeUnknown] call it again: it finds what was stored. Not with
// AddLines, whose lines would be added once more: look first.
//
// Effect: write.
func (c *Client) Upsert(ctx context.Context, form Form, model any, o UpsertOptions, opts ...duijie.CallOption) (*UpsertResult, error) {
	u, err := newUpsert(c, form, model, o)
	if err != nil {
		return nil, err
	}
	id, err := u.find(ctx)
	if err != nil {
		return nil, err
	}
	res, err := u.save(ctx, id, opts)
	if id != "" || !errors.Is(err, duijie.ErrConflict) || errors.Is(err, duijie.ErrOutcomeUnknown) {
		return res, err
	}
	if id, findErr := u.find(ctx); findErr != nil {
		return nil, findErr
	} else if id != "" {
		return u.save(ctx, id, opts)
	}
	return nil, err // what has the number can not be seen, or it is not the number
}

// upsert is one upsert under way.
type upsert struct {
	c      *Client
	form   Form
	model  json.RawMessage
	number string
	o      UpsertOptions
}

func newUpsert(c *Client, form Form, model any, o UpsertOptions) (*upsert, error) {
	invalid := func(format string, args ...any) error {
		return fmt.Errorf("kingdee: Upsert %s: %s: %w", cut(form.ID), fmt.Sprintf(format, args...), duijie.ErrInvalid)
	}
	if form.ID == "" || !validName(form.Key) || !validName(form.Number) || o.Org != "" && !validName(form.Org) {
		return nil, invalid("Form needs ID, Key and Number, and Org where the options name one")
	}
	raw, err := modelJSON(model)
	if err != nil {
		return nil, err
	}
	fields, err := members(raw)
	if err != nil {
		return nil, err
	}
	u := &upsert{c: c, form: form, model: raw, o: o}
	for _, f := range fields {
		value := Cell(f.Value.(json.RawMessage))
		switch {
		case strings.EqualFold(f.Key, form.Number):
			u.number = value.Text()
		case strings.EqualFold(f.Key, form.Key) && !value.IsBlank() && value.Text() != "0":
			return nil, invalid("the model has the primary key %s already: Save updates it", form.Key)
		case u.o.Org == "" && form.Org != "" && strings.EqualFold(f.Key, form.Org):
			u.o.Org = referenceNumber(value)
		}
	}
	if err := checkNumber(u.number); err != nil {
		return nil, err
	}
	return u, nil
}

// referenceNumber is the number in {"FNumber":"100"}, "" in anything else.
func referenceNumber(value Cell) string {
	for m := range wire.Walk(value) {
		if strings.EqualFold(string(m.Key), "FNumber") {
			return Cell(m.Value).Text()
		}
	}
	return ""
}

// find is the primary key of the number's record, "" when there is none.
func (u *upsert) find(ctx context.Context) (string, error) {
	filter := Eq(u.form.Number, u.number)
	if u.o.Org != "" {
		filter = And(filter, Eq(u.form.Org+".FNumber", u.o.Org))
	}
	text, err := filter.Text()
	if err != nil {
		return "", err
	}
	rows, err := u.c.Query(ctx, Query{
		FormID: u.form.ID, Fields: []string{u.form.Key, u.form.Number}, Filter: text, Order: u.form.Key + " ASC", Limit: 10, Objects: false,
	})
	if err != nil {
		return "", fmt.Errorf("kingdee: Upsert: look the number up: %w", err)
	}
	stored := newStoredRows(u.form.ID, rows)
	row, err := stored.row(u.number, -1, "")
	if err != nil || row == nil {
		return "", err
	}
	return row[0].Text(), nil
}

func (u *upsert) save(ctx context.Context, id string, opts []duijie.CallOption) (*UpsertResult, error) {
	model, o := u.model, u.o.SaveOptions
	var err error
	if id != "" {
		if o, err = u.o.Lines.apply(o, model); err != nil {
			return nil, err
		}
	}
	if model, err = keyedModel(u.form, id, u.number, model); err != nil {
		return nil, err
	}
	res, err := u.c.Save(ctx, SaveRequest{FormID: u.form.ID, Model: model, SaveOptions: o}, opts...)
	if err != nil {
		return nil, err
	}
	return &UpsertResult{SaveResult: *res, Created: id == ""}, nil
}
