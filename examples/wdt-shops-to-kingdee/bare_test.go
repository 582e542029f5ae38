package main

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// bare is the loop people write today: signed by hand, page after page, twenty
// customers a call, each answer decoded, no second thought about lost answers,
// repeats, limits or what is there already.
type bare struct {
	a       address
	secret  string // of the Kingdee application id
	lookUp  bool   // ask Kingdee which numbers exist, page by page, before saving
	records int
}

// bareShop is the whole row, as the typed client decodes it too.
type bareShop struct {
	ID            int64  `json:"shop_id"`
	No            string `json:"shop_no"`
	Name          string `json:"shop_name"`
	PlatformID    int64  `json:"platform_id"`
	SubPlatformID int64  `json:"sub_platform_id"`
	Disabled      bool   `json:"is_disabled"`
	AuthState     int64  `json:"auth_state"`
	AuthTime      string `json:"auth_time"`
	ExpireTime    string `json:"expire_time"`
	ReExpireTime  string `json:"re_expire_time"`
	Created       string `json:"created"`
	Modified      string `json:"modified"`
	Province      string `json:"province"`
	City          string `json:"city"`
	District      string `json:"district"`
	Address       string `json:"address"`
	Zip           string `json:"zip"`
	Contact       string `json:"contact"`
	Telno         string `json:"telno"`
	Mobile        string `json:"mobile"`
	Email         string `json:"email"`
	Website       string `json:"website"`
	Remark        string `json:"remark"`
	GroupID       string `json:"group_id"`
	AccountID     string `json:"account_id"`
}

func (b *bare) run(ctx context.Context) error {
	for page, total := 0, 1; page*100 < total; page++ {
		var answer struct {
			Status  int    `json:"status"`
			Message string `json:"message"`
			Data    struct {
				Total   int        `json:"total_count"`
				Details []bareShop `json:"details"`
			} `json:"data"`
		}
		if err := b.shops(ctx, page, &answer); err != nil {
			return err
		}
		if answer.Status != 0 {
			return fmt.Errorf("wdt: %s", answer.Message)
		}
		total = answer.Data.Total
		if b.lookUp {
			if err := b.existing(ctx, answer.Data.Details); err != nil {
				return err
			}
		}
		for chunk := range slices.Chunk(answer.Data.Details, 20) {
			if err := b.save(ctx, chunk); err != nil {
				return err
			}
		}
	}
	return nil
}

func (b *bare) shops(ctx context.Context, page int, out any) error {
	secret, salt, _ := strings.Cut(b.a.WDT.AppSecret, ":")
	q := url.Values{
		"sid": {b.a.WDT.SID}, "key": {b.a.WDT.AppKey}, "salt": {salt}, "method": {"setting.Shop.queryShop"}, "v": {"1.0"},
		"timestamp": {strconv.FormatInt(time.Now().Unix()-1325347200, 10)},
		"page_no":   {strconv.Itoa(page)}, "page_size": {"100"}, "calc_total": {"1"},
	}
	const body = "[{}]"
	names := []string{"body"}
	for k := range q {
		names = append(names, k)
	}
	slices.Sort(names)
	text := secret
	for _, k := range names {
		if k == "body" {
			text += "body" + body
			continue
		}
		text += k + q.Get(k)
	}
	sum := md5.Sum([]byte(text + secret))
	q.Set("sign", hex.EncodeToString(sum[:]))
	return b.post(ctx, b.a.WDTURL+"?"+q.Encode(), nil, []byte(body), out)
}

type bareRef struct {
	FNumber string
}

type bareCustomer struct {
	CreateOrg bareRef `json:"FCreateOrgId"`
	UseOrg    bareRef `json:"FUseOrgId"`
	Number    string  `json:"FNumber"`
	Name      string  `json:"FName"`
}

type bareAnswer struct {
	Result struct {
		ResponseStatus struct {
			IsSuccess bool
			Errors    []struct {
				Message string
				DIndex  int
			}
			SuccessEntitys []struct {
				ID     int64 `json:"Id"`
				Number string
				DIndex int
			}
		}
	}
}

func (b *bare) save(ctx context.Context, shops []bareShop) error {
	type data struct {
		NumberSearch, ValidateFlag, IsDeleteEntry, IsEntryBatchFill bool
		NeedUpDateFields, NeedReturnFields                          []string
		SubSystemID                                                 string `json:"SubSystemId"`
		InterationFlags                                             string
		IsVerifyBaseDataField, IsAutoSubmitAndAudit                 bool
		Model                                                       []bareCustomer
	}
	d := data{NumberSearch: true, ValidateFlag: true, IsEntryBatchFill: true, IsAutoSubmitAndAudit: true}
	for _, s := range shops {
		d.Model = append(d.Model, bareCustomer{bareRef{"100"}, bareRef{"100"}, s.No, s.Name})
	}
	var answer bareAnswer
	if err := b.kingdee(ctx, "BatchSave", map[string]any{"formid": "BD_Customer", "data": d}, &answer); err != nil {
		return err
	}
	if n := len(answer.Result.ResponseStatus.SuccessEntitys); n != len(shops) {
		return fmt.Errorf("kingdee: %d of %d saved", n, len(shops))
	}
	b.records += len(shops)
	return nil
}

func (b *bare) existing(ctx context.Context, shops []bareShop) error {
	numbers := make([]string, len(shops))
	for i, s := range shops {
		numbers[i] = "'" + s.No + "'"
	}
	var rows [][]any
	return b.kingdee(ctx, "ExecuteBillQuery", map[string]any{"data": map[string]any{
		"FormId": "BD_Customer", "FieldKeys": "FCUSTID,FNumber,FDocumentStatus,FName",
		"FilterString": "FNumber in (" + strings.Join(numbers, ",") + ")", "OrderString": "FCUSTID ASC", "Limit": 2000,
	}}, &rows)
}

func (b *bare) kingdee(ctx context.Context, service string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	target := b.a.ERPURL + "Kingdee.BOS.WebApi.ServicesStub.DynamicFormService." + service + ".common.kdsvc"
	u, err := url.Parse(target)
	if err != nil {
		return err
	}
	c := b.a.Kingdee
	clientID, _, _ := strings.Cut(c.AppID, "_")
	stamp := strconv.FormatInt(time.Now().UnixMilli(), 10)
	plain := c.AcctID + "," + c.Username + ",2052,"
	h := http.Header{
		"X-Api-Clientid": {clientID}, "X-Api-Auth-Version": {"2.0"}, "X-Api-Timestamp": {stamp}, "X-Api-Nonce": {stamp},
		"X-Api-Signheaders": {"x-api-timestamp,x-api-nonce"},
		"X-Api-Signature":   {hexMAC(b.secret, "POST\n"+url.QueryEscape(u.Path)+"\n\nx-api-nonce:"+stamp+"\nx-api-timestamp:"+stamp+"\n")},
		"X-Kd-Appkey":       {c.AppID}, "X-Kd-Appdata": {base64.StdEncoding.EncodeToString([]byte(plain))},
		"X-Kd-Signature": {hexMAC(c.AppSecret, c.AppID+plain)},
	}
	return b.post(ctx, target, h, body, out)
}

// clientSecret decodes the second part of a Kingdee application id.
func clientSecret(appID string) string {
	const key = "0054f397c6234378b09ca7d3e5debce7"
	_, encoded, _ := strings.Cut(appID, "_")
	raw, _ := base64.StdEncoding.DecodeString(encoded)
	for i := range raw {
		raw[i] ^= key[i]
	}
	return base64.StdEncoding.EncodeToString(raw)
}

func hexMAC(key, text string) string {
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte(text))
	return base64.StdEncoding.EncodeToString([]byte(hex.EncodeToString(mac.Sum(nil))))
}

func (b *bare) post(ctx context.Context, target string, h http.Header, body []byte, out any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, target, bytes.NewReader(body))
	if err != nil {
		return err
	}
	if h != nil {
		req.Header = h
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	return json.Unmarshal(answer, out)
}
