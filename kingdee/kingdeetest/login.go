package kingdeetest

import (
	"crypto/cipher"
	"crypto/des"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"sort"
	"strings"
	"time"
)

// loginAnswer is what every login method answers.
type loginAnswer struct {
	Message           *string
	MessageCode       string
	LoginResultType   int
	Context           any
	KDSVCSessionID    string `json:"KDSVCSessionId"`
	FormID            any    `json:"FormId"`
	RedirectFormParam any
	FormInputObject   any
	ErrorStackTrace   any
	Lcid              int
	AccessToken       any
	CustomParam       map[string]any
	KdAccessResult    any
	IsSuccessByAPI    bool
}

// Values of LoginResultType.
const (
	loginOK     = 1
	loginWrong  = 0
	loginFailed = -1
)

func loginRefused(kind int, text string) any {
	return loginAnswer{Message: &text, LoginResultType: kind, CustomParam: map[string]any{}}
}

// welcome opens a session and answers a login that is right.
func (c *call) welcome() any {
	id := c.s.sessions.login(c.now, c.s.quirks.oneSession || c.params.boolean("iskickoff", false))
	c.setCookies(id)
	zone := map[string]any{
		"OffsetTicks": int64(8 * time.Hour / 100), "StandardName": "(UTC+08:00)北京，重庆，香港特别行政区，乌鲁木齐",
		"Id": 230, "Number": "1078_SYS", "CanBeUsed": true,
	}
	a := c.s.account
	return loginAnswer{
		MessageCode: "CheckPasswordPolicy", LoginResultType: loginOK, KDSVCSessionID: id,
		CustomParam: map[string]any{}, IsSuccessByAPI: true,
		Context: map[string]any{
			"UserLocale": "zh-CN", "LogLocale": "zh-CN", "DBid": a.AcctID, "DatabaseType": 3,
			"SessionId": strings.ReplaceAll(id, "-", "")[:24], "UserId": 100002, "UserName": a.Username,
			"CustomName": "对接测试公司", "DisplayVersion": "9.0.0.0", "DataCenterName": "对接测试账套",
			"UserToken": newID(), "UTimeZone": zone, "STimeZone": zone, "TenantId": "", "IsDeployAsPublicCloud": false,
			"CurrentOrganizationInfo": map[string]any{
				"ID": 1, "AcctOrgType": "1", "Name": "对接测试公司", "FunctionIds": []int{101, 102},
			},
		},
	}
}

// knownAccount refuses a wrong data centre id the way the server does: with
// words about a lost session.
func (c *call) knownAccount() bool { return same(c.params.text("acctid"), c.s.account.AcctID) }

func wrongAccount() any { return loginRefused(loginFailed, "会话信息已丢失，请重新登录") }

func (c *call) validateUser() any {
	return c.password(c.params.text("username"), c.params.text("password"))
}

func (c *call) validateEncoded() any {
	user, okUser := decodeLogin(c.params.text("username"))
	password, okPassword := decodeLogin(c.params.text("password"))
	if !okUser || !okPassword {
		return loginRefused(loginFailed, "用户名或密码解密失败")
	}
	return c.password(user, password)
}

func (c *call) password(user, password string) any {
	if !c.knownAccount() {
		return wrongAccount()
	}
	okUser, okPassword := same(user, c.s.account.Username), same(password, c.s.account.Password)
	if !okUser || !okPassword {
		return loginRefused(loginWrong, "用户名或密码错误")
	}
	return c.welcome()
}

// decodeLogin undoes base64(DES-CBC) with the key and IV "KingdeeK" and PKCS7.
func decodeLogin(text string) (string, bool) {
	raw, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(raw) == 0 || len(raw)%des.BlockSize != 0 {
		return "", false
	}
	key := []byte("KingdeeK")
	block, err := des.NewCipher(key)
	if err != nil {
		return "", false
	}
	cipher.NewCBCDecrypter(block, key).CryptBlocks(raw, raw)
	pad := int(raw[len(raw)-1])
	if pad < 1 || pad > des.BlockSize {
		return "", false
	}
	return string(raw[:len(raw)-pad]), true
}

// application checks what both application logins have in common; nil is right.
func (c *call) application() any {
	user, app := c.params.text("username"), c.params.text("appid")
	switch {
	case !c.knownAccount():
		return wrongAccount()
	case !same(app, c.s.account.AppID):
		return loginRefused(loginFailed, "第三方应用："+app+" 不存在或未启用")
	case !same(user, c.s.account.Username):
		return loginRefused(loginFailed, "第三方应用："+app+" 不允许用户"+user+" 登录，请联系系统管理员添加！")
	}
	return nil
}

func (c *call) loginByAppSecret() any {
	if refused := c.application(); refused != nil {
		return refused
	}
	if !same(c.params.text("appsecret"), c.s.account.AppSecret) {
		return loginRefused(loginFailed, "应用密钥错误")
	}
	return c.welcome()
}

func (c *call) loginBySign() any {
	if refused := c.application(); refused != nil {
		return refused
	}
	at, a := c.params.text("timestamp"), c.s.account
	if len(at) > 10 || !freshTimestamp(at, c.now) {
		return loginRefused(loginFailed, "时间戳已过期")
	}
	texts := []string{a.AcctID, a.Username, a.AppID, a.AppSecret, at}
	sign := c.params.text("sign")
	if !same(sign, loginSign("SHA256", texts)) && (!c.s.old || !same(sign, loginSign("SHA1", texts))) {
		return loginRefused(loginFailed, "签名错误")
	}
	return c.welcome()
}

// loginSign hashes the texts in byte order, joined without a separator.
func loginSign(alg string, texts []string) string {
	sorted := append([]string(nil), texts...)
	sort.Strings(sorted)
	joined := []byte(strings.Join(sorted, ""))
	if alg == "SHA1" {
		sum := sha1.Sum(joined)
		return hex.EncodeToString(sum[:])
	}
	sum := sha256.Sum256(joined)
	return hex.EncodeToString(sum[:])
}

func (c *call) logout() any { return c.s.sessions.drop(sessionID(c.r)) }
