package duijie

// Version is the version of this module, sent in the User-Agent header.
const Version = "0.1.0"

// DefaultUserAgent is the User-Agent of every call unless [WithUserAgent] sets another.
const DefaultUserAgent = "duijie/" + Version + " (+https://github.com/duijie-go/duijie)"
