package dingtalktest

import "time"

// App is one Yida application (应用) of the organisation.
type App struct {
	Type  string // appType, APP_…
	Token string // systemToken, the application secret of its settings page
}

type config struct {
	corpID, appKey, appSecret           string
	suiteKey, suiteSecret, suiteTicket  string
	apps                                []App
	robotToken, robotSecret, robotWord  string
	agentID                             int64
	clock                               func() time.Time
	latency                             time.Duration
	tokenLife                           time.Duration
	qps, monthlyCalls, monthlyMessages  int
	scopes                              []string // nil: every permission
	indexLag                            time.Duration
	deepCap                             int
	yidaStatus                          int
	noLegacy, separateTokens            bool
	keyNotMatch, ignoreUnknown          bool
	strictFields, exclusive, plainTimes bool
	largeBatches, atomicBatches         bool
	exactUpsert, robotPerMinuteOff      bool
	oldMetadata, tablesCut              bool
	textCodes, subCodeInText, capitals  bool
	batchTime                           time.Duration
	demo                                bool
}

// Option changes how a [Server] behaves.
type Option func(*config)

// WithCredentials sets the application's key (client id) and secret.
func WithCredentials(key, secret string) Option {
	return func(c *config) { c.appKey, c.appSecret = key, secret }
}

// WithCorp sets the organisation's corpId.
func WithCorp(id string) Option { return func(c *config) { c.corpID = id } }

// WithSuite sets the key, secret and ticket of a third-party (ISV) application;
// "" for the ticket takes any text, as for applications under test.
func WithSuite(key, secret, ticket string) Option {
	return func(c *config) { c.suiteKey, c.suiteSecret, c.suiteTicket = key, secret, ticket }
}

// WithApps replaces the Yida applications. The first is the one [Server.AppType]
// names and forms belong to by default.
func WithApps(a ...App) Option { return func(c *config) { c.apps = a } }

// WithRobot sets the token of the robot's webhook and its signing secret (SEC…);
// without a secret messages need no signature, but must hold the keyword, if one
// is given.
func WithRobot(token, secret, keyword string) Option {
	return func(c *config) { c.robotToken, c.robotSecret, c.robotWord = token, secret, keyword }
}

// WithoutRobotLimit takes away the robot's limit of 20 messages a minute.
func WithoutRobotLimit() Option { return func(c *config) { c.robotPerMinuteOff = true } }

// WithAgentID sets the agent_id work notices must carry.
func WithAgentID(id int64) Option { return func(c *config) { c.agentID = id } }

// WithClock sets the clock behind tokens, limits, times of rows, the index lag and
// signatures. The default is time.Now. The function must be safe for concurrent
// use.
func WithClock(now func() time.Time) Option { return func(c *config) { c.clock = now } }

// WithLatency makes every call take at least d of real time.
func WithLatency(d time.Duration) Option { return func(c *config) { c.latency = d } }

// WithTokenLife sets how long an access token lives; the default is 7200 seconds.
func WithTokenLife(d time.Duration) Option { return func(c *config) { c.tokenLife = d } }

// WithQPS sets how many calls of one path an application has in any second; the
// default is 20, 0 means no limit.
func WithQPS(n int) Option { return func(c *config) { c.qps = n } }

// WithMonthlyQuota sets how many calls that count, and how many webhook messages,
// the organisation has in a month of Beijing time: 5,000 and 3,000 in the standard
// edition. The default is no limit.
func WithMonthlyQuota(calls, messages int) Option {
	return func(c *config) { c.monthlyCalls, c.monthlyMessages = calls, messages }
}

// WithScopes leaves the application only these permissions (Yida.Form.Read, …);
// the default is all.
func WithScopes(scopes ...string) Option {
	return func(c *config) { c.scopes = append([]string{}, scopes...) }
}

// WithoutLegacy takes away the permission for the version 1.0 operations that have
// a 2.0 form, as for applications created after 2024-11-01.
func WithoutLegacy() Option { return func(c *config) { c.noLegacy = true } }

// WithSeparateTokens makes the old gateway take tokens of gettoken only, and the
// new gateway its own only. By default both take both, as seen in the field.
func WithSeparateTokens() Option { return func(c *config) { c.separateTokens = true } }

// WithIndexLag makes rows show in searches only d after they were written, by the
// server's clock; by id they are there at once. The default is no lag.
func WithIndexLag(d time.Duration) Option { return func(c *config) { c.indexLag = d } }

// WithExactUpsert makes insertOrUpdate look at the rows themselves. By default it
// looks at the index like a search, so that a repeat within the index lag writes a
// second row; which of the two the platform does is not known.
func WithExactUpsert() Option { return func(c *config) { c.exactUpsert = true } }

// WithDeepPagingCap sets how many rows deep (page times size) a query may go; the
// default is 5,000, the platform's later figure is 30,000.
func WithDeepPagingCap(rows int) Option { return func(c *config) { c.deepCap = rows } }

// WithYidaStatus sets the HTTP status of the Yida codes that come with 400 or 500;
// the default is 400.
func WithYidaStatus(status int) Option { return func(c *config) { c.yidaStatus = status } }

// WithAccessKeyNotMatch answers a wrong systemToken with
// invalidParameter.parameter.accessKeyNotMatch, the other of the two candidates.
func WithAccessKeyNotMatch() Option { return func(c *config) { c.keyNotMatch = true } }

// WithUnknownComponentsIgnored drops values of components a form has not, instead
// of refusing them; which of the two the platform does is not known.
func WithUnknownComponentsIgnored() Option { return func(c *config) { c.ignoreUnknown = true } }

// WithStrictFields refuses query keys and body members the documentation has not,
// which the platform ignores: a test that turns it on finds misspelt names.
func WithStrictFields() Option { return func(c *config) { c.strictFields = true } }

// WithExclusiveBetween makes both ends of between and of ranges exclusive. By
// default they are inclusive; which of the two the platform does is not known.
func WithExclusiveBetween() Option { return func(c *config) { c.exclusive = true } }

// WithOldMetadata makes the application one with old metadata: rows are sorted by
// guid and yida_serial_no in place of pid and serial_no.
func WithOldMetadata() Option { return func(c *config) { c.oldMetadata = true } }

// WithPlainTimes answers times as 2018-01-24 11:22:01, the manual's second form,
// in place of 2018-01-24T11:22Z. Both are Beijing time.
func WithPlainTimes() Option { return func(c *config) { c.plainTimes = true } }

// WithLargeBatches raises batchSave from 100 to 500 rows with rules off and from
// 100 to 200 asynchronously: the figures of the other manual page.
func WithLargeBatches() Option { return func(c *config) { c.largeBatches = true } }

// WithBatchTime makes a batch take d, by the server's clock, where its caller does not
// see it end: one that runs asynchronously, whose rows nobody sees before, and one whose answer
// is lost. Another batch on the form is refused meanwhile. The default is no time.
func WithBatchTime(d time.Duration) Option { return func(c *config) { c.batchTime = d } }

// WithTablesCut cuts sub-tables to 50 rows wherever a row is read, as the platform
// may do; innerTables still has all.
func WithTablesCut() Option { return func(c *config) { c.tablesCut = true } }

// WithTextErrcodes answers errcode of the old gateway as text, as the manual's
// examples do.
func WithTextErrcodes() Option { return func(c *config) { c.textCodes = true } }

// WithSubCodeInText leaves sub_code and sub_msg out of errcode 88: they stand in
// errmsg alone.
func WithSubCodeInText() Option { return func(c *config) { c.subCodeInText = true } }

// WithCapitalErrors writes the members of the new gateway's errors as Code, Message,
// RequestId and AccessDeniedDetail, which the vendor's client takes too.
func WithCapitalErrors() Option { return func(c *config) { c.capitals = true } }

// WithAtomicBatches makes a batch with a refused row write nothing. By default the
// rows before it are written; which of the two the platform does is not known.
func WithAtomicBatches() Option { return func(c *config) { c.atomicBatches = true } }

// WithDemo adds the forms of the product approval flow, [DemoForm] with a few rows
// among them.
func WithDemo() Option { return func(c *config) { c.demo = true } }

func defaultConfig() config {
	return config{
		corpID: "ding8f1c2d3e4b5a69780", appKey: "dingfakeappkey000001", appSecret: "fake-app-secret-5d41402abc4b2a76b9719d911017c592",
		suiteKey: "suitefakesuite000001", suiteSecret: "fake-suite-secret-7d793037a0760186574b0282f2f435e7",
		apps:       []App{{Type: "APP_FAKE000000000000001", Token: "FAKESYSTEMTOKEN0000000000000000000000001"}},
		robotToken: "2f0c8a51b7d94e6f8a3c1e5d7b9f0a2c4e6d8b0a1c3e5f7a9b1d3f5e7c9a0b2d", robotSecret: "SECfake0f1e2d3c4b5a69788796a5b4c3d2e1f00112233445566778899aabbccdd",
		agentID: 1200000001, clock: time.Now, tokenLife: 7200 * time.Second, qps: 20, deepCap: 5000,
	}
}
