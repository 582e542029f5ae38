package kingdee

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
)

const (
	servicePrefix = "Kingdee.BOS.WebApi.ServicesStub.DynamicFormService."
	authPrefix    = "Kingdee.BOS.WebApi.ServicesStub.AuthService."
	serviceSuffix = ".common.kdsvc"
)

// serviceName completes the short name of a service: "Save" is
// DynamicFormService.Save; a name with dots is complete already.
func serviceName(service string) (string, error) {
	name, assembly, custom := strings.Cut(service, ",")
	if !validName(name) || custom && !validName(assembly) {
		return "", fmt.Errorf("kingdee: service name %q: want Save, Namespace.Class.Method or Namespace.Class.Method,Assembly: %w",
			wire.Excerpt([]byte(service)), duijie.ErrInvalid)
	}
	if !strings.Contains(name, ".") {
		return servicePrefix + service, nil
	}
	return service, nil
}

// opName is the last word of a service.
func opName(service string) string {
	service, _, _ = strings.Cut(service, ",")
	return service[strings.LastIndexByte(service, '.')+1:]
}

// validName allows letters, digits, _ and dots between them.
func validName(s string) bool {
	if s == "" || s[0] == '.' || s[len(s)-1] == '.' || strings.Contains(s, "..") {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if c != '.' && c != '_' && (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') {
			return false
		}
	}
	return true
}

// parameter is one named parameter of a service; the order of a list of them
// is the positional one.
type parameter struct {
	name  string
	value any
}

// requestBody is the body of a DynamicFormService call: named parameters, or
// the positional form, in which whatever is not a text becomes JSON text.
func requestBody(positional bool, params ...parameter) ([]byte, error) {
	if !positional {
		b := []byte{'{'}
		for i, p := range params {
			if i > 0 {
				b = append(b, ',')
			}
			value, err := marshal(p.value)
			if err != nil {
				return nil, err
			}
			b = append(append(append(append(b, '"'), p.name...), '"', ':'), value...)
		}
		return append(b, '}'), nil
	}
	list := make([]string, len(params))
	for i, p := range params {
		text, isText := p.value.(string)
		if !isText {
			b, err := marshal(p.value)
			if err != nil {
				return nil, err
			}
			text = string(b)
		}
		list[i] = text
	}
	return marshal(map[string]any{"parameters": list})
}

// marshal encodes what the caller gave; a mistake in it is ErrInvalid.
func marshal(v any) ([]byte, error) {
	b, err := wire.Marshal(v)
	if err == nil {
		return b, nil
	}
	if _, ok := errors.AsType[*json.MarshalerError](err); !ok || !errors.Is(err, duijie.ErrInvalid) {
		return nil, fmt.Errorf("kingdee: encode the request: %w: %w", err, duijie.ErrInvalid)
	}
	return nil, fmt.Errorf("kingdee: encode the request: %w", err)
}
