package jdy

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
)

const (
	authorizePath = "/jdyconnector/app_management/push_app_authorize"
	//nolint:gosec // a path
	tokenPath = "/jdyconnector/app_management/kingdee_auth_token"
)

// Account is one account set (账套) that authorised the application, without its
// secret.
type Account struct {
	ID        string // accountId
	Name      string // accountName
	Company   string // agreementCompanyName
	ServiceID string // serviceId
	AppKey    string // appKey; changes when the application is switched off and on
	Domain    string // the data centre's address; sent as a header, never called
	Group     string // groupName
	// OuterInstanceID is the instance the authorisation belongs to.
	OuterInstanceID string
	Valid           bool      // status is 1
	Expires         time.Time // end of the instance, zero where it is not told
}

// authorization is an account set with its secret of the day.
type authorization struct {
	Account
	secret duijie.Secret
}

// Accounts lists the account sets that authorised the application
// (获取授权信息, push_app_authorize), invalid ones too. Choose among them with
// AccountID of the [Config].
//
// Effect: read. Limit: shares nothing with the token call.
func (c *Client) Accounts(ctx context.Context) ([]Account, error) {
	rows, err := c.authorizations(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]Account, len(rows))
	for i, r := range rows {
		out[i] = r.Account
	}
	return out, nil
}

// authorizeCall asks for the authorisations.
var authorizeCall = &Operation{Method: http.MethodPost, Path: authorizePath, Title: "获取授权信息", Effect: duijie.EffectRead, group: authGroup, noToken: true}

func (c *Client) authorizations(ctx context.Context) ([]authorization, error) {
	var query []pair
	if c.cfg.OuterInstanceID != "" {
		query = []pair{{"outerInstanceId", c.cfg.OuterInstanceID}}
	}
	e, err := c.send(ctx, &request{op: authorizeCall, query: query, body: []byte("{}")}, duijie.CallOptions{})
	if err != nil {
		return nil, err
	}
	if wire.First(e.data) != '[' {
		return nil, &duijie.APIError{
			Platform: platform, Op: authorizeCall.Path, Class: duijie.ClassUnavailable, Err: duijie.ErrMalformedAnswer,
			Message: "the answer holds no list of authorisations",
		}
	}
	var out []authorization
	for row := range wire.Elements(e.data) {
		out = append(out, readAuthorization(row))
	}
	return out, nil
}

func readAuthorization(row json.RawMessage) authorization {
	m := members(row)
	get := func(name string) string { return scalar(m[name]) }
	a := authorization{
		Account: Account{
			ID: get("accountId"), Name: get("accountName"), Company: get("agreementCompanyName"), ServiceID: get("serviceId"),
			AppKey: get("appKey"), Domain: get("domain"), Group: get("groupName"), OuterInstanceID: get("outerInstanceId"),
		},
		secret: duijie.NewSecret(get("appSecret")),
	}
	status, _ := whole(get("status"))
	a.Valid = status == 1
	if ms, ok := whole(get("instanceExpiresTime")); ok && ms > 0 {
		a.Expires = time.UnixMilli(ms).In(duijie.China)
	}
	return a
}

// choose picks the account set the Config means; it never guesses. A setting
// that is given must fit; the next one counts where several do.
func (cfg Config) choose(rows []authorization) (authorization, error) {
	// The platform was seen to answer all authorisations of the application.
	rows = slices.DeleteFunc(slices.Clone(rows), func(a authorization) bool {
		return a.OuterInstanceID != "" && cfg.OuterInstanceID != "" && a.OuterInstanceID != cfg.OuterInstanceID
	})
	valid := slices.DeleteFunc(slices.Clone(rows), func(a authorization) bool { return !a.Valid })
	if len(valid) == 0 {
		return authorization{}, chooseError(duijie.ClassPermission, rows, "no account set has a valid authorisation: have the customer authorise the application")
	}
	left := valid
	for _, by := range []struct {
		field, want string
		of          func(authorization) string
	}{
		{"AccountID", cfg.AccountID, func(a authorization) string { return a.ID }},
		{"ServiceID", cfg.ServiceID, func(a authorization) string { return a.ServiceID }},
		{"AppKey", cfg.AppKey, func(a authorization) string { return a.AppKey }},
	} {
		if by.want == "" || len(left) == 1 && len(left) < len(valid) {
			continue
		}
		left = slices.DeleteFunc(slices.Clone(left), func(a authorization) bool { return by.of(a) != by.want })
		if len(left) == 0 {
			return authorization{}, chooseError(duijie.ClassInvalid, valid, by.field+" of the Config ("+envNames[by.field]+") is none of these")
		}
	}
	if len(left) > 1 {
		return authorization{}, chooseError(duijie.ClassInvalid, left,
			"several account sets authorised the application: choose one with AccountID of the Config (JDY_ACCOUNT_ID), and ServiceID (JDY_SERVICE_ID) where that is not enough")
	}
	a := left[0]
	if a.AppKey == "" || a.secret.IsZero() || !headerText(a.Domain) {
		return authorization{}, chooseError(duijie.ClassUnauthenticated, left, "the authorisation lacks its key or secret, or its domain can not be sent as a header")
	}
	return a, nil
}

// chooseError lists the account sets by what they may be chosen by, no secrets.
func chooseError(class duijie.Class, rows []authorization, hint string) error {
	var list []string
	for _, a := range rows {
		text := fmt.Sprintf("accountId %s (%s)", a.ID, firstOf(a.Name, a.Company, "no name"))
		if a.ServiceID != "" {
			text += " serviceId " + a.ServiceID
		}
		if !a.Valid {
			text += " not valid"
		}
		list = append(list, text)
	}
	return &duijie.APIError{
		Platform: platform, Op: authorizeCall.Path, Class: class, Hint: hint,
		Message: "account sets: " + firstOf(strings.Join(list, ", "), "none"),
	}
}
