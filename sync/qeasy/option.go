package qeasy

// Option is a setting of [Parse].
type Option func(*options)

type options struct {
	allowed map[string]bool
	limits  Limits
}

// WithMembers lets unknown top-level members of these names pass; they are left out, and
// said in the report. It is for those of which the caller knows that they change nothing.
func WithMembers(names ...string) Option {
	return func(o *options) {
		for _, n := range names {
			o.allowed[n] = true
		}
	}
}

// Limits bound what a document may be. A zero keeps the default.
type Limits struct {
	Bytes  int // length of the document; 4 MiB
	Depth  int // nesting of its JSON; 64
	Values int // JSON values in it; 100,000
	Fields int // field objects; 5,000
	Text   int // bytes of one value string; 64 KiB
}

var defaultLimits = Limits{Bytes: 4 << 20, Depth: 64, Values: 100_000, Fields: 5_000, Text: 64 << 10}

// WithLimits changes limits.
func WithLimits(l Limits) Option {
	return func(o *options) {
		for _, p := range []struct {
			to   *int
			from int
		}{
			{&o.limits.Bytes, l.Bytes}, {&o.limits.Depth, l.Depth}, {&o.limits.Values, l.Values},
			{&o.limits.Fields, l.Fields}, {&o.limits.Text, l.Text},
		} {
			if p.from > 0 {
				*p.to = p.from
			}
		}
	}
}
