package kingdeetest

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestEveryBodyFormIsBound(t *testing.T) {
	t.Parallel()
	c := start(t)
	data := obj{"Model": customer("C1", "甲")}
	text, err := json.Marshal(data)
	require.NoError(t, err)
	positional, err := json.Marshal(list{"BD_Customer", string(text)})
	require.NoError(t, err)
	for name, body := range map[string]any{
		"named":            obj{"formid": "BD_Customer", "data": data},
		"named, text":      obj{"formid": "BD_Customer", "data": string(text)},
		"other case":       obj{"FormId": "bd_customer", "DATA": obj{"model": obj{"fnumber": "C1"}}},
		"array":            obj{"parameters": list{"BD_Customer", string(text)}},
		"array, object":    obj{"parameters": list{"BD_Customer", data}},
		"array as text":    obj{"parameters": string(positional)},
		"envelope":         obj{"format": 1, "useragent": "ApiClient", "rid": "1", "parameters": string(positional), "timestamp": "2025-03-07", "v": "1.0"},
		"envelope, array":  obj{"format": 1, "parameters": list{"BD_Customer", string(text)}, "v": "1.0"},
		"byte order mark":  []byte("\xef\xbb\xbf" + `{"formid":"BD_Customer","data":` + string(text) + "}"),
		"blanks around it": []byte("\n {\"formid\":\"BD_Customer\",\"data\":" + string(text) + "}\r\n"),
	} {
		c.s.Remove("BD_Customer", "C1")
		var r reply
		c.decode(c.call(dynamicForm+"Save", body), &r)
		if name == "other case" {
			require.Len(t, r.Result.ResponseStatus.Errors, 3, "name and organisations are missing")
			continue
		}
		require.True(t, r.Result.ResponseStatus.IsSuccess, "%s: %s", name, r.firstError())
	}
}

func TestBodiesThatAreRefused(t *testing.T) {
	t.Parallel()
	c := start(t)
	for body, want := range map[string]string{
		`["BD_Customer","{}"]`: "Additional text found in JSON string",
		`{"formid":`:           "Error parsing JSON",
		`{"parameters":7}`:     "parameters is not an array",
	} {
		h, text, err := c.try(dynamicForm+"Save", []byte(body))
		require.NoError(t, err)
		require.Equal(t, http.StatusInternalServerError, h.status)
		require.Contains(t, text, want)
	}
	require.Equal(t, codeNoForm, c.envelope("Save", "", obj{}).code())
	require.Equal(t, codeNoSuchField, c.envelope("Save", "BD_Nothing", obj{}).code())
	require.Equal(t, codeParameter, c.envelope("Save", "BD_Customer", obj{"Model": list{}}).code())
	require.Equal(t, codeParameter, c.envelope("BatchSave", "BD_Customer", obj{"Model": obj{}}).code())
	twice, err := json.Marshal(`{"Model":{}}`)
	require.NoError(t, err)
	require.Equal(t, codeParameter, c.envelope("Save", "BD_Customer", string(twice)).code(), "encoded twice")

	big := post(t, "/k3cloud/"+dynamicForm+"Save"+suffix, "{}")
	big.ContentLength = maxBody + 1
	require.Equal(t, http.StatusRequestEntityTooLarge, direct(c.s, big).Code)
}

func TestRoutes(t *testing.T) {
	t.Parallel()
	s := New()
	require.Empty(t, s.URL())
	s.Close()
	for path, want := range map[string]int{
		"/k3cloud/" + dynamicForm + "View" + suffix:                  http.StatusOK,
		"/K3Cloud/" + dynamicForm + "View" + suffix:                  http.StatusOK,
		"/k3cloud/" + dynamicForm + "Nothing" + suffix:               http.StatusNotFound,
		"/k3cloud/A.B.OrderService.PushOrders,Assembly" + suffix:     http.StatusNotFound,
		"/other/" + dynamicForm + "View" + suffix:                    http.StatusNotFound,
		"/galaxyapi/" + dynamicForm + "View" + suffix:                http.StatusNotFound,
		"/k3cloud/" + dynamicForm + "View":                           http.StatusNotFound,
		"/k3cloud/" + strings.ToUpper(dynamicForm) + "View" + suffix: http.StatusNotFound,
		"/k3cloud/": http.StatusNotFound,
		"/":         http.StatusNotFound,
	} {
		require.Equal(t, want, direct(s, post(t, path, "{}")).Code, path)
	}
	get := post(t, "/k3cloud/"+dynamicForm+"View"+suffix, "")
	get.Method = http.MethodGet
	require.Equal(t, http.StatusMethodNotAllowed, direct(s, get).Code)
	h2 := post(t, "/k3cloud/"+dynamicForm+"View"+suffix, "{}")
	h2.ProtoMajor = 2
	require.Equal(t, http.StatusBadGateway, direct(s, h2).Code)
	require.Equal(t, 1, s.Count("PushOrders"))
	require.Equal(t, 1, s.Count("Nothing"))
}
