package kingdee

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
)

const loggedIn = `{"LoginResultType":1,"KDSVCSessionId":"session-0001","IsSuccessByAPI":true}`

// Whoever works in another organisation has a session of his own, which is
// switched before it is used, and switched again whenever it is renewed.
func TestSwitchOrgKeepsSessionsApart(t *testing.T) {
	t.Parallel()
	c, s := scriptMode(t, ValidateUser, loggedIn, okStatus, loggedIn, okStatus, okStatus, refusedBody("1", "会话信息已丢失"), loggedIn, okStatus, okStatus, okStatus)
	req := StatusRequest{FormID: "X", Numbers: []string{"A"}}
	_, err := c.Submit(t.Context(), req)
	require.NoError(t, err)
	other, err := c.SwitchOrg(t.Context(), "102")
	require.NoError(t, err)
	require.NotNil(t, other.Customers)
	for range 2 { // the second one finds its session lost
		_, err = other.Submit(t.Context(), req)
		require.NoError(t, err)
	}
	_, err = c.Submit(t.Context(), req) // the first session never moved, and is not lost
	require.NoError(t, err)
	var ops []string
	for _, call := range s.calls {
		ops = append(ops, call.Op)
	}
	require.Equal(t, []string{
		"ValidateUser", "Submit", "ValidateUser", "SwitchOrg", "Submit", "Submit", "ValidateUser", "SwitchOrg", "Submit", "Submit",
	}, ops)
	require.JSONEq(t, `{"data":{"OrgNumber":"102"}}`, s.calls[3].Body)
}

// An organisation in the settings holds for every way to log in.
func TestConfiguredOrgIsSwitchedTo(t *testing.T) {
	t.Parallel()
	for mode, want := range map[AuthMode][]string{
		ValidateUser:         {"ValidateUserByOrgNumber", "Submit"},
		LoginBySign:          {"LoginBySign", "SwitchOrg", "Submit"},
		LoginByAppSecret:     {"LoginByAppSecret", "SwitchOrg", "Submit"},
		ValidateUserEnDeCode: {"ValidateUserEnDeCode", "SwitchOrg", "Submit"},
	} {
		c, s := scriptMode(t, mode, loggedIn, okStatus)
		c.auth.orgNum = "102"
		_, err := c.Submit(t.Context(), StatusRequest{FormID: "X", Numbers: []string{"A"}})
		require.NoError(t, err)
		var ops []string
		for _, call := range s.calls {
			ops = append(ops, call.Op)
		}
		require.Equal(t, want, ops)
	}
}

func TestSwitchOrgFails(t *testing.T) {
	t.Parallel()
	c, s := scriptMode(t, LoginBySign, loggedIn, refusedBody("11", "组织不存在"))
	_, err := c.SwitchOrg(t.Context(), "999")
	require.Error(t, err)
	require.ErrorContains(t, err, "组织不存在")
	require.Equal(t, 2, s.count())
	_, err = c.SwitchOrg(t.Context(), " ")
	require.ErrorIs(t, err, duijie.ErrInvalid)
	require.Equal(t, 2, s.count())
}

// Goroutines of both organisations at work on the server.
func TestSwitchOrgOnServer(t *testing.T) {
	t.Parallel()
	c, s := newPair(t, LoginByAppSecret)
	seedCustomers(s, 3)
	other, err := c.SwitchOrg(t.Context(), "100")
	require.NoError(t, err)
	var wait sync.WaitGroup
	for range 4 {
		for _, client := range []*Client{c, other} {
			wait.Go(func() {
				row, err := client.Customers.Get(t.Context(), "C-0001")
				if err != nil || row.Number != "C-0001" {
					t.Errorf("%v %v", row, err)
				}
			})
		}
	}
	wait.Wait()
	require.Equal(t, 2, s.Count("LoginByAppSecret"))
	require.Equal(t, 1, s.Count("SwitchOrg"))
}
