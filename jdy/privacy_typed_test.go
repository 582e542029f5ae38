package jdy

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie/jdy/jdytest"
)

// Private fields are encrypted on the way; rows, details, sources and users' own
// types that are tagged give them as people wrote them.
func TestPrivateFieldsAreReadable(t *testing.T) {
	t.Parallel()
	c, s := newPair(t)
	s.Seed("bd/emp", jdytest.Row{"number": "ZY1", "name": "甲", "mobile": "13900001234", "email": "p1@example.com"})
	raw, err := QueryPage[json.RawMessage](t.Context(), c, "/jdy/v2/bd/emp", Query{})
	require.NoError(t, err)
	require.NotContains(t, string(raw.Items[0]), "13900001234", "the fake encrypts as the platform does")

	page, err := c.Employees.List(t.Context(), Query{})
	require.NoError(t, err)
	require.Equal(t, "13900001234", page.Items[0].Mobile)
	require.NotContains(t, string(page.Items[0].Raw), "13900001234", "Raw stays as it came")

	detail, err := c.Employees.GetByNumber(t.Context(), "ZY1")
	require.NoError(t, err)
	require.Equal(t, "13900001234", detail.Mobile)
	require.Equal(t, "p1@example.com", detail.Email)

	source, err := NewDetailSource(c.Employees, Query{}, SourceConfig[Employee]{Full: true})
	require.NoError(t, err)
	seen := 0
	for batch, err := range source.Read(t.Context(), "") {
		require.NoError(t, err)
		for _, r := range batch.Records {
			require.Equal(t, "13900001234", r.Value.Mobile)
			seen++
		}
	}
	require.Equal(t, 1, seen)

	type own struct {
		Number string `json:"number"`
		Mobile string `json:"mobile" jdy:"private"`
	}
	for row, err := range QueryAs[own](t.Context(), c, "/jdy/v2/bd/emp", Query{}) {
		require.NoError(t, err)
		require.Equal(t, own{"ZY1", "13900001234"}, row)
	}
}

func TestPrivateFieldsAreFoundAtAnyDepth(t *testing.T) {
	t.Parallel()
	c := &Client{cfg: Config{ClientSecret: configOf(newServer(t)).ClientSecret}}
	hidden := c.Encrypt("13900001234")
	require.NotEqual(t, "13900001234", hidden)
	type contact struct {
		Mobile string `json:"mobile" jdy:"private"`
		Name   string `json:"name"`
	}
	type tree struct {
		Main     *contact  `json:"main"`
		Contacts []contact `json:"contacts"`
		Below    []tree    `json:"below"`
	}
	text := `{"main":{"mobile":"` + hidden + `","name":"` + hidden + `"},"contacts":[{"mobile":"clear"},{"mobile":"` + hidden + `"}],
		"below":[{"main":null,"contacts":[{"mobile":"` + hidden + `"}]}]}`
	var got tree
	require.NoError(t, c.decode(json.RawMessage(text), &got))
	require.Equal(t, tree{
		Main: &contact{"13900001234", hidden}, Contacts: []contact{{Mobile: "clear"}, {Mobile: "13900001234"}},
		Below: []tree{{Contacts: []contact{{Mobile: "13900001234"}}}},
	}, got)
	require.Empty(t, privateIn(reflect.TypeFor[MaterialRow]()))
	require.NotEmpty(t, privateIn(reflect.TypeFor[Supplier]()))
}
