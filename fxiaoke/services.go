package fxiaoke

// Services are the typed objects, members of every [Client].
type Services struct{}

func newServices(*Client) Services { return Services{} }
