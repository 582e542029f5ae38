package okki

import (
	"context"
	"encoding/json"
	"iter"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/pager"
)

// UserService reads users (用户, scope user).
type UserService struct{ client *Client }

// User is a user, or names one within a record.
type User struct {
	UserID       int64           `json:"user_id"`         // 0 = none
	Email        string          `json:"email"`           // login
	Nickname     string          `json:"nickname"`        // what colleagues see
	FullName     string          `json:"full_name"`       // full name
	Name         string          `json:"name"`            // within records
	DepartmentID int64           `json:"department_id"`   // 0 is a real one: 我的企业
	Department   string          `json:"department_name"` // its name
	Departments  []UserDept      `json:"departments"`     // all of them
	EnableFlag   int64           `json:"enable_flag"`     // 1 active, 0 frozen, 2 deleted
	Gender       int64           `json:"gender"`          // 1 or 2
	Mobile       string          `json:"user_mobile"`     // number
	EmployeeNo   string          `json:"employee_no"`     // number in the enterprise
	Position     string          `json:"position"`        // position
	Admin        bool            `json:"is_admin"`        // of UserService.Get only
	Raw          json.RawMessage `json:"-"`               // the user as it came
}

// UserDept is a department of a user.
type UserDept struct {
	DepartmentID int64  `json:"department_id"`   // 0 is a real one: 我的企业
	Name         string `json:"department_name"` // its name
}

// UserStatus is which users are listed.
type UserStatus int

// The states of users.
const (
	UsersActive  UserStatus = 1 // the default
	UsersFrozen  UserStatus = 0 //
	UsersDeleted UserStatus = 2 //
)

// List reads all users in a state (用户列表), not paged. Effect: read.
func (s *UserService) List(ctx context.Context, status UserStatus, opts ...duijie.CallOption) ([]User, error) {
	var out []User
	err := s.client.call(ctx, "GET", "/v1/user/list", Params{"enable_flag": int(status)}, nil, &out, opts)
	return out, err
}

// Get reads a user (用户详情) by one of user_id, email, nickname and full_name.
// Effect: read.
func (s *UserService) Get(ctx context.Context, by, value string, opts ...duijie.CallOption) (User, error) {
	var out User
	switch by {
	case "user_id", "email", "nickname", "full_name":
	default:
		return out, invalid("/v1/user/info", "users are found by user_id, email, nickname or full_name, not "+by)
	}
	err := s.client.call(ctx, "GET", "/v1/user/info", Params{by: value}, nil, &out, opts)
	return out, err
}

// DepartmentService reads departments (部门).
type DepartmentService struct{ client *Client }

// Department is a department.
type Department struct {
	ID         int64           `json:"id"`          // 0 is a real one: 我的企业
	Layer      int64           `json:"layer"`       // 0 at the top
	Name       string          `json:"name"`        // department name
	ParentID   string          `json:"parent_id"`   // "" at the top
	ParentName string          `json:"parent_name"` // its name
	Raw        json.RawMessage `json:"-"`           // the department as it came
}

// All reads all departments (用户部门列表). Effect: read.
func (s *DepartmentService) All(ctx context.Context, opts ...duijie.CallOption) iter.Seq2[Department, error] {
	l := lister{client: s.client, op: operationOf("GET", "/v1/user/departmentList"), opts: opts}
	return pager.All(walkPages[Department](ctx, l))
}
