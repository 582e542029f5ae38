package qeasy

import (
	"encoding/json"
	"fmt"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// Connectors makes one connector of several: the first that matches an api runs it.
func Connectors(list ...Connector) Connector { return connectors(list) }

type connectors []Connector

// APIs lists those of all.
func (c connectors) APIs() (all []string) {
	for _, one := range c {
		all = append(all, one.APIs()...)
	}
	return all
}

func (c connectors) find(side Side, api string) Connector {
	for _, one := range c {
		if one.Match(side, api) {
			return one
		}
	}
	return nil
}

// Match tells whether one of them runs the api.
func (c connectors) Match(side Side, api string) bool { return c.find(side, api) != nil }

// Handles asks the one that runs the api.
func (c connectors) Handles(side Side, api, member string) bool {
	able, ok := c.find(side, api).(Capable)
	return ok && able.Handles(side, api, member)
}

// AnswerPath asks the one that runs the api.
func (c connectors) AnswerPath(api, path string) AnswerPath {
	if tell, ok := c.find(SideTarget, api).(Answering); ok {
		return tell.AnswerPath(api, path)
	}
	return AnswerUnknown
}

// Source has the one that runs the api make the source.
func (c connectors) Source(spec *SourceSpec) (duijiesync.Source[json.RawMessage], []Note, error) {
	if one := c.find(SideSource, spec.API); one != nil {
		return one.Source(spec)
	}
	return nil, nil, fmt.Errorf("no connector runs the api %s", spec.API)
}

// Sink has the one that runs the api make the sink.
func (c connectors) Sink(spec *SinkSpec) (duijiesync.Sink[Write], []Note, error) {
	if one := c.find(SideTarget, spec.API); one != nil {
		return one.Sink(spec)
	}
	return nil, nil, fmt.Errorf("no connector runs the api %s", spec.API)
}
