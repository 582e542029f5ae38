package kingdee

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/testutil"
	"github.com/duijie-go/duijie/internal/transport"
)

// classWords are the words in which the contract tells what a client should do
// with a code, each with the verdict it means. Longer ones come first.
var classWords = []struct {
	words   string
	verdict transport.Verdict
}{
	{"auth: renew and retry once", verdict{Class: duijie.ClassUnauthenticated, Renew: true, NoEffect: true}},
	{"auth; sign anew and retry once", verdict{Class: duijie.ClassUnauthenticated, Renew: true, NoEffect: true, Skew: true}},
	{"auth", verdict{Class: duijie.ClassUnauthenticated}},
	{"permission", verdict{Class: duijie.ClassPermission}},
	{"bad request / not found", verdict{Class: duijie.ClassNotFound}},
	{"bad request", verdict{Class: duijie.ClassInvalid}},
	{"not found", verdict{Class: duijie.ClassNotFound}},
	{"server error", verdict{Class: duijie.ClassUnavailable}},
	{"business error", verdict{Class: duijie.ClassRefused}},
	{"success, or business error", verdict{Class: duijie.ClassRefused}},
	{"conflict: retry with backoff", verdict{Class: duijie.ClassUnavailable, NoEffect: true}},
	{"throttle", verdict{Class: duijie.ClassThrottled}},
	{"retry with long backoff", verdict{Class: duijie.ClassThrottled}},
	{"retry", verdict{Class: duijie.ClassUnavailable}},
}

// chapter cuts the text of a part of the contract, up to the next heading.
func chapter(t *testing.T, heading string) string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(testutil.Contracts(t), "kingdee.md"))
	require.NoError(t, err)
	_, text, found := strings.Cut(string(raw), "\n### "+heading)
	require.True(t, found, heading)
	text, _, _ = strings.Cut(text, "\n##")
	return text
}

// Every code of the contract's tables gets the class its row asks for, the
// codes of one row sharing it, and no code is left without a row of ours.
func TestEveryCodeOfTheContract(t *testing.T) {
	t.Parallel()
	row := regexp.MustCompile(`(?m)^\| ([0-9][0-9, ]*) \|(.*)\| ([^|]+) \|$`)
	for heading, c := range map[string]struct {
		from   origin
		status int
		body   func(code string) string
		codes  int
	}{
		"8.1": {msgCode, 200, func(code string) string { return refusedBody(code, "x") }, 16},
		"8.2": {gateway, 519, func(code string) string { return `{"errcode":` + code + `,"description":"x"}` }, 20},
	} {
		seen := 0
		for _, m := range row.FindAllStringSubmatch(chapter(t, heading), -1) {
			for code := range strings.SplitSeq(m[1], ",") {
				code = strings.TrimSpace(code)
				want, known := verdictOf(m[3])
				require.True(t, known, "code %s: nobody knows what %q means", code, m[3])
				seen++
				for _, s := range []shape{anyShape, statusShape, mixedShape, rowsShape, objectsShape, viewShape, reportShape, pushShape, fileShape, stockShape} {
					v := judged(s, c.status, c.body(code))
					require.Equal(t, want.Class, v.Class, "code %s, shape %d", code, s)
					require.Equal(t, [3]bool{want.Renew, want.NoEffect, want.Skew}, [3]bool{v.Renew, v.NoEffect, v.Skew}, "code %s, shape %d", code, s)
					require.Equal(t, code, v.Code)
				}
				ours := false
				for _, r := range table {
					ours = ours || r.from == c.from && r.code == code
				}
				require.True(t, ours || code == "0", "code %s is in the contract, and not in the table", code)
			}
		}
		require.Equal(t, c.codes, seen, heading)
	}
}

func verdictOf(words string) (transport.Verdict, bool) {
	for _, c := range classWords {
		if strings.HasPrefix(words, c.words) {
			return c.verdict, true
		}
	}
	return transport.Verdict{}, false
}

// Every message of the contract's list is judged with its code, and without one
// where old servers leave it out.
func TestEveryMessageOfTheContract(t *testing.T) {
	t.Parallel()
	type words = map[string]duijie.Class
	want := words{
		"会话信息已丢失，请重新登录":     duijie.ClassUnauthenticated,
		"元数据中标识为FXxx的字段不存在": duijie.ClassNotFound,
		"业务对象不存在":           duijie.ClassNotFound,
		`编码值["X"]不存在`:       duijie.ClassNotFound,
		"违反字段唯一性要求：编码唯一。[X]在当前系统中已经被使用。": duijie.ClassConflict,
		"字段“客户”是必填项": duijie.ClassRefused,
		"单据体实体【明细信息】第【1】行分录，【仓库】字段必录":   duijie.ClassRefused,
		"单据体“明细信息”第1行字段“仓库”是必填项":        duijie.ClassRefused,
		"第1行分录，数量大于入库上限！":               duijie.ClassRefused,
		"单据编号为“X”的销售出库单，单据已经审核！":        duijie.ClassRefused,
		"编码值或内码值必须传其一":                  duijie.ClassInvalid,
		"您没有...权限，请联系系统管理员":             duijie.ClassPermission,
		"只能删除创建/暂存/重新审核状态的数据":           duijie.ClassRefused,
		"第三方应用：X 不允许用户Y 登录，请联系系统管理员添加！": duijie.ClassUnauthenticated,
		"更新库存时出现可以忽略的异常数据，是否继续？":        duijie.ClassRefused,
	}
	row := regexp.MustCompile("(?m)^\\| `([^`]+)`[^|]*\\| ([^|]+) \\|")
	rows := row.FindAllStringSubmatch(chapter(t, "8.4"), -1)
	require.Len(t, rows, len(want))
	for _, m := range rows {
		class, ok := want[m[1]]
		require.True(t, ok, "a message without an expectation: %s", m[1])
		text := strings.ReplaceAll(m[1], `"`, `\"`)
		if strings.HasPrefix(m[2], "login") {
			require.Equal(t, class, judged(loginShape, 200, `{"LoginResultType":-1,"Message":"`+text+`"}`).Class, m[1])
			continue
		}
		code, _, _ := strings.Cut(m[2], " ")
		bodies := []string{`{"Result":{"ResponseStatus":{"IsSuccess":"false","Errors":[{"Message":"` + text + `"}]}}}`} // an old server
		if strings.Trim(code, "0123456789") == "" {
			bodies = append(bodies, refusedBody(code, text), "[["+refusedBody(code, text)+"]]")
		}
		for _, body := range bodies {
			require.Equal(t, class, judged(mixedShape, 200, body).Class, "%s in %s", m[1], body)
		}
	}
}

// What is not JSON is judged by its beginning, whatever was asked.
func TestEveryPlainTextOfTheContract(t *testing.T) {
	t.Parallel()
	for _, s := range []shape{anyShape, statusShape, mixedShape, batchShape, rowsShape, objectsShape, viewShape, reportShape, pushShape, taskShape, fileShape, stockShape, loginShape} {
		for body, want := range map[string]duijie.Class{
			`response_error:{"Message":"x","InnerExWrapper":{"Message":"y"},"InnerException":null}`: duijie.ClassUnavailable,
			"response_error:2026-01-01 00:00:00\nx":                                                 duijie.ClassUnavailable,
			"ByRspRetStatusCode -- N001: Unexpectable request":                                      duijie.ClassUnauthenticated,
			"<!DOCTYPE html><html>":                                                                 duijie.ClassUnavailable,
			"Additional text found in JSON string after finishing ...":                              duijie.ClassInvalid,
			"": duijie.ClassUnavailable,
			string(testutil.Sample(t, platform, "waf_blocked.json")): duijie.ClassInvalid,
		} {
			v := judged(s, 200, body)
			require.Equal(t, want, v.Class, "shape %d: %s", s, body)
			require.NotEmpty(t, v.Message)
		}
	}
}
