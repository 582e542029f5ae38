package kingdee

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/duijie-go/duijie"
)

// CheckError is what a model lacks, found before it was sent. It matches
// [duijie.ErrInvalid].
type CheckError struct {
	FormID   string
	Problems []Problem // in the order of the model
}

// Problem is one thing that is missing or wrong in a model.
type Problem struct {
	// Key is the member, "FCustId", "FSaleOrderFinance.FSettleCurrId" or
	// "FSaleOrderEntry[2].FMaterialId", counted from 0; "" = the whole record.
	Key     string
	Name    string // the platform's name of it, 客户; "" where Message says all
	Message string // what is wrong
}

// String is the problem in one line.
func (p Problem) String() string {
	switch {
	case p.Key == "":
		return p.Message
	case p.Name == "":
		return p.Key + " " + p.Message
	}
	return p.Key + " (" + p.Name + ") " + p.Message
}

// Error names every problem.
func (e *CheckError) Error() string {
	texts := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		texts[i] = p.String()
	}
	return "kingdee: " + e.FormID + ": not sent: " + strings.Join(texts, "; ")
}

// Unwrap is [duijie.ErrInvalid].
func (e *CheckError) Unwrap() error { return duijie.ErrInvalid }

const missing = "is required (必录)"

// validate checks a typed model, given by pointer. Of an update, one with its primary key, only
// new lines are looked at: what it leaves out keeps its stored value.
func validate(form Form, model any, more ...Problem) error {
	v := reflect.ValueOf(model).Elem()
	m := modelTypeOf(v.Type())
	c := checker{update: m.has(v, form.Key)}
	c.part("", m, v, !c.update)
	if problems := append(c.problems, more...); len(problems) > 0 {
		return &CheckError{FormID: form.ID, Problems: problems}
	}
	return nil
}

// isUpdate tells whether a model has its primary key.
func isUpdate(form Form, model any) bool {
	v := reflect.ValueOf(model).Elem()
	return modelTypeOf(v.Type()).has(v, form.Key)
}

// checkModel asks a model that is a [Validator]; update tells that it will get its
// primary key.
func checkModel(form Form, model any, update bool) error {
	v, ok := model.(Validator)
	rv := reflect.ValueOf(model)
	if !ok || rv.Kind() == reflect.Pointer && rv.IsNil() {
		return nil
	}
	for rv.Kind() == reflect.Pointer && !rv.IsNil() {
		rv = rv.Elem()
	}
	m := modelTypeOfHead(rv.Type())
	if m == nil || !update {
		return v.Validate()
	}
	keyed := reflect.New(rv.Type())
	keyed.Elem().Set(rv)
	for i := range m.fields {
		if f := &m.fields[i]; f.kind == intMember && strings.EqualFold(f.key, form.Key) {
			keyed.Elem().Field(f.index).SetInt(1) // which one does not matter
		}
	}
	if keyed, ok := keyed.Interface().(Validator); ok {
		v = keyed
	}
	return v.Validate()
}

type checker struct {
	update   bool
	problems []Problem
}

// part checks a head, a sub-head or a line.
func (c *checker) part(path string, m *modelType, v reflect.Value, required bool) {
	for i := range m.fields {
		f := &m.fields[i]
		value := v.Field(f.index)
		if required && f.must != "" && f.unset(value) && !inExtra(m, v, f.key) {
			c.problems = append(c.problems, Problem{Key: path + f.key, Name: f.must, Message: missing})
		}
		switch {
		case f.kind == headMember && !inExtra(m, v, f.key):
			c.part(path+f.key+".", f.inner, value, required)
		case f.kind == linesMember:
			for n := range value.Len() {
				line := value.Index(n)
				isNew := !c.update || !f.inner.has(line, "FEntryID")
				c.part(fmt.Sprintf("%s%s[%d].", path, f.key, n), f.inner, line, isNew)
			}
		}
	}
}

// has tells whether a member is sent and is not 0.
func (m *modelType) has(v reflect.Value, key string) bool {
	for i := range m.fields {
		if f := &m.fields[i]; strings.EqualFold(f.key, key) && !f.unset(v.Field(f.index)) {
			return true
		}
	}
	for _, f := range m.extraOf(v) {
		if strings.EqualFold(f.Key, key) {
			text := fmt.Sprint(f.Value)
			return text != "" && text != "0"
		}
	}
	return false
}

func inExtra(m *modelType, v reflect.Value, key string) bool {
	for _, f := range m.extraOf(v) {
		if strings.EqualFold(f.Key, key) {
			return true
		}
	}
	return false
}
