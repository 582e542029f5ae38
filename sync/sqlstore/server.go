package sqlstore

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// What the two dialects of servers have in common.

// serverKind is who answers a handle.
type serverKind struct {
	text         string // as it names itself
	name         string // PostgreSQL, MySQL, MariaDB, or another
	major, minor int
}

// askServer asks the server who it is. All that are like PostgreSQL or MySQL
// understand the question; SQLite does not.
func askServer(ctx context.Context, db *sql.DB) (serverKind, error) {
	var text string
	if err := db.QueryRowContext(ctx, "SELECT version()").Scan(&text); err != nil {
		return serverKind{}, fmt.Errorf("ask the server for its version: %w", err)
	}
	return parseServer(text), nil
}

// parseServer understands "PostgreSQL 15.20 (Debian ...) on ...", "8.0.36-log" and
// "10.11.19-MariaDB-0+deb12u1", also with the "5.5.5-" that MariaDB puts before it.
func parseServer(text string) serverKind {
	k := serverKind{text: text, name: "MySQL"}
	number := text
	if first, rest, ok := strings.Cut(text, " "); ok && first != "" && (first[0] < '0' || first[0] > '9') {
		k.name, number = first, rest
	}
	if strings.Contains(text, "MariaDB") {
		k.name, number = "MariaDB", strings.TrimPrefix(text, "5.5.5-")
	}
	for _, other := range []string{"TiDB", "OceanBase", "openGauss", "GaussDB", "Redshift", "YB-"} {
		if strings.Contains(text, other) {
			k.name = other
		}
	}
	major, rest, _ := strings.Cut(number, ".")
	k.major = leadingNumber(major)
	k.minor = leadingNumber(rest)
	return k
}

func leadingNumber(text string) int {
	end := 0
	for end < len(text) && text[end] >= '0' && text[end] <= '9' {
		end++
	}
	n, err := strconv.Atoi(text[:end])
	if err != nil {
		return 0
	}
	return n
}

func (k serverKind) before(major, minor int) bool {
	return k.major < major || k.major == major && k.minor < minor
}

// wrong is the error for a server the dialect is not made for.
func (k serverKind) wrong(d Dialect, right string) error {
	return fmt.Errorf("the dialect %s is for %s, but the server is %q", d, right, k.text)
}

// lostConnection tells whether an error that no server sent means that there is no
// connection, or no more. go-sql-driver's errors of that kind have no type.
func lostConnection(err error) bool {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return false
	}
	for _, lost := range []error{
		driver.ErrBadConn, io.EOF, io.ErrUnexpectedEOF, net.ErrClosed, os.ErrDeadlineExceeded, syscall.ECONNRESET, syscall.EPIPE,
	} {
		if errors.Is(err, lost) {
			return true
		}
	}
	var network net.Error
	if errors.As(err, &network) {
		return true
	}
	for _, text := range []string{"invalid connection", "bad connection", "conn closed", "connection is already closed"} {
		if strings.Contains(err.Error(), text) {
			return true
		}
	}
	return false
}

// errSealedOnly is why tokens need a key on a server: who may read the tables, their
// backups and their replicas is not for a program to find out.
var errSealedOnly = errors.New("a server's tables, backups and replicas are read by others: seal the tokens with WithTokenKey")
