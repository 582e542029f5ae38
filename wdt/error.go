package wdt

import (
	"errors"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/transport"
)

// layer is who refused a call: the platform's application, or TOP before it.
type layer uint8

const (
	fromWDT layer = iota
	fromTOP
	fromEnterprise // the enterprise edition, whose codes nobody lists: its texts decide
)

// rule is one row of the error table: what is set must match, the first rule
// that matches decides.
type rule struct {
	layer layer
	codes string // codes parted by blanks; "" is any
	sub   string // beginning of the sub-code
	text  string // part of the text, letter case aside
	word  string // whole word, or words, of the text
	match *regexp.Regexp
	class duijie.Class
	skew  bool
	setup bool // every call would be refused like this, whatever it carries
	hint  string
}

// business are the codes under which the text decides: 100, and none at all.
const business = "100 -"

const (
	hintThrottle = "the platform advises 5 to 10 minutes of rest; lower the rate with WithRateLimiter"
	hintWindow   = "narrow the time window; LookupMethod tells the widest"
	hintTimes    = "give both times of the filter"
	hintRight    = "grant the interface account this method, and its shops and warehouses, in the ERP"
	hintExists   = "look the document up by its number; it is done if it matches"
	hintAuth     = "check sid, app key, secret:salt, gateway and the edition (旗舰版)"
	hintTop      = "check the Qimen app key and app secret"
	hintClock    = "set this machine's clock right, or the platform's: the Date of its answers tells no difference"
	hintNoQimen  = "Qimen does not have this method: use the direct gateway"
	hintOnQimen  = "the direct gateway does not have this method: use Qimen"
)

// timestampText is the refusal of a number that can be a time, in seconds or
// milliseconds; of another the value of a record is to blame.
var timestampText = regexp.MustCompile(`for input string: "?\d{9,13}\b`)

// rules is the error table of both gateways. Official pages:
// https://open.wangdian.cn/qjb (错误码) and the TOP manual.
var rules = []rule{
	// Texts of the application under any status.
	{text: "最大调用频率限制", class: duijie.ClassThrottled, hint: hintThrottle},
	{text: "最大并发次数限制", class: duijie.ClassThrottled, hint: hintThrottle},
	{word: "sid is not", class: duijie.ClassUnauthenticated, hint: hintAuth},
	{text: "app auth fail", class: duijie.ClassUnauthenticated, hint: hintAuth},
	{text: "验证失败", class: duijie.ClassUnauthenticated, hint: hintAuth},
	{text: "签名", class: duijie.ClassUnauthenticated, hint: hintAuth},
	{word: "sign", class: duijie.ClassUnauthenticated, hint: hintAuth},

	// Texts of business failures.
	{codes: business, text: "此方法仅支持分页查询", class: duijie.ClassInvalid, setup: true, hint: "call it with a *Query, so that page number and size are sent"},
	{codes: business, text: "查询时间过宽", class: duijie.ClassInvalid, hint: hintWindow},
	{codes: business, text: "开始时间与结束时间间隔最大", class: duijie.ClassInvalid, hint: hintWindow},
	{codes: business, text: "起止时间差最大", class: duijie.ClassInvalid, hint: hintWindow},
	{codes: business, text: "查询条件太过宽", class: duijie.ClassInvalid, hint: hintWindow},
	{codes: business, text: "参数中必须包含起止时间", class: duijie.ClassInvalid, hint: hintTimes},
	{codes: business, text: "时间参数必填", class: duijie.ClassInvalid, hint: hintTimes},
	{codes: business, text: "不能为空", class: duijie.ClassInvalid},
	{codes: business, text: "must not be null", class: duijie.ClassInvalid},
	{codes: business, text: "unparseable date", class: duijie.ClassInvalid, hint: "times are yyyy-MM-dd HH:mm:ss"},
	{codes: business, text: "日期格式不合法", class: duijie.ClassInvalid, hint: "times are yyyy-MM-dd HH:mm:ss"},
	{codes: business, text: "data truncation", class: duijie.ClassInvalid, hint: "a value is too long"},
	{codes: business, text: "超过数据库长度限制", class: duijie.ClassInvalid, hint: "a value is too long"},
	{codes: business, text: "外部单号超长", class: duijie.ClassInvalid, hint: "a value is too long"},
	{codes: business, text: "外部单号重复", class: duijie.ClassConflict, hint: hintExists},
	{codes: business, text: "此外部单已使用", class: duijie.ClassConflict, hint: hintExists},
	{codes: business, text: "已存在", class: duijie.ClassConflict, hint: hintExists},
	{codes: business, text: "单据不存在", class: duijie.ClassNotFound},
	{codes: business, text: "未找到对应的单据信息", class: duijie.ClassNotFound},
	{codes: business, text: "未找到符合条件的订单", class: duijie.ClassNotFound},
	{codes: business, text: "权限不足", class: duijie.ClassPermission, hint: hintRight},
	{codes: business, text: "无仓库访问权限", class: duijie.ClassPermission, hint: hintRight},
	{codes: business, text: "无该仓库权限", class: duijie.ClassPermission, hint: hintRight},
	{codes: business, text: "无权限", class: duijie.ClassPermission, hint: hintRight},
	{codes: business, text: "the api used internal only", class: duijie.ClassNotFound, setup: true, hint: hintOnQimen},
	{codes: business, text: "invalid http status", class: duijie.ClassUnavailable},
	{codes: business, text: "未知错误", class: duijie.ClassUnavailable},
	{codes: business, text: "SQL异常", class: duijie.ClassUnavailable},

	// Other statuses of the application. 100 with any other text is refused.
	{codes: "1", match: timestampText, class: duijie.ClassInvalid, setup: true, hint: "the timestamp is no 32-bit number"},
	{codes: "1", text: "for input string", class: duijie.ClassInvalid, hint: "a number is none the platform can read"},
	{codes: "1 2", class: duijie.ClassInvalid, setup: true, hint: "check names, number and order of the arguments"},
	{codes: "3", class: duijie.ClassUnauthenticated, hint: "the account demands a dynamic password"},
	{codes: "4 5 99", class: duijie.ClassUnavailable},
	{codes: "6", class: duijie.ClassUnauthenticated, hint: "put this machine's address on the platform's white list"},
	{codes: "7", class: duijie.ClassInvalid, skew: true, setup: true, hint: hintClock},
	{codes: "8", class: duijie.ClassInvalid, setup: true},

	// TOP, by sub-code first.
	{layer: fromTOP, sub: "accesscontrol.limited-by", class: duijie.ClassThrottled},
	{layer: fromTOP, codes: "4 5 6 7 8", class: duijie.ClassThrottled},
	{layer: fromTOP, sub: "isp.", class: duijie.ClassUnavailable},
	{layer: fromTOP, sub: "isv.permission", class: duijie.ClassPermission},
	{layer: fromTOP, codes: "15", sub: "isv.", class: duijie.ClassRefused},
	{layer: fromTOP, codes: "10 15", class: duijie.ClassUnavailable},
	{layer: fromTOP, codes: "11 12 13 42", class: duijie.ClassPermission, hint: "grant the application this scene on open.taobao.com"},
	{layer: fromTOP, codes: "22", class: duijie.ClassNotFound, setup: true, hint: hintNoQimen},
	{layer: fromTOP, codes: "25 28 29", class: duijie.ClassUnauthenticated, hint: hintTop},
	{layer: fromTOP, codes: "26 27", class: duijie.ClassUnauthenticated, hint: "authorise the TOP session again by hand; nothing here can renew it"},
	{layer: fromTOP, codes: "31", class: duijie.ClassInvalid, skew: true, setup: true, hint: hintClock},
	{layer: fromTOP, codes: "3 41 43", class: duijie.ClassInvalid}, // of values that were sent
	{layer: fromTOP, sub: "isv.", class: duijie.ClassRefused},
	{layer: fromTOP, codes: "9 21 23 24 30 32 33 34 40", class: duijie.ClassInvalid, setup: true},
	{layer: fromTOP, class: duijie.ClassRefused, setup: true},
}

func (r *rule) matches(from layer, code, sub, text, lower string) bool {
	if code == "" {
		code = "-"
	}
	return r.layer == from &&
		(r.codes == "" || strings.Contains(" "+r.codes+" ", " "+code+" ")) &&
		strings.HasPrefix(sub, r.sub) &&
		(r.text == "" || strings.Contains(lower, r.text) || strings.Contains(text, r.text)) &&
		(r.word == "" || hasWord(lower, r.word)) &&
		(r.match == nil || r.match.MatchString(lower))
}

// classify finds the rule of a refusal; what no rule knows is refused.
func classify(from layer, code, sub, text string) rule {
	lower := strings.ToLower(text)
	for i := range rules {
		if rules[i].matches(from, code, sub, text, lower) {
			return rules[i]
		}
	}
	return rule{class: duijie.ClassRefused}
}

// errSetup marks refusals that no record is to blame for.
var errSetup = errors.New("this concerns the whole setup, not one record")

// verdict is the table's word on a reply.
func (r *reply) verdict() transport.Verdict {
	v := transport.Verdict{Code: r.code, SubCode: r.subCode, Message: r.message, RequestID: r.requestID}
	if r.ok {
		return v
	}
	from, code := r.layer, r.code
	if from == fromEnterprise {
		from, code = fromWDT, "100"
	}
	found := classify(from, code, r.subCode, r.message)
	v.Class, v.Hint = found.class, found.hint
	v.Skew, v.NoEffect = found.skew, found.skew
	if found.setup {
		v.Cause = errSetup
	}
	if found.class == duijie.ClassThrottled {
		v.RetryAfter = banTime(r.message)
	}
	return v
}

var banText = regexp.MustCompile(`(?i)\b(\d{1,6}) more seconds?`)

// banTime is how long TOP says a call limit lasts, 0 when it does not.
func banTime(text string) time.Duration {
	m := banText.FindStringSubmatch(text)
	if m == nil {
		return 0
	}
	n, err := strconv.Atoi(m[1])
	if err != nil {
		return 0
	}
	return time.Duration(n) * time.Second
}

// hasWord tells whether word stands in text by itself, in ASCII letters.
func hasWord(text, word string) bool {
	letter := func(i int) bool {
		return i >= 0 && i < len(text) && (text[i] >= 'a' && text[i] <= 'z' || text[i] == '_')
	}
	for from := 0; ; {
		i := strings.Index(text[from:], word)
		if i < 0 {
			return false
		}
		i += from
		if !letter(i-1) && !letter(i+len(word)) {
			return true
		}
		from = i + len(word)
	}
}
