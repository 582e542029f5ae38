package dingtalktest

import (
	"bufio"
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

const (
	streamPath = "stream/connect"
	maxFrame   = 1 << 20
	ackWithin  = 3 * time.Second
)

func streamOps() []operation {
	return []operation{
		{verb: "POST", path: "gateway/connections/open", versions: "1", open: true, free: true, body: "clientId* clientSecret* subscriptions:a* ua localIp extras:x", serve: (*call).openStream},
	}
}

// streamClient is what one ticket is for.
type streamClient struct {
	topics []string // "EVENT *"
}

// openStream gives an address and a ticket for one use.
func (c *call) openStream() (any, *Error) {
	if c.str("clientId") != c.s.appKey || c.str("clientSecret") != c.s.appSecret {
		return nil, errCredential
	}
	var client streamClient
	for _, x := range c.args["subscriptions"].([]any) {
		one, isObject := x.(Row)
		if !isObject || text(one["type"]) == "" || text(one["topic"]) == "" {
			return nil, refuse("invalidParameter", "subscriptions不正确")
		}
		client.topics = append(client.topics, text(one["type"])+" "+text(one["topic"]))
	}
	ticket := randomHex(16)
	c.s.tickets[ticket] = client
	c.s.secrets = append(c.s.secrets, ticket)
	return Row{"endpoint": "ws://" + c.r.Host + "/" + streamPath, "ticket": ticket}, nil
}

// stream is one WebSocket connection.
type stream struct {
	streamClient
	conn net.Conn
	in   *bufio.Reader

	writing sync.Mutex
	mu      sync.Mutex
	waiting map[string]chan StreamAck
}

// StreamFrame is one message pushed through the stream (Stream 模式).
type StreamFrame struct {
	Type      string // SYSTEM, EVENT or CALLBACK; "" means EVENT
	Topic     string // "ping", "disconnect", "/v1.0/im/bot/messages/get"; "" means "*"
	MessageID string // "" for one that is made up
	EventType string // of an EVENT, such as user_add_org
	EventID   string // of an EVENT; "" for one that is made up
	Data      any    // the payload: sent as a JSON string
}

// StreamAck is what a client answered to a frame.
type StreamAck struct {
	Code    int64  // 200, 404 or 500
	Message string // message
	Data    string // data, JSON text
}

// Streams tells how many clients are connected.
func (s *Server) Streams() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.streams)
}

// Push sends a frame to one of the connected clients that subscribed to its type
// and topic, and waits 3 seconds for the answer.
func (s *Server) Push(f StreamFrame) (StreamAck, error) {
	frame, id := s.frame(&f)
	target := s.subscriber(f.Type + " " + f.Topic)
	if target == nil {
		return StreamAck{}, errors.New("dingtalktest: no client subscribed to " + f.Type + " " + f.Topic)
	}
	answer := make(chan StreamAck, 1)
	target.mu.Lock()
	target.waiting[id] = answer
	target.mu.Unlock()
	if err := target.write(1, frame); err != nil {
		return StreamAck{}, err
	}
	if f.Topic == "disconnect" {
		return StreamAck{}, nil // needs no answer
	}
	t := time.NewTimer(ackWithin)
	defer t.Stop()
	select {
	case a, open := <-answer:
		if !open {
			return StreamAck{}, errors.New("dingtalktest: the client went away")
		}
		return a, nil
	case <-t.C:
		return StreamAck{}, fmt.Errorf("dingtalktest: no answer to %s within %s", id, ackWithin)
	}
}

// frame writes a frame as the platform does.
func (s *Server) frame(f *StreamFrame) (frame []byte, id string) {
	if f.Type == "" {
		f.Type = "EVENT"
	}
	if f.Topic == "" {
		f.Topic = "*"
	}
	if f.MessageID == "" {
		f.MessageID = randomHex(8)
	}
	if f.EventID == "" {
		f.EventID = randomHex(8)
	}
	ms := s.clock().UnixMilli()
	headers := Row{"topic": f.Topic, "contentType": "application/json", "messageId": f.MessageID, "time": itoa(ms)}
	if f.Type == "EVENT" {
		headers["eventId"], headers["eventType"], headers["eventBornTime"] = f.EventID, f.EventType, itoa(ms-1000)
		headers["eventCorpId"], headers["eventUnifiedAppId"] = s.corpID, "fake-app-1"
	}
	return encode(Row{"specVersion": "1.0", "type": f.Type, "time": ms, "headers": headers, "data": encodeText(f.Data)}), f.MessageID
}

func (s *Server) subscriber(topic string) *stream {
	s.mu.Lock()
	defer s.mu.Unlock()
	for one := range s.streams {
		if strings.HasPrefix(topic, "SYSTEM ") || slices.Contains(one.topics, topic) {
			return one
		}
	}
	return nil
}

// CutStreams cuts every connection without a word.
func (s *Server) CutStreams() { s.closeStreams() }

func (s *Server) closeStreams() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for one := range s.streams {
		_ = one.conn.Close()
	}
}

// serveStream is the WebSocket side.
func (s *Server) serveStream(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	client, known := s.tickets[r.URL.Query().Get("ticket")]
	delete(s.tickets, r.URL.Query().Get("ticket"))
	s.mu.Unlock()
	key := r.Header.Get("Sec-WebSocket-Key")
	if !known || key == "" || !strings.EqualFold(r.Header.Get("Upgrade"), "websocket") {
		http.Error(w, "bad ticket or handshake", http.StatusUnauthorized)
		return
	}
	conn, rw, err := http.NewResponseController(w).Hijack()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	sum := sha1.Sum([]byte(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	_, _ = fmt.Fprintf(conn, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n",
		base64.StdEncoding.EncodeToString(sum[:]))
	one := &stream{streamClient: client, conn: conn, in: rw.Reader, waiting: map[string]chan StreamAck{}}
	s.mu.Lock()
	s.streams[one] = true
	s.mu.Unlock()
	one.listen()
	s.mu.Lock()
	delete(s.streams, one)
	s.mu.Unlock()
	_ = conn.Close()
	one.mu.Lock()
	defer one.mu.Unlock()
	for id, wait := range one.waiting {
		close(wait)
		delete(one.waiting, id)
	}
}

// listen reads frames until the client is gone.
func (one *stream) listen() {
	var message []byte
	for {
		code, final, payload, err := readFrame(one.in)
		if err != nil {
			return
		}
		switch code {
		case 0, 1:
			if message = append(message, payload...); len(message) > maxFrame {
				return
			}
			if final {
				one.acked(message)
				message = nil
			}
		case 9:
			err = one.write(10, payload)
		case 8:
			_ = one.write(8, payload)
			return
		}
		if err != nil {
			return
		}
	}
}

// acked hands an answer to whoever waits for it.
func (one *stream) acked(raw []byte) {
	v, err := decode(raw)
	answer, isObject := v.(Row)
	if err != nil || !isObject {
		return
	}
	headers, _ := answer["headers"].(Row)
	id := text(headers["messageId"])
	code, _ := integer(answer["code"])
	one.mu.Lock()
	defer one.mu.Unlock()
	if wait := one.waiting[id]; wait != nil {
		wait <- StreamAck{Code: code, Message: text(answer["message"]), Data: text(answer["data"])}
		delete(one.waiting, id)
	}
}

func (one *stream) write(code byte, payload []byte) error {
	head := []byte{0x80 | code}
	switch n := len(payload); {
	case n < 126:
		head = append(head, byte(n))
	case n < 1<<16:
		head = binary.BigEndian.AppendUint16(append(head, 126), uint16(n))
	default:
		head = binary.BigEndian.AppendUint64(append(head, 127), uint64(n))
	}
	one.writing.Lock()
	defer one.writing.Unlock()
	_, err := one.conn.Write(append(head, payload...))
	return err
}

// readFrame reads one frame, unmasked when it is masked, as a client's is.
func readFrame(in io.Reader) (code byte, final bool, payload []byte, err error) {
	var head [2]byte
	if _, err := io.ReadFull(in, head[:]); err != nil {
		return 0, false, nil, err
	}
	n := uint64(head[1] & 0x7f)
	if n > 125 {
		size := make([]byte, map[uint64]int{126: 2, 127: 8}[n])
		if _, err := io.ReadFull(in, size); err != nil {
			return 0, false, nil, err
		}
		n = binary.BigEndian.Uint64(append(make([]byte, 8-len(size)), size...))
	}
	if n > maxFrame {
		return 0, false, nil, errors.New("dingtalktest: the frame is too long")
	}
	var mask [4]byte
	if head[1]&0x80 != 0 {
		if _, err := io.ReadFull(in, mask[:]); err != nil {
			return 0, false, nil, err
		}
	}
	payload = make([]byte, n)
	if _, err := io.ReadFull(in, payload); err != nil {
		return 0, false, nil, err
	}
	for i := range payload {
		payload[i] ^= mask[i%4]
	}
	return head[0] & 0x0f, head[0]&0x80 != 0, payload, nil
}
