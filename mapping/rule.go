package mapping

// Rule is a check on every record.
type Rule struct {
	// Name appears in counts and errors.
	Name string `json:"name"`
}
