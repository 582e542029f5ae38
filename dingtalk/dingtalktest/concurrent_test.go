package dingtalktest

import (
	"net/http"
	"strconv"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestManyCallersAtOnce writes, searches and looks from many goroutines.
func TestManyCallersAtOnce(t *testing.T) {
	t.Parallel()
	r := start(t, WithYidaStatus(500))
	r.s.OnCall(func(string, int) { r.s.Instances(DemoPlainForm) })
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for j := range 5 {
				body := encodeText(r.yida(obj{"formUuid": DemoPlainForm, "formDataJson": formJSON(obj{"textField_sku": strconv.Itoa(100*i + j)})}))
				search := encodeText(r.yida(obj{"formUuid": DemoPlainForm, "searchFieldJson": eq("textField_sku", "1")}))
				for path, body := range map[string]string{"/v2.0/yida/forms/instances": body, "/v2.0/yida/forms/instances/search": search, "/oapi/topapi/v2/department/listsub": "{}"} {
					resp, err := r.client.Do(r.request("POST", path, nil, body))
					if err != nil {
						t.Error(err)
						return
					}
					_ = resp.Body.Close()
					if resp.StatusCode != http.StatusOK {
						t.Errorf("%s: %d", path, resp.StatusCode)
					}
				}
				r.s.Inject(Fault{Op: "GET gettoken", Kind: Slow})
				r.s.Effects()
				r.s.Calls()
			}
		})
	}
	wg.Wait()
	require.Equal(t, 40, r.s.Created(DemoPlainForm, "", ""))
	require.Equal(t, 121, r.s.Count(""))
}
