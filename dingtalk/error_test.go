package dingtalk

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/testutil"
	"github.com/duijie-go/duijie/internal/transport"
)

var testNow = time.Date(2026, 2, 10, 12, 0, 0, 0, duijie.China)

func judged(g Gateway, path string, status int, body string) verdict {
	r := &request{gateway: &gateway{kind: g}, op: operationOf(g, "POST", path)}
	_, v := judge(r, &transport.Answer{Status: status, Header: http.Header{}, Body: []byte(body)}, testNow)
	return v
}

// documented is every code the contract lists, by what a caller can do about it.
var documented = []struct {
	g        Gateway
	statuses string
	codes    string
	class    duijie.Class
	cause    error
}{
	{API, "400 401", "InvalidAuthentication accesstoken.expired AuthenticationFailed.MissingParameter invalidClientIdOrSecret invalid.client invalidSuiteKey invalidSuiteTicket invalidAuthInfo unsupported.grant.type", duijie.ClassUnauthenticated, nil},
	{API, "401", "unauthorized.client", duijie.ClassPermission, nil},
	{API, "403", "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi Forbidden.AccessDenied.QpmLimitForAppkeyAndApi Forbidden.AccessDenied.QpsLimitForSuitekeyAndOrgAndApi Forbidden.AccessDenied.QpmLimitForSuitekeyAndOrgAndApi Forbidden.AccessDenied.QpsLimitForApi", duijie.ClassThrottled, nil},
	{API, "403", "Forbidden.AccessDenied.ApiCountLimitForOrg", duijie.ClassThrottled, ErrQuota},
	{API, "403", "Forbidden.AccessDenied.AccessTokenPermissionDenied Forbidden.AccessDenied.IpNotInWhiteList forbidden.accessDenied forbidden.other permissionDenied needAuth", duijie.ClassPermission, nil},
	{API, "429", "system.busy systemBusy neverSeen", duijie.ClassThrottled, nil},
	{API, "400 500", "failure.operation.tooManyVisitors failure.operation.requestTooFast failure.operation.operatingFrequencyTooFast autoflowLikeTriggerRateLimited qps.exceed.limit request.overlimit requestTooMuch", duijie.ClassThrottled, nil},
	{API, "500", "unknownError systemError server.error innerError unclassifiedError failure.businessError.any systemRuntimeException.exception.systemException systemRuntimeException.exception.platformUnknownException", duijie.ClassUnavailable, nil},
	{API, "502 503 504", "serviceBusy neverSeen", duijie.ClassUnavailable, nil},
	{API, "400", "sysErrror internalError", duijie.ClassUnavailable, nil},
	{API, "400", "neverSeen", duijie.ClassRefused, nil},
	{API, "400", "failure.batchOperation.batchDeletingSequenceIsPerforming failure.batchOperation.currentFormIsExecutingBatchDeleting invalidState.batchOperation.previousBatchUpdatingIsRunning invalidState.batchOperation.runningImportTaskExceedLimit invalidState.openSearch.currentFormIsRebuilding failure.operation.operationDeniedDuringThePublishPeriod failure.operation.operationDeniedDuringTheRollbackPeriod", duijie.ClassThrottled, ErrFormBusy},
	{API, "400 500", "noPermission.permission.deny noPermission.access.illegalIp failure.user.userNotExist invalidState.account.accountNotAuthorized invalidVersion.unsupported", duijie.ClassPermission, nil},
	{API, "400 500", "invalidState.authorization.invalidAuthorizationInformation invalidParameter.parameter.accessKeyNotMatch applicationNotExist.application.applicationNotExits applicationNotExist.application.notExits invalidState.form.formNotExist invalidParameter.parameter.incorrectFormUuid invalidParameter.corp.corpNotExist", duijie.ClassUnauthenticated, nil},
	{API, "400 500", "invalidParameter.validation.parameterValidationFailed invalidParameter.parameter.parameterIsEmpty invalidParameter.parameter.error invalidParameter.methodInputs.invalidFormat invalidParameter.json.componentValuesEmptyInSearchFieldJson failure.operation.exceptionOccurredInSearch invalidParameter.parameter.expectDoubleButNonNumeric invalidParameter.parameter.typeOfArrayItemCanNotBeString invalidParameter.parameter.arrayLengthExceed invalidParameter.parameter.doubleTypeLengthExceed invalidParameter.parameter.exceedLengthLimit invalidParameter.parameter.optionValueOfRadioSelectFieldExceed invalidState.openSearch.failToSaveData invalidData.any fieldTooMuch.any invalidParameter.number.exceedMax", duijie.ClassInvalid, nil},
	{API, "400 500", "invalidState.form.componentIsDeleted", duijie.ClassInvalid, ErrNoComponent},
	{API, "400", "invalidState.form.formDataIsBlank invalidState.form.invalidFormData failure.form.canNotPaasSubmissionRulesCheck invalidState.any.thing failure.any.thing cacheNotExists.any invalidVersion.any", duijie.ClassRefused, nil},
	{API, "400", "invalidState.form.dataDoesNotExistOrIsDeleted dataNotExist dataNotExist.any processInstanceNotExist", duijie.ClassNotFound, nil},
	{API, "400", "failure.operation.receiptFormCanNotStartInstance failure.operation.processFormCanNotSaveReceiptFormData", duijie.ClassInvalid, ErrWrongFormKind},
	{API, "400 500", "invalidState.instance.instanceDataHasBeenModified invalidState.form.formWasModified dataModified.form.formAlreadyModified", duijie.ClassUnavailable, nil},
	{API, "400", "invalidState.openSearch.cursorExceedFiveThousand failure.form.dataAmountExceedFiveThousand failure.operation.numberOfQueryDataExceed", duijie.ClassInvalid, ErrTooManyRows},
	{API, "400", "failure.operation.theSubmissionRecordExceed resourceCapacity.resource.resourceReachedLimit invalidState.account.trialAccountSubmissionRecordExceed failure.operation.uploadAttachmentCapacityExceed", duijie.ClassPermission, ErrQuota},
	{API, "400", "processCodeError invalidParameter processInstanceInvalidParameter formConverterError illegalComponent targetSelectApproverMissing invalidMaxResults invalidNextToken", duijie.ClassInvalid, nil},
	{API, "400", "processInstanceStartFailed", duijie.ClassRefused, nil},

	{OAPI, "200", "-1", duijie.ClassUnavailable, nil},
	{OAPI, "200", "40014 42001 40001 41001 40096 40089 310000 300005 400101", duijie.ClassUnauthenticated, nil},
	{OAPI, "200", "90018 90002 90001 90003 90004 90005 90006 90007 90008 90009 90010 90011 90012 90013 90014 90015 90016 90017 130101 410100 660026", duijie.ClassThrottled, nil},
	{OAPI, "200", "90020", duijie.ClassThrottled, ErrQuota},
	{OAPI, "200", "60011 60020 43007 50002 50004", duijie.ClassPermission, nil},
	{OAPI, "200", "22 404 33012 40035 400002 40068 40069 43002 43004 400013 400102 400105 400106 430101 430102 430103 430104", duijie.ClassInvalid, nil},
	{OAPI, "200", "60121 60003 40104 60019", duijie.ClassNotFound, nil},
	{OAPI, "200", "40000 99999 1 900041", duijie.ClassRefused, nil},
}

func TestEveryDocumentedCode(t *testing.T) {
	t.Parallel()
	for _, d := range documented {
		for code := range strings.FieldsSeq(d.codes) {
			for status := range strings.FieldsSeq(d.statuses) {
				n := 0
				_, _ = fmt.Sscan(status, &n)
				bodies := []string{fmt.Sprintf(`{"code":%q,"message":"words","requestid":"R"}`, code), fmt.Sprintf(`{"Code":%q,"Message":"words","RequestId":"R"}`, code)}
				if d.g == OAPI {
					bodies = []string{
						fmt.Sprintf(`{"errcode":%s,"errmsg":"words","request_id":"R"}`, code), fmt.Sprintf(`{"errcode":%q,"errmsg":"words","request_id":"R"}`, code),
						fmt.Sprintf(`{"errcode":88,"sub_code":%q,"sub_msg":"words","errmsg":"x","request_id":"R"}`, code),
						fmt.Sprintf(`{"errcode":88,"errmsg":"ding talk error[subcode=%s,submsg=words]","request_id":"R"}`, code),
					}
				}
				for _, body := range bodies {
					v := judged(d.g, "/v1.0/x", n, body)
					require.Equal(t, d.class, v.Class, "%s %s", status, body)
					require.Equal(t, "R", v.RequestID)
					require.Contains(t, v.Message, "words")
					require.NotEmpty(t, v.Code)
					if d.cause == nil {
						require.NoError(t, v.Cause, body)
					} else {
						require.ErrorIs(t, v.Cause, d.cause, body)
					}
				}
			}
		}
	}
}

// TestEveryRuleIsReached: no line of the table stands behind one that takes its codes.
func TestEveryRuleIsReached(t *testing.T) {
	t.Parallel()
	for i, r := range table {
		code := strings.ReplaceAll(strings.ReplaceAll(r.code, "*", "zz"), "?", "7")
		for j, first := range table {
			if first.on == r.on && codeMatches(first.code, code) && (first.text == "" || first.text == r.text) {
				require.Equal(t, i, j, "%s is taken by %s", r.code, first.code)
				break
			}
		}
	}
}

func TestRefusalsBeforeWorkHaveNoEffect(t *testing.T) {
	t.Parallel()
	require.True(t, judged(API, "/x", 400, `{"code":"InvalidAuthentication","message":"m"}`).NoEffect)
	require.False(t, judged(API, "/x", 500, `{"code":"unknownError","message":"m"}`).NoEffect)
	require.False(t, judged(OAPI, "/x", 200, `{"errcode":-1,"errmsg":"m"}`).NoEffect)
	blank := judged(OAPI, "/x", 200, `{"errcode":88,"sub_code":"40000","sub_msg":"access_token is blank","errmsg":"x"}`)
	require.Equal(t, duijie.ClassUnauthenticated, blank.Class)
	require.False(t, blank.Renew)
}

func TestWaitsThePlatformAsksFor(t *testing.T) {
	t.Parallel()
	wait := func(g Gateway, body string) time.Duration { return judged(g, "/x", 200, body).RetryAfter }
	require.Equal(t, time.Minute, wait(OAPI, `{"errcode":90010,"errmsg":"m"}`))
	require.Equal(t, 10*time.Minute, wait(OAPI, `{"errcode":130101,"errmsg":"m"}`))
	require.Equal(t, 7*time.Minute, wait(API, `{"status":1111,"wait":7,"punish":"deny"}`))
	require.Equal(t, 5*time.Minute, wait(API, `{"status":1111,"wait":"x","punish":"deny"}`))
	require.Equal(t, 41*time.Second, wait(OAPI, `{"errcode":90002,"errmsg":"..., 处罚将在 2026-02-10 12:00:40 结束."}`))
	require.Zero(t, wait(OAPI, `{"errcode":90002,"errmsg":"..., 处罚将在 2019-02-13 20:40:05 结束."}`), "long over")
	// 10 February, noon in China, to 1 March.
	require.Equal(t, (18*24+12)*time.Hour, judged(API, "/x", 403, `{"code":"Forbidden.AccessDenied.ApiCountLimitForOrg"}`).RetryAfter)
}

func TestMissingRightsAreNamed(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"accessdenieddetail", "accessDeniedDetail", "AccessDeniedDetail"} {
		v := judged(API, "/x", 403, `{"code":"Forbidden.AccessDenied.AccessTokenPermissionDenied","message":"m","`+name+`":{"requiredScopes":["Yida.Form.Write","B"]}}`)
		scope, ok := errors.AsType[*ScopeError](v.Cause)
		require.True(t, ok)
		require.Equal(t, []string{"Yida.Form.Write", "B"}, scope.Scopes)
		require.Contains(t, v.Hint, "Yida.Form.Write")
	}
}

// FuzzJudge: no answer makes the verdict panic, and none but a 2xx is a success.
func FuzzJudge(f *testing.F) {
	f.Add(200, `{"errcode":0}`)
	f.Add(403, `{"code":"x","accessdenieddetail":{"requiredScopes":[1,{}]}}`)
	f.Add(200, `<html>`)
	f.Add(200, `{"status":1111}`)
	f.Fuzz(func(t *testing.T, status int, body string) {
		for _, g := range []Gateway{API, OAPI} {
			v := judged(g, "/v2.0/yida/processes/instances/start", status, body)
			if v.Class == duijie.ClassOK && (status < 200 || status > 299) {
				t.Fatal("a success by HTTP status", status)
			}
		}
	})
}

var vectorClasses = map[string]duijie.Class{
	"token": duijie.ClassUnauthenticated, "throttle": duijie.ClassThrottled, "quota": duijie.ClassThrottled,
	"permission": duijie.ClassPermission, "invalid": duijie.ClassInvalid, "config": duijie.ClassUnauthenticated,
	"busy": duijie.ClassUnavailable, "blocked": duijie.ClassThrottled,
}

type vector struct {
	ID, Kind string
	Inputs   json.RawMessage
	Expected json.RawMessage
}

func vectors(t *testing.T, kind string) []vector {
	t.Helper()
	b, err := os.ReadFile("testdata/vectors.json")
	require.NoError(t, err)
	var file struct{ Vectors []vector }
	require.NoError(t, json.Unmarshal(b, &file))
	var out []vector
	for _, v := range file.Vectors {
		if v.Kind == kind {
			out = append(out, v)
		}
	}
	require.NotEmpty(t, out)
	return out
}

func TestErrorVectors(t *testing.T) {
	t.Parallel()
	for _, v := range vectors(t, "error_classify") {
		var in struct {
			Host   string
			Status int `json:"http_status"`
			Body   string
		}
		var want struct {
			Code, Class, Message string
			SubCode              string   `json:"sub_code"`
			SubMessage           string   `json:"sub_message"`
			RequestID            string   `json:"request_id"`
			Scopes               []string `json:"required_scopes"`
		}
		require.NoError(t, json.Unmarshal(v.Inputs, &in))
		expected := map[string]any{}
		require.NoError(t, json.Unmarshal(v.Expected, &expected))
		expected["code"] = fmt.Sprint(expected["code"])
		again, err := json.Marshal(expected)
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(again, &want))
		g := API
		if in.Host == "oapi" {
			g = OAPI
		}
		got := judged(g, "/x", in.Status, in.Body)
		require.Equal(t, vectorClasses[want.Class], got.Class, v.ID)
		require.Equal(t, want.Class == "token", got.Renew, v.ID)
		require.Equal(t, want.Code, got.Code, v.ID)
		require.Equal(t, want.SubCode, got.SubCode, v.ID)
		require.Equal(t, want.RequestID, got.RequestID, v.ID)
		require.Equal(t, firstOf(want.SubMessage, want.Message), got.Message, v.ID)
		if len(want.Scopes) > 0 {
			require.Equal(t, &ScopeError{want.Scopes}, got.Cause, v.ID)
		}
	}
}

// TestRecordedErrors: no recorded failure is taken for a success.
func TestRecordedErrors(t *testing.T) {
	t.Parallel()
	for name, class := range map[string]duijie.Class{
		"error-accesstoken-bad-credentials": duijie.ClassUnauthenticated, "error-corp-access-token-bad-suite-key": duijie.ClassUnauthenticated,
		"error-corp-access-token-wrong-path": duijie.ClassInvalid, "error-corp-token-unknown-corp": duijie.ClassUnavailable,
		"error-gettoken-bad-credentials": duijie.ClassUnauthenticated, "error-gettoken-missing-parameter": duijie.ClassInvalid,
		"error-invalid-access-token": duijie.ClassUnauthenticated, "error-missing-token-header": duijie.ClassUnauthenticated,
		"error-oapi-invalid-access-token-old-path": duijie.ClassUnauthenticated, "error-oapi-invalid-access-token": duijie.ClassUnauthenticated,
		"error-oapi-throttled-2019": duijie.ClassThrottled, "error-oapi-token-in-header": duijie.ClassUnauthenticated,
		"error-oapi-unknown-method": duijie.ClassInvalid, "error-permission-denied": duijie.ClassPermission,
		"error-robot-get-not-allowed": duijie.ClassInvalid, "error-robot-missing-token": duijie.ClassInvalid,
		"error-robot-throttled-other-code": duijie.ClassThrottled, "error-robot-throttled": duijie.ClassThrottled,
		"error-robot-unknown-token": duijie.ClassUnauthenticated, "error-user-get-by-unionid-not-found": duijie.ClassNotFound,
		"gateway-ban": duijie.ClassThrottled,
	} {
		var sample struct {
			Request  struct{ Host, Path string }
			Status   int `json:"http_status"`
			Response json.RawMessage
		}
		require.NoError(t, json.Unmarshal(testutil.Sample(t, "dingtalk", name+".json"), &sample), name)
		g := API
		if strings.HasPrefix(sample.Request.Host, "oapi") {
			g = OAPI
		}
		v := judged(g, sample.Request.Path, sample.Status, string(sample.Response))
		if strings.Contains(name, "corp-access-token-wrong-path") {
			require.Equal(t, "404", v.Code)
			v = judged(OAPI, sample.Request.Path, sample.Status, string(sample.Response))
		}
		require.Equal(t, class, v.Class, name)
	}
}
