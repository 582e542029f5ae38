package main

import (
	"errors"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/mapping"
	"github.com/duijie-go/duijie/sync/qeasy"
)

// platform is one system a scheme may name.
type platform struct {
	name   string
	prefix string // of its environment variables
	// knows is a connector whose client calls nobody: it tells which apis are the platform's.
	knows func() (qeasy.Connector, error)
	// live joins the host of the environment, fake a server inside this process.
	live func(options ...duijie.Option) (endpoint, error)
	fake func() (endpoint, error)
}

// endpoint is a connector with what ends it, and of a fake its clock and where its
// data begin, if they are not those of today.
type endpoint struct {
	connector qeasy.Connector
	close     func()
	now       func() time.Time
	since     time.Time
	lookups   map[string]mapping.Lookup // what its platform can be asked for, by the name documents use
}

var known = []platform{
	{"kingdee", "KINGDEE_", knowsKingdee, liveKingdee, fakeKingdee},
	{"wdt", "WDT_", knowsWDT, liveWDT, fakeWDT},
	{"jdy", "JDY_", knowsJDY, liveJDY, fakeJDY},
	{"okki", "OKKI_", knowsOKKI, liveOKKI, fakeOKKI},
	{"dingtalk", "DINGTALK_", knowsDingTalk, liveDingTalk, fakeDingTalk},
	{"fxiaoke", "FXIAOKE_", knowsFxiaoke, liveFxiaoke, fakeFxiaoke},
	{"banniu", "BANNIU_", knowsBanniu, liveBanniu, fakeBanniu},
}

// platformOf finds the platform of an api; none where no client knows it.
func platformOf(side qeasy.Side, api string) (platform, error) {
	for _, p := range known {
		c, err := p.knows()
		if err != nil {
			return platform{}, err
		}
		if c.Match(side, api) {
			return p, nil
		}
	}
	return platform{}, nil
}

// configured tells whether any setting of one of the platforms is there: then the real
// hosts are meant, and a forgotten setting is an error and no demo.
func configured(some ...platform) bool {
	return slices.ContainsFunc(os.Environ(), func(setting string) bool {
		name, value, _ := strings.Cut(setting, "=")
		return value != "" && slices.ContainsFunc(some, func(p platform) bool { return p.name != "" && strings.HasPrefix(name, p.prefix) })
	})
}

// open joins the platforms of both halves: the real hosts where anything of either is
// set, else fakes. The same platform on both sides is one endpoint.
func open(hosts bool, some []platform, options ...duijie.Option) (map[string]endpoint, func(), error) {
	ends := map[string]endpoint{}
	closeAll := func() {
		for _, e := range ends {
			e.close()
		}
	}
	var failed []error
	for _, p := range some {
		if _, done := ends[p.name]; done || p.name == "" {
			continue
		}
		e, err := p.end(hosts, options)
		if err != nil {
			failed = append(failed, err)
			continue
		}
		ends[p.name] = e
	}
	if err := errors.Join(failed...); err != nil {
		closeAll()
		return nil, nil, err
	}
	return ends, closeAll, nil
}

func (p platform) end(hosts bool, options []duijie.Option) (endpoint, error) {
	if hosts {
		return p.live(options...)
	}
	return p.fake()
}
