package kingdee

import (
	"fmt"
	"strconv"
	"time"

	"github.com/duijie-go/duijie"
)

func quote(text string) (string, error) {
	b, err := appendQuoted(nil, text)
	return string(b), err
}

func appendQuoted(b []byte, text string) ([]byte, error) {
	for _, r := range text {
		if r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == 0xfffd || r == 0x7f {
			return nil, fmt.Errorf("kingdee: text %q holds a control character or is not UTF-8: %w", cut(text), duijie.ErrInvalid)
		}
	}
	b = append(b, '\'')
	for i := range len(text) {
		if text[i] == '\'' {
			b = append(b, '\'')
		}
		b = append(b, text[i])
	}
	return append(b, '\''), nil
}

// appendLiteral appends a value as it stands in a filter. Texts, which come by
// the hundred, are written where they go.
func appendLiteral[T any](b []byte, value T) ([]byte, error) {
	if text, ok := any(value).(string); ok {
		return appendQuoted(b, text)
	}
	text, err := literal(value)
	return append(b, text...), err
}

func literal(value any) (string, error) {
	switch v := value.(type) {
	case string:
		return quote(v)
	case bool:
		if v {
			return "'1'", nil
		}
		return "'0'", nil
	case int:
		return strconv.Itoa(v), nil
	case int64:
		return strconv.FormatInt(v, 10), nil
	case int32:
		return strconv.FormatInt(int64(v), 10), nil
	case uint32:
		return strconv.FormatUint(uint64(v), 10), nil
	case uint64:
		return strconv.FormatUint(v, 10), nil
	case duijie.Decimal:
		if v.Err() == nil && !v.IsSet() {
			return "", fmt.Errorf("a Decimal that is not set: %w", duijie.ErrInvalid)
		}
		return v.Canonical(), v.Err()
	case duijie.Time:
		return literal(v.Time)
	case time.Time:
		if v.IsZero() {
			return "", fmt.Errorf("a time that is not set: %w", duijie.ErrInvalid)
		}
		return quote(v.In(duijie.China).Format(time.DateTime))
	}
	return "", fmt.Errorf("a value of type %T does not fit a filter: %w", value, duijie.ErrInvalid)
}
