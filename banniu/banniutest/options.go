package banniutest

import "time"

// Codes are the numbers of refusals. The platform's own are not published; these are
// made up and can be replaced by [WithCodes].
type Codes struct {
	Signature  int // sign does not match
	Token      int // unknown app_key or access_token
	Parameter  int // a parameter is missing or malformed
	Throttled  int // too many calls
	Method     int // unknown method, or one on the wrong path or verb
	Value      int // a cell can not hold the value
	NoSuchTask int // the task is not there
}

// CreateAnswer is the form of task.create's map.result, which no client was seen to
// read.
type CreateAnswer string

// Forms of task.create's answer.
const (
	CreateAnswersTaskID CreateAnswer = "task_id" // {"task_id":"90001"}, the default
	CreateAnswersMinus1 CreateAnswer = "-1"      // {"-1":"90001"}
	CreateAnswersZero   CreateAnswer = "0"       // {"0":90001}
	CreateAnswersBare   CreateAnswer = "bare"    // "90001"
	CreateAnswersNumber CreateAnswer = "number"  // 90001
	CreateAnswersNull   CreateAnswer = "null"    // null: the id has to be looked up
)

// Option changes how a [Server] behaves.
type Option func(*config)

type config struct {
	appKey, appSecret, token string
	clock                    func() time.Time
	tolerance                time.Duration
	codes                    Codes
	rate                     int
	latency                  time.Duration
	create                   CreateAnswer
	taskAsArray              bool
	missingEmpty             bool
	nullCells                bool
	numberCells              bool
	newestFirst              bool
	exclusiveEnd             bool
	fillDelay                time.Duration
	failuresUnsaid           bool
	topLevelErrors           bool
	demo                     bool
}

func defaultConfig() config {
	return config{
		appKey: "1000000042", appSecret: "6f1d0c9b8a7e5d4c3b2a190807f6e5d4", token: "tok-fake-5b7d9e21",
		clock: time.Now, create: CreateAnswersTaskID,
		codes: Codes{
			Signature: 1001, Token: 1002, Parameter: 1003, Throttled: 1004, Method: 1005, Value: 2001, NoSuchTask: 2002,
		},
	}
}

// WithApp sets app_key, app_secret and access_token.
func WithApp(appKey, appSecret, accessToken string) Option {
	return func(c *config) { c.appKey, c.appSecret, c.token = appKey, appSecret, accessToken }
}

// WithClock sets the server's clock; by default it is time.Now.
func WithClock(now func() time.Time) Option { return func(c *config) { c.clock = now } }

// WithClockTolerance refuses requests whose timestamp is further off than d. By
// default any is taken: the platform's tolerance is not known.
func WithClockTolerance(d time.Duration) Option { return func(c *config) { c.tolerance = d } }

// WithCodes sets the numbers of refusals.
func WithCodes(codes Codes) Option { return func(c *config) { c.codes = codes } }

// WithRate refuses calls above n in one second of the server's clock. By default
// there is no limit.
func WithRate(n int) Option { return func(c *config) { c.rate = n } }

// WithLatency makes every call take d longer, real time.
func WithLatency(d time.Duration) Option { return func(c *config) { c.latency = d } }

// WithCreateAnswer sets the form of task.create's answer.
func WithCreateAnswer(a CreateAnswer) Option { return func(c *config) { c.create = a } }

// WithTaskAsArray makes task.getTask answer an array of one row.
func WithTaskAsArray() Option { return func(c *config) { c.taskAsArray = true } }

// WithMissingTaskEmpty makes task.getTask of an absent task answer code 0 with a null
// result. By default it is refused.
func WithMissingTaskEmpty() Option { return func(c *config) { c.missingEmpty = true } }

// WithNullCells sends empty cells as null instead of leaving them out.
func WithNullCells() Option { return func(c *config) { c.nullCells = true } }

// WithNumberCells sends user ids, the status and cells of number columns as numbers
// instead of texts, and column ids as texts instead of numbers.
func WithNumberCells() Option { return func(c *config) { c.numberCells = true } }

// WithNewestFirst sorts lists by modification time, newest first, so that a task that
// changes moves to page 1. By default lists stand in the order of task ids.
func WithNewestFirst() Option { return func(c *config) { c.newestFirst = true } }

// WithExclusiveEnd leaves a task made in the second of end_created out of the window.
// By default both bounds belong to it.
func WithExclusiveEnd() Option { return func(c *config) { c.exclusiveEnd = true } }

// WithFillDelay hides the cells of [Column.Late] columns until d after a task was made,
// by the server's clock.
func WithFillDelay(d time.Duration) Option { return func(c *config) { c.fillDelay = d } }

// WithFailuresUnsaid makes task.batchUpdate leave out the texts of entries that failed.
func WithFailuresUnsaid() Option { return func(c *config) { c.failuresUnsaid = true } }

// WithTopLevelErrors answers refusals as a bare {"code":…,"msg":…} without response.
func WithTopLevelErrors() Option { return func(c *config) { c.topLevelErrors = true } }

// WithDemo fills the fake with [DemoProject]: goods of an after-sales sheet.
func WithDemo() Option { return func(c *config) { c.demo = true } }
