package duijie

// Effect says what repeating a call would do to the platform. It decides
// whether a call may be retried; the HTTP verb does not, because these
// platforms read with POST.
type Effect uint8

const (
	// EffectDefault leaves the choice to the operation: its documented effect, or
	// [EffectWrite] where none is known.
	EffectDefault Effect = iota
	// EffectRead changes nothing. Retried on anything that passes.
	EffectRead
	// EffectIdempotent sets absolute values: repeating is harmless. Retried like a read.
	EffectIdempotent
	// EffectWrite creates or moves something. Retried only when it surely had no
	// effect: throttled, refused before work began, or never sent. A lost answer
	// is [ErrOutcomeUnknown].
	EffectWrite
)

// String names the effect class.
func (e Effect) String() string {
	switch e {
	case EffectRead:
		return "read"
	case EffectIdempotent:
		return "idempotent"
	case EffectWrite:
		return "write"
	}
	return "default"
}
