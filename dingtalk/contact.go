package dingtalk

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"time"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
)

// RootDepartment is the department above all others.
const RootDepartment int64 = 1

// ContactService reads the address book (通讯录) of the organisation. Members the
// application has no right to, such as mobile and email, are left out by the platform.
// Calls of it do not count against the monthly quota.
type ContactService struct{ client *Client }

// Contacts is the address book.
func (c *Client) Contacts() *ContactService { return &ContactService{c} }

// User is an employee.
type User struct {
	ID           string        `json:"userid"`          // userId, by which others name the person
	UnionID      string        `json:"unionid"`         // the same in all applications of a developer
	Name         string        `json:"name"`            // full name
	Mobile       string        `json:"mobile"`          // where the application may see it
	StateCode    string        `json:"state_code"`      // country code of Mobile, "86"
	Telephone    string        `json:"telephone"`       // of the office
	Email        string        `json:"email"`           // private
	OrgEmail     string        `json:"org_email"`       // of the organisation
	Title        string        `json:"title"`           // position
	JobNumber    string        `json:"job_number"`      // 工号
	WorkPlace    string        `json:"work_place"`      // where the person works
	Remark       string        `json:"remark"`          // free text
	ManagerID    string        `json:"manager_userid"`  // userId of the superior
	Avatar       string        `json:"avatar"`          // URL of a picture
	Extension    string        `json:"extension"`       // further fields, a JSON text
	HiredAt      int64         `json:"hired_date"`      // milliseconds since 1970, 0 for none; see Hired
	Active       bool          `json:"active"`          // took the invitation
	Admin        bool          `json:"admin"`           // administrator
	Boss         bool          `json:"boss"`            // 老板
	Senior       bool          `json:"senior"`          // 高管
	DepartmentID []int64       `json:"dept_id_list"`    // departments
	Orders       []UserOrder   `json:"dept_order_list"` // place in each department
	Leads        []UserLead    `json:"leader_in_dept"`  // departments led
	Roles        []ContactRole `json:"role_list"`       // roles (角色)

	Raw json.RawMessage `json:"-"` // the whole answer, other members too
}

// UserOrder is the place of a person in a department. Places exceed 2^53.
type UserOrder struct {
	DepartmentID int64 `json:"dept_id"` // where
	Order        int64 `json:"order"`   // larger comes first
}

// UserLead says whether a person leads a department.
type UserLead struct {
	DepartmentID int64 `json:"dept_id"` // where
	Leader       bool  `json:"leader"`  // leads it
}

// ContactRole is a role (角色) of a person.
type ContactRole struct {
	ID    int64  `json:"id"`         // number of the role
	Name  string `json:"name"`       // of the role
	Group string `json:"group_name"` // of roles
}

// UnmarshalJSON keeps the whole user in Raw.
func (u *User) UnmarshalJSON(b []byte) error {
	type plain User
	if err := wire.Unmarshal(b, (*plain)(u)); err != nil {
		return err
	}
	u.Raw = append(json.RawMessage(nil), b...)
	return nil
}

// Hired is the day the person joined, the zero time where it is not told.
func (u User) Hired() time.Time {
	if u.HiredAt == 0 {
		return time.Time{}
	}
	return time.UnixMilli(u.HiredAt).In(duijie.China)
}

// Department is a department.
type Department struct {
	ID       int64  `json:"dept_id"`   // 1 = the root
	Name     string `json:"name"`      // of the department
	ParentID int64  `json:"parent_id"` // 0 for the root

	Raw json.RawMessage `json:"-"` // the whole answer, other members too
}

// UnmarshalJSON keeps the whole department in Raw.
func (d *Department) UnmarshalJSON(b []byte) error {
	type plain Department
	if err := wire.Unmarshal(b, (*plain)(d)); err != nil {
		return err
	}
	d.Raw = append(json.RawMessage(nil), b...)
	return nil
}

// read calls one of the reads of the address book.
func (s *ContactService) read(ctx context.Context, path string, body map[string]any, out any, opts []duijie.CallOption) error {
	return s.client.CallOAPI(ctx, "POST "+path, nil, body, out, opts...)
}

// User reads one employee (查询用户详情, POST /topapi/v2/user/get). One that is not there is
// duijie.ErrNotFound.
//
// Effect: read. Limit: 20 calls a second.
func (s *ContactService) User(ctx context.Context, userID string, opts ...duijie.CallOption) (User, error) {
	var u User
	if userID == "" {
		return u, invalid("/topapi/v2/user/get", "userID is missing")
	}
	return u, s.read(ctx, "/topapi/v2/user/get", map[string]any{"userid": userID}, &u, opts)
}

// UserIDByMobile finds an employee by telephone number (根据手机号查询用户, POST
// /topapi/v2/user/getbymobile). Nobody with the number is duijie.ErrNotFound.
//
// Effect: read. Limit: 20 calls a second.
func (s *ContactService) UserIDByMobile(ctx context.Context, mobile string, opts ...duijie.CallOption) (string, error) {
	return s.userID(ctx, "/topapi/v2/user/getbymobile", "mobile", mobile, opts)
}

// UserIDByUnionID finds an employee by unionId (根据unionid获取用户userid, POST
// /topapi/user/getbyunionid).
//
// Effect: read. Limit: 20 calls a second.
func (s *ContactService) UserIDByUnionID(ctx context.Context, unionID string, opts ...duijie.CallOption) (string, error) {
	return s.userID(ctx, "/topapi/user/getbyunionid", "unionid", unionID, opts)
}

func (s *ContactService) userID(ctx context.Context, path, by, value string, opts []duijie.CallOption) (string, error) {
	if value == "" {
		return "", invalid(path, by+" is missing")
	}
	var out struct {
		UserID string `json:"userid"`
	}
	err := s.read(ctx, path, map[string]any{by: value}, &out, opts)
	return out.UserID, err
}

// UserIDs lists the ids of the members of one department, not of those below it
// (获取部门用户userid列表, POST /topapi/user/listid).
//
// Effect: read. Limit: 20 calls a second.
func (s *ContactService) UserIDs(ctx context.Context, department int64, opts ...duijie.CallOption) ([]string, error) {
	var out struct {
		IDs []string `json:"userid_list"`
	}
	err := s.read(ctx, "/topapi/user/listid", map[string]any{"dept_id": department}, &out, opts)
	return out.IDs, err
}

const contactPage = 100

// Users reads the members of one department, not of those below it (获取部门用户详情, POST
// /topapi/v2/user/list), 100 a call. A person who moves while pages are read may come twice
// or not at all; a cursor that repeats ends in duijie.ErrNoProgress.
//
// Effect: read. Limit: 20 calls a second.
func (s *ContactService) Users(ctx context.Context, department int64, opts ...duijie.CallOption) iter.Seq2[User, error] {
	return func(yield func(User, error) bool) {
		seen := map[int64]bool{}
		for cursor := int64(0); ; {
			seen[cursor] = true
			var page struct {
				More bool      `json:"has_more"`
				Next *wire.Int `json:"next_cursor"`
				List []User    `json:"list"`
			}
			body := map[string]any{"dept_id": department, "cursor": cursor, "size": contactPage}
			if err := s.read(ctx, "/topapi/v2/user/list", body, &page, opts); err != nil {
				yield(User{}, err)
				return
			}
			for _, u := range page.List {
				if !yield(u, nil) {
					return
				}
			}
			if !page.More || page.Next == nil {
				return
			}
			if cursor = int64(*page.Next); seen[cursor] {
				yield(User{}, fmt.Errorf("dingtalk: /topapi/v2/user/list: cursor %d came before: %w", cursor, duijie.ErrNoProgress))
				return
			}
		}
	}
}

// AllUsers reads the members of a department and of all below it, each once.
//
// Effect: read. Limit: 20 calls a second; two calls a department at least.
func (s *ContactService) AllUsers(ctx context.Context, department int64, opts ...duijie.CallOption) iter.Seq2[User, error] {
	return func(yield func(User, error) bool) {
		departments, err := s.Tree(ctx, department, opts...)
		if err != nil {
			yield(User{}, err)
			return
		}
		seen := map[string]bool{}
		for _, d := range departments {
			for u, err := range s.Users(ctx, d.ID, opts...) {
				if err == nil && seen[u.ID] {
					continue
				}
				seen[u.ID] = true
				if !yield(u, err) || err != nil {
					return
				}
			}
		}
	}
}

// Department reads one department (获取部门详情, POST /topapi/v2/department/get).
//
// Effect: read. Limit: 20 calls a second.
func (s *ContactService) Department(ctx context.Context, id int64, opts ...duijie.CallOption) (Department, error) {
	var d Department
	return d, s.read(ctx, "/topapi/v2/department/get", map[string]any{"dept_id": id}, &d, opts)
}

// SubDepartments lists the departments right below one (获取部门列表, POST
// /topapi/v2/department/listsub).
//
// Effect: read. Limit: 20 calls a second.
func (s *ContactService) SubDepartments(ctx context.Context, id int64, opts ...duijie.CallOption) ([]Department, error) {
	var out []Department
	return out, s.read(ctx, "/topapi/v2/department/listsub", map[string]any{"dept_id": id}, &out, opts)
}

// Tree reads a department and all below it, parents before children.
//
// Effect: read. Limit: 20 calls a second, one for each department.
func (s *ContactService) Tree(ctx context.Context, id int64, opts ...duijie.CallOption) ([]Department, error) {
	root, err := s.Department(ctx, id, opts...)
	if err != nil {
		return nil, err
	}
	out, seen := []Department{root}, map[int64]bool{root.ID: true}
	for i := 0; i < len(out); i++ {
		below, err := s.SubDepartments(ctx, out[i].ID, opts...)
		if err != nil {
			return nil, err
		}
		for _, d := range below {
			if !seen[d.ID] {
				seen[d.ID] = true
				out = append(out, d)
			}
		}
	}
	return out, nil
}
