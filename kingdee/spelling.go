package kingdee

import (
	"errors"
	"net/http"
	"sync/atomic"

	"github.com/duijie-go/duijie"
)

// spelling remembers which name of a service the server knows, for services
// that official sources spell in two ways.
type spelling struct{ works atomic.Pointer[string] }

// call tries the names in order until the server knows one. A name it does not
// know has done nothing, so that going on to the next is safe for writes too.
func (s *spelling) call(names []string, do func(name string) error) error {
	if name := s.works.Load(); name != nil {
		return do(*name)
	}
	var err error
	for _, name := range names {
		if err = do(name); noSuchService(err) {
			continue
		}
		if ranService(err) {
			s.works.Store(&name)
		}
		return err
	}
	return err
}

// ranService: the answer is that of the service. An outage, a lost session or a
// busy server tells nothing about its name.
func ranService(err error) bool {
	e, ok := errors.AsType[*duijie.APIError](err)
	return err == nil || ok && e.StatusCode == http.StatusOK && (ofRecords(e.Class) || e.Class == duijie.ClassPermission)
}
