package fxiaoketest

import "time"

// Option changes how a [Server] behaves.
type Option func(*config)

type config struct {
	appID, appSecret, permanentCode string
	ea, corpID                      string
	openUserID, employeeID          string
	clock                           func() time.Time
	credentialCodes                 bool
	strict                          bool
	rate, tokenRate                 int
	daily                           int
	noQuota                         bool
	latency                         time.Duration
	missingCode                     int
	invalidShown                    bool
	noDataID, dataIDInside          bool
	textCodes                       bool
	demo                            bool
}

func defaultConfig() config {
	return config{
		appID: "FSAID_131aa10", appSecret: "5f0c0d4be1a94d2e8c7b6a5948372615", permanentCode: "7A1BC0FFEE0D4E2F9A8B7C6D5E4F3A2B",
		ea: "duijie8888", corpID: "FSCID_1A2B3C4D5E6F708192A3B4C5D6E7F809",
		openUserID: "FSUID_3C4D5E6F708192A3B4C5D6E7F8091A2B", employeeID: "1000",
		clock: time.Now, rate: 100, tokenRate: 10,
	}
}

// WithApp sets appId, appSecret and permanentCode.
func WithApp(appID, appSecret, permanentCode string) Option {
	return func(c *config) { c.appID, c.appSecret, c.permanentCode = appID, appSecret, permanentCode }
}

// WithEnterprise sets the enterprise account and the corpId.
func WithEnterprise(ea, corpID string) Option { return func(c *config) { c.ea, c.corpID = ea, corpID } }

// WithClock sets the server's clock; by default it is time.Now.
func WithClock(now func() time.Time) Option { return func(c *config) { c.clock = now } }

// WithCredentialCodes refuses a wrong application with the documented 20006 and a wrong
// permanentCode with 20015. By default both are 10006, as was seen.
func WithCredentialCodes() Option { return func(c *config) { c.credentialCodes = true } }

// WithStrict refuses what the platform may or may not refuse: a missing or malformed
// thirdTraceId, a create without owner, an update of owner.
func WithStrict() Option { return func(c *config) { c.strict = true } }

// WithRate sets how many calls one path takes in 20 seconds of the server's clock, 100 by
// default; 0 is no limit.
func WithRate(n int) Option { return func(c *config) { c.rate = n } }

// WithTokenRate sets how many token calls a minute are served, 10 by default; 0 is no
// limit.
func WithTokenRate(n int) Option { return func(c *config) { c.tokenRate = n } }

// WithDailyQuota sets how many business calls a day of China time are served; by default
// there is no end.
func WithDailyQuota(n int) Option { return func(c *config) { c.daily = n } }

// WithoutQuota is a tenant that bought no calls: every business call is refused.
func WithoutQuota() Option { return func(c *config) { c.noQuota = true } }

// WithLatency makes every call take d longer, real time.
func WithLatency(d time.Duration) Option { return func(c *config) { c.latency = d } }

// WithMissingRefused makes get of an absent record answer this errorCode. By default it
// answers success with empty data.
func WithMissingRefused(code int) Option { return func(c *config) { c.missingCode = code } }

// WithInvalidShown leaves invalidated records in query results. By default they are not
// found: which of the two the platform does is not documented.
func WithInvalidShown() Option { return func(c *config) { c.invalidShown = true } }

// WithoutDataID leaves dataId out of create's answer, as the manual's example for custom
// objects does.
func WithoutDataID() Option { return func(c *config) { c.noDataID = true } }

// WithDataIDInside puts dataId into data instead of beside it.
func WithDataIDInside() Option { return func(c *config) { c.dataIDInside = true } }

// WithTextErrorCodes sends errorCode as a numeric text.
func WithTextErrorCodes() Option { return func(c *config) { c.textCodes = true } }

// WithDemo fills the fake with flow 4: [DemoObject] and some customers and products.
func WithDemo() Option { return func(c *config) { c.demo = true } }
