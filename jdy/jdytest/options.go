package jdytest

import "time"

// Account is one account set (账套) that authorised the application, as
// push_app_authorize tells it. Empty members get defaults.
type Account struct {
	ID              string // accountId, 19 digits
	Name            string // accountName
	Company         string // agreementCompanyName
	ServiceID       string // serviceId
	OuterInstanceID string // outerInstanceId; the default is the one of the application
	AppKey          string // appKey, 8 characters
	AppSecret       string // appSecret, 40 hex characters; see Server.RotateSecret
	Domain          string // domain, the value X-GW-Router-Addr must have
	Group           string // groupName
	Invalid         bool   // the row comes with status 0 and its token calls are refused
}

type config struct {
	clientID     string
	clientSecret string
	instance     string
	accounts     []Account
	clock        func() time.Time
	latency      time.Duration

	tokenLife      time.Duration
	tokensPerMin   int
	callsPerMin    int
	expiredStatus  int
	singleToken    bool
	bareToken      bool
	errcodeForm    bool
	seconds        bool
	strictRouter   bool
	strictFields   bool
	mixedTypes     bool
	clearPrivacy   bool
	encryptedSaves bool
	noNumbering    bool
	keepEntries    bool
	demo           bool
	windowLag      time.Duration
	noMasterTimes  bool
}

// Option changes how a [Server] behaves.
type Option func(*config)

// WithClient sets the application's client_id and client_secret. The secret is
// the AES key of private fields, so it must have 32 characters.
func WithClient(id, secret string) Option {
	return func(c *config) { c.clientID, c.clientSecret = id, secret }
}

// WithOuterInstanceID sets the application's outerInstanceId.
func WithOuterInstanceID(id string) Option { return func(c *config) { c.instance = id } }

// WithAccounts replaces the account sets that authorised the application. The
// first is the one the methods of [Server] itself seed and inspect.
func WithAccounts(a ...Account) Option { return func(c *config) { c.accounts = a } }

// WithClock sets the clock behind timestamps, token life, call limits, the
// times of records and the Date of answers. The default is time.Now. The
// function must be safe for concurrent use.
func WithClock(now func() time.Time) Option { return func(c *config) { c.clock = now } }

// WithLatency makes every call take at least d of real time.
func WithLatency(d time.Duration) Option { return func(c *config) { c.latency = d } }

// WithTokenLife sets how long an app-token is valid; the default is 24 hours.
func WithTokenLife(d time.Duration) Option { return func(c *config) { c.tokenLife = d } }

// WithTokenCallsPerMinute sets how many calls of kingdee_auth_token an account
// set has in any 60 seconds; the default is 2, 0 means no limit.
func WithTokenCallsPerMinute(n int) Option { return func(c *config) { c.tokensPerMin = n } }

// WithCallsPerMinute sets how many business calls an account set has in any 60
// seconds; the default is 500, 0 means no limit.
func WithCallsPerMinute(n int) Option { return func(c *config) { c.callsPerMin = n } }

// WithExpiredStatus sets the HTTP status of an expired app-token's answer
// (errcode 1000202001): 401, the default, 200 or 519.
func WithExpiredStatus(status int) Option { return func(c *config) { c.expiredStatus = status } }

// WithSingleToken makes a new app-token end the ones fetched before. By default
// all of them stay valid; which of the two the platform does is not known.
func WithSingleToken() Option { return func(c *config) { c.singleToken = true } }

// WithBareToken leaves access_token, expires and domain out of the token reply,
// as some replies do; only the JWT tells when it ends.
func WithBareToken() Option { return func(c *config) { c.bareToken = true } }

// WithErrcodeForm makes push_app_authorize answer in the documented envelope,
// {"errcode":0,"description":"成功"}, instead of {"code":200,"msg":"success"}.
func WithErrcodeForm() Option { return func(c *config) { c.errcodeForm = true } }

// WithSeconds accepts X-Api-TimeStamp in 10-digit seconds too.
func WithSeconds() Option { return func(c *config) { c.seconds = true } }

// WithStrictRouter refuses business calls without X-GW-Router-Addr. By default
// only a wrong address is refused.
func WithStrictRouter() Option { return func(c *config) { c.strictRouter = true } }

// WithStrictFields refuses query keys and body members the documentation does
// not have, which the platform ignores: a test that turns it on finds misspelt
// names.
func WithStrictFields() Option { return func(c *config) { c.strictFields = true } }

// WithMixedTypes varies JSON types from row to row the way real replies do:
// numbers as text and back, booleans as text or 0/1, null for empty text, fields
// the documentation does not have, and keys with a trailing blank.
func WithMixedTypes() Option { return func(c *config) { c.mixedTypes = true } }

// WithClearPrivacy sends private fields (phones, addresses, …) in clear text, as
// old account sets may. By default they come encrypted.
func WithClearPrivacy() Option { return func(c *config) { c.clearPrivacy = true } }

// WithEncryptedSaves takes private fields of saves encrypted; by default they
// are taken as they come.
func WithEncryptedSaves() Option { return func(c *config) { c.encryptedSaves = true } }

// WithoutNumbering takes the numbering rules away: a save without number or
// bill_no is refused instead of numbered by the fake.
func WithoutNumbering() Option { return func(c *config) { c.noNumbering = true } }

// WithMissingEntriesKept keeps entries an update leaves out. By default they are
// deleted; which of the two the platform does is not known.
func WithMissingEntriesKept() Option { return func(c *config) { c.keepEntries = true } }

// WithWindowLag hides records changed less than d ago (by the server's clock) from
// lists asked for with a modify window, as the platform was seen to do when
// modify_end_time is now.
func WithWindowLag(d time.Duration) Option { return func(c *config) { c.windowLag = d } }

// WithoutMasterTimes makes master-data lists (bd/) ignore the four time filters,
// which some say they do in spite of the documentation.
func WithoutMasterTimes() Option { return func(c *config) { c.noMasterTimes = true } }

// WithDemo fills the first account set with a small trading company: 320
// materials, customers, suppliers, orders, stock and vouchers.
func WithDemo() Option { return func(c *config) { c.demo = true } }

func defaultConfig() config {
	return config{
		clientID: "300017", clientSecret: "7c1f0a5b9d3e48c26b8a1f7e0d5c4b39", instance: "480012345678901234",
		clock: time.Now, tokenLife: 24 * time.Hour, tokensPerMin: 2, callsPerMin: 500, expiredStatus: 401,
	}
}
