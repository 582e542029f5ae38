package dingtalktest

import (
	"bufio"
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// wire is a WebSocket client written by hand.
type wire struct {
	t    *testing.T
	conn net.Conn
	in   *bufio.Reader
}

func (r *rig) connect(subscriptions arr) (*wire, obj, error) {
	r.Helper()
	answer := r.fine(r.send("POST", "/v1.0/gateway/connections/open", nil, obj{
		"clientId": r.s.AppKey(), "clientSecret": r.s.AppSecret(), "subscriptions": subscriptions, "ua": "x", "localIp": "192.0.2.2", "extras": nil,
	}))
	w, err := r.dial(answer)
	return w, answer, err
}

func (r *rig) dial(answer obj) (*wire, error) {
	address := strings.TrimPrefix(r.s.URL(), "http://")
	conn, err := net.Dial("tcp", address)
	require.NoError(r, err)
	r.Cleanup(func() { _ = conn.Close() })
	require.Equal(r, "ws://"+address+"/stream/connect", answer["endpoint"])
	_, err = conn.Write([]byte("GET /stream/connect?ticket=" + answer["ticket"].(string) + " HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"))
	require.NoError(r, err)
	in := bufio.NewReader(conn)
	resp, err := http.ReadResponse(in, nil)
	require.NoError(r, err)
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusSwitchingProtocols {
		return nil, http.ErrNotSupported
	}
	require.Equal(r, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", resp.Header.Get("Sec-WebSocket-Accept"))
	return &wire{r.T, conn, in}, nil
}

// send writes one masked frame.
func (w *wire) send(code byte, final bool, payload string) {
	head := code
	if final {
		head |= 0x80
	}
	data := []byte{head, 0x80 | byte(len(payload)), 1, 2, 3, 4}
	if len(payload) > 125 {
		data = []byte{head, 0x80 | 126, byte(len(payload) >> 8), byte(len(payload)), 1, 2, 3, 4}
	}
	for i := range len(payload) {
		data = append(data, payload[i]^byte(i%4+1))
	}
	_, err := w.conn.Write(data)
	require.NoError(w.t, err)
}

func (w *wire) next() (byte, string) {
	code, _, payload, err := readFrame(w.in)
	require.NoError(w.t, err)
	return code, string(payload)
}

// echo answers frames with 200 and the data it gets, until the connection ends.
func (w *wire) echo() {
	for {
		code, _, payload, err := readFrame(w.in)
		if err != nil || code == 8 {
			return
		}
		v, err := decode(payload)
		if err != nil {
			return
		}
		f := v.(obj)
		if f["headers"].(obj)["topic"] == "disconnect" {
			return // needs no answer
		}
		ack := encodeText(obj{"code": 200, "headers": obj{"contentType": "application/json", "messageId": f["headers"].(obj)["messageId"]}, "message": "ok", "data": f["data"]})
		w.send(1, false, ack[:10])
		w.send(0, true, ack[10:])
	}
}

func TestStreams(t *testing.T) {
	t.Parallel()
	r := start(t)
	w, answer, err := r.connect(arr{obj{"type": "EVENT", "topic": "*"}, obj{"type": "SYSTEM", "topic": "ping"}})
	require.NoError(t, err)
	require.Contains(t, r.s.Secrets(), answer["ticket"])
	_, err = r.dial(answer)
	require.Error(t, err, "a ticket is for one use")
	w.send(9, true, "hello")
	code, pong := w.next()
	require.Equal(t, []any{byte(10), "hello"}, []any{code, pong})
	go w.echo()
	require.Eventually(t, func() bool { return r.s.Streams() == 1 }, 5*time.Second, time.Millisecond)
	for _, f := range []StreamFrame{
		{EventType: "user_add_org", Data: Row{"userId": arr{"manager123"}, "text": strings.Repeat("长", 300)}},
		{Type: "SYSTEM", Topic: "ping", MessageID: "ping-1", Data: Row{"opaque": "0a1b-中文 & +"}},
	} {
		ack, err := r.s.Push(f)
		require.NoError(t, err)
		require.Equal(t, StreamAck{Code: 200, Message: "ok", Data: encodeText(f.Data)}, ack)
	}
	_, err = r.s.Push(StreamFrame{Type: "CALLBACK", Topic: "/v1.0/im/bot/messages/get"})
	require.ErrorContains(t, err, "no client subscribed")
	_, err = r.s.Push(StreamFrame{Type: "SYSTEM", Topic: "disconnect"})
	require.NoError(t, err)
	r.s.CutStreams()
	require.Eventually(t, func() bool { return r.s.Streams() == 0 }, 5*time.Second, time.Millisecond)

	mute, _, err := r.connect(arr{obj{"type": "EVENT", "topic": "*"}})
	require.NoError(t, err)
	require.Eventually(t, func() bool { return r.s.Streams() == 1 }, 5*time.Second, time.Millisecond)
	gone := make(chan error)
	go func() {
		_, err := r.s.Push(StreamFrame{})
		gone <- err
	}()
	mute.next()
	mute.send(8, true, "")
	require.ErrorContains(t, <-gone, "went away")

	for _, body := range []obj{
		{"clientId": "x", "clientSecret": "y", "subscriptions": arr{}}, {"clientId": r.s.AppKey(), "clientSecret": r.s.AppSecret(), "subscriptions": arr{5}}, {},
	} {
		status, _ := r.send("POST", "/v1.0/gateway/connections/open", nil, body)
		require.Equal(t, 400, status)
	}
}

func TestVectorsOfStreams(t *testing.T) {
	t.Parallel()
	v := vectorsOf(t, "stream_open", 1)[0]
	e := read[struct {
		Path string
		Body json.RawMessage `json:"body_json"`
	}](t, v.Expected)
	s := New(WithCredentials("dingclientidsample", "client-secret-sample"))
	w := httptest.NewRecorder()
	s.ServeHTTP(w, httptest.NewRequest(http.MethodPost, e.Path, strings.NewReader(string(e.Body))))
	require.Equal(t, http.StatusOK, w.Code, w.Body)
	require.Contains(t, w.Body.String(), `"endpoint":"ws://`)
	for _, v := range vectorsOf(t, "stream_ack", 2) {
		in := read[struct{ Frame json.RawMessage }](t, v.Inputs)
		recorded, err := decode(in.Frame)
		require.NoError(t, err)
		f := recorded.(obj)
		h := f["headers"].(obj)
		data, err := decode([]byte(f["data"].(string)))
		require.NoError(t, err)
		raw, id := s.frame(&StreamFrame{Type: text(f["type"]), Topic: text(h["topic"]), MessageID: text(h["messageId"]), EventType: text(h["eventType"]), EventID: text(h["eventId"]), Data: data})
		require.Equal(t, h["messageId"], id)
		ours, err := decode(raw)
		require.NoError(t, err)
		for k, want := range f {
			require.IsType(t, want, ours.(obj)[k], k)
		}
		for k := range h {
			require.Contains(t, ours.(obj)["headers"], k)
		}
		require.Len(t, ours.(obj)["headers"], len(h))
		back, err := decode([]byte(ours.(obj)["data"].(string)))
		require.NoError(t, err)
		require.Equal(t, data, back)
		one := &stream{waiting: map[string]chan StreamAck{id: make(chan StreamAck, 1)}}
		wait := one.waiting[id]
		ack := read[struct{ Ack json.RawMessage }](t, v.Expected)
		one.acked(ack.Ack)
		require.EqualValues(t, 200, (<-wait).Code)
	}
}
