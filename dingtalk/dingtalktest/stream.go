package dingtalktest

import "net/http"

const streamPath = "stream/connect"

type (
	streamClient struct{}
	stream       struct{}
)

func streamOps() []operation                                     { return nil }
func (s *Server) serveStream(http.ResponseWriter, *http.Request) {}
func (s *Server) closeStreams()                                  {}
