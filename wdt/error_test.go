package wdt

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
)

func TestErrorTable(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		code, text string
		want       duijie.Class
	}{
		{"1", "invalid argument count", duijie.ClassInvalid},
		{"1", "argument type mismatch", duijie.ClassInvalid},
		{"1", "参数个数错误", duijie.ClassInvalid},
		{"1", "sid is not exists", duijie.ClassUnauthenticated},
		{"1", "sid is not found", duijie.ClassUnauthenticated},
		{"1", "验证失败", duijie.ClassUnauthenticated},
		{"1", "app auth fail", duijie.ClassUnauthenticated},
		{"1", `For input string: "1665947116495"`, duijie.ClassInvalid},
		{"2", "foo", duijie.ClassInvalid},
		{"3", "", duijie.ClassUnauthenticated},
		{"4", "数据库异常", duijie.ClassUnavailable},
		{"5", "", duijie.ClassUnavailable},
		{"6", "IP不在白名单", duijie.ClassUnauthenticated},
		{"7", "时间戳错误", duijie.ClassInvalid},
		{"8", "版本错误", duijie.ClassInvalid},
		{"99", "其他", duijie.ClassUnavailable},
		{"100", "超过每分钟最大调用频率限制，请稍后重试", duijie.ClassThrottled},
		{"100", "超过每分钟最大调用频率限制,请稍后重试", duijie.ClassThrottled},
		{"100", "超过每分钟最大并发次数限制，请稍后重试", duijie.ClassThrottled},
		{"99", "超过每分钟最大并发次数限制,请稍后重试", duijie.ClassThrottled},
		{"100", "此方法仅支持分页查询", duijie.ClassInvalid},
		{"100", "您的查询时间过宽,查询时间不能大于30天", duijie.ClassInvalid},
		{"100", "开始时间与结束时间间隔最大30天", duijie.ClassInvalid},
		{"100", "起止时间差最大1小时", duijie.ClassInvalid},
		{"100", "您的查询条件太过宽", duijie.ClassInvalid},
		{"100", "参数中必须包含起止时间", duijie.ClassInvalid},
		{"100", "时间参数必填", duijie.ClassInvalid},
		{"100", "end_time 不能为空", duijie.ClassInvalid},
		{"100", "shop_no must not be null", duijie.ClassInvalid},
		{"100", `Unparseable date: "2020/1/1"`, duijie.ClassInvalid},
		{"100", "日期格式不合法", duijie.ClassInvalid},
		{"100", "权限不足", duijie.ClassPermission},
		{"100", "无仓库访问权限", duijie.ClassPermission},
		{"100", "无该仓库权限", duijie.ClassPermission},
		{"100", "仓库编号为 1001x 的仓库不存在或无权限", duijie.ClassPermission},
		{"100", "The API used internal only: wms.stockin.PreStockin.search", duijie.ClassNotFound},
		{"100", "外部单号重复!", duijie.ClassConflict},
		{"100", "此外部单已使用", duijie.ClassConflict},
		{"100", "订单编号已存在", duijie.ClassConflict},
		{"100", "商家编码已存在", duijie.ClassConflict},
		{"100", "单据不存在", duijie.ClassNotFound},
		{"100", "未找到对应的单据信息", duijie.ClassNotFound},
		{"100", "未找到符合条件的订单", duijie.ClassNotFound},
		{"100", "SQL异常: Data truncation: Data too long", duijie.ClassInvalid},
		{"100", "超过数据库长度限制", duijie.ClassInvalid},
		{"100", "外部单号超长", duijie.ClassInvalid},
		{"100", "invalid http status 502", duijie.ClassUnavailable},
		{"100", "未知错误", duijie.ClassUnavailable},
		{"100", "SQL异常", duijie.ClassUnavailable},
		{"100", "签名错误", duijie.ClassUnauthenticated},
		{"5", "wrong sign", duijie.ClassUnauthenticated},
		{"100", "consign_status 不存在", duijie.ClassRefused},
		{"100", "供应商不存在", duijie.ClassRefused},
		{"100", "", duijie.ClassRefused},
		{"12345", "", duijie.ClassRefused},
		{"", "", duijie.ClassRefused},
		// Business texts count under business failures only.
		{"4", "不能为空", duijie.ClassUnavailable},
	} {
		got := classify(fromWDT, tt.code, "", tt.text)
		require.Equal(t, tt.want.String(), got.class.String(), "%s %s", tt.code, tt.text)
		require.Equal(t, tt.code == "7", got.skew)
	}
}

func TestTOPTable(t *testing.T) {
	t.Parallel()
	classes := map[duijie.Class]string{
		duijie.ClassThrottled:       "4 5 6 7 8",
		duijie.ClassUnavailable:     "10 15",
		duijie.ClassPermission:      "11 12 13 42",
		duijie.ClassNotFound:        "22",
		duijie.ClassUnauthenticated: "25 26 27 28 29",
		duijie.ClassInvalid:         "3 9 21 23 24 30 31 32 33 34 40 41 43",
		duijie.ClassRefused:         "0 1 44 900",
	}
	for class, codes := range classes {
		for code := range strings.FieldsSeq(codes) {
			got := classify(fromTOP, code, "", "验证失败")
			require.Equal(t, class.String(), got.class.String(), code)
			require.Equal(t, code == "31", got.skew, code)
		}
	}
	for _, tt := range []struct {
		code, sub string
		want      duijie.Class
	}{
		{"15", "isp.remote-connection-error", duijie.ClassUnavailable},
		{"15", "isv.invalid-parameter", duijie.ClassRefused},
		{"41", "isp.top-remote-unknown-error", duijie.ClassUnavailable},
		{"7", "accesscontrol.limited-by-app-access-count", duijie.ClassThrottled},
		{"99", "accesscontrol.limited-by-api-access-count", duijie.ClassThrottled},
		{"40", "isv.permission-api-package-empty", duijie.ClassPermission},
	} {
		require.Equal(t, tt.want.String(), classify(fromTOP, tt.code, tt.sub, "").class.String(), tt)
	}
	require.Contains(t, classify(fromTOP, "22", "", "").hint, "direct gateway")
}

func TestBanTime(t *testing.T) {
	t.Parallel()
	require.Equal(t, 7*time.Second, banTime("App Call Limited: This ban will last for 7 more seconds"))
	require.Equal(t, time.Second, banTime("This ban will last for 1 more second"))
	require.Zero(t, banTime("App Call Limited"))
	require.Zero(t, banTime("99999999999999999999 more seconds"))
	_, v := judgeOn(Qimen, 200, `{"error_response":{"code":7,"msg":"App Call Limited","sub_code":"accesscontrol.limited-by-app-access-count","sub_msg":"This ban will last for 42 more seconds"}}`, false, true)
	require.Equal(t, 42*time.Second, v.RetryAfter)
	require.Equal(t, "accesscontrol.limited-by-app-access-count", v.SubCode)
	require.Equal(t, "App Call Limited: This ban will last for 42 more seconds", v.Message)
}

func TestHasWord(t *testing.T) {
	t.Parallel()
	require.True(t, hasWord("wrong sign", "sign"))
	require.True(t, hasWord("sign错误", "sign"))
	require.True(t, hasWord("consign sign", "sign"))
	require.False(t, hasWord("consign", "sign"))
	require.False(t, hasWord("signed", "sign"))
	require.False(t, hasWord("wdt_sign_x", "sign"))
}

// contractClasses are the contract's words for a class, by their beginning.
var contractClasses = []struct {
	words string
	class duijie.Class
}{
	{"**throttle**", duijie.ClassThrottled},
	{"auth", duijie.ClassUnauthenticated},
	{"permission", duijie.ClassPermission},
	{"permanent on direct", duijie.ClassNotFound},
	{"permanent", duijie.ClassInvalid},
	{"retry later", duijie.ClassUnavailable},
	{"server fault", duijie.ClassUnavailable},
	{"fix the clock", duijie.ClassInvalid},
	{"**already exists**", duijie.ClassConflict},
	{"not found", duijie.ClassNotFound},
}

func contractClass(t *testing.T, words string) duijie.Class {
	t.Helper()
	for _, c := range contractClasses {
		if strings.HasPrefix(words, c.words) {
			return c.class
		}
	}
	t.Fatalf("%q is no class this test knows", words)
	return duijie.ClassOK
}

var bracketed = regexp.MustCompile(`\([^)]*\)`)

// Every status and every text of the contract's tables has the class they give it.
func TestErrorTablesAreTheContracts(t *testing.T) {
	t.Parallel()
	statuses, texts := 0, 0
	for _, row := range cells(chapter(t, "### 3.4 ", "## 4. ")) {
		switch {
		case len(row) == 3 && row[2] != "" && row[2] != "class": // status, meaning, class
			want := contractClass(t, row[2])
			for status := range strings.SplitSeq(row[0], ", ") {
				examples := quoted.FindAllStringSubmatch(row[1], -1)
				for _, m := range examples {
					if m[1] == "v" || m[1] == "1.0" {
						continue
					}
					require.Equal(t, want.String(), classify(fromWDT, status, "", m[1]).class.String(), "%s %s", status, m[1])
				}
				if status != "1" { // under 1 the text decides
					got := classify(fromWDT, status, "", "无")
					require.Equal(t, want.String(), got.class.String(), status)
					require.Equal(t, strings.HasPrefix(row[2], "fix the clock"), got.skew, status)
				}
				statuses++
			}
		case len(row) == 2 && row[0] != "text contains" && code(row[0]) != "":
			want := contractClass(t, row[1])
			for _, m := range quoted.FindAllStringSubmatch(bracketed.ReplaceAllString(row[0], ""), -1) {
				for _, text := range []string{m[1], "x," + m[1] + "!", "x，" + m[1] + "，请稍后重试"} {
					got := classify(fromWDT, "100", "", text)
					require.Equal(t, want.String(), got.class.String(), text)
				}
				texts++
			}
		}
	}
	require.Equal(t, 12, statuses)
	require.Equal(t, 32, texts)

	_, top, found := strings.Cut(chapter(t, "### 4.5 ", "### 4.6 "), "TOP codes (class)")
	require.True(t, found)
	codes := 0
	for _, m := range regexp.MustCompile(`(?:^|[^\d.])(\d{1,2})(?:[ ,;]|$)`).FindAllStringSubmatch(top, -1) {
		require.NotEqual(t, duijie.ClassRefused.String(), classify(fromTOP, m[1], "", "").class.String(), m[1])
		codes++
	}
	require.Greater(t, codes, 25)
}
