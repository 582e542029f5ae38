package fxiaoke

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/pager"
)

// WholeCompany is the department that holds everybody.
const WholeCompany = "999999"

// User is an employee. ID is an FSUID_ id in body mode, and the employee's number
// ("1000") in header mode.
type User struct {
	ID             string      `json:"openUserId"`
	Account        string      `json:"account"`
	Name           string      `json:"name"`
	NickName       string      `json:"nickName"`
	FullName       string      `json:"fullName"` // by mobile number only
	Status         string      `json:"status"`   // by mobile number only: "NORMAL"
	IsStop         bool        `json:"isStop"`   // no longer active
	Email          string      `json:"email"`
	Mobile         string      `json:"mobile"`
	Gender         string      `json:"gender"` // M or F
	Position       string      `json:"position"`
	DepartmentIDs  []string    `json:"departmentIds"`
	MainDepartment string      `json:"mainDepartmentId"`
	EmployeeNumber string      `json:"employeeNumber"`
	HireDate       duijie.Time `json:"hireDate"`
	CreateTime     Time        `json:"createTime"`
	LeaderID       string      `json:"leaderId"`

	Extra map[string]json.RawMessage `json:"-"` // members without a field
}

// MarshalJSON writes the fields, and what Extra has beyond them.
func (u User) MarshalJSON() ([]byte, error) { return encodeObject(u) }

// UserQuery asks for the employees of a department.
type UserQuery struct {
	Department string // its number; "" = WholeCompany
	// OwnOnly leaves out the departments below it.
	OwnOnly bool
}

func (q UserQuery) body() map[string]any {
	id := q.Department
	if id == "" {
		id = WholeCompany
	}
	return map[string]any{"departmentId": json.Number(id), "fetchChild": !q.OwnOnly}
}

func (q UserQuery) check() error {
	if q.Department != "" && !isEmployeeID(q.Department) {
		return invalid("users", "Department must be a number")
	}
	return nil
}

// ListUsers lists the employees of a department (查询部门下员工详情列表), all in one answer.
// Effect: read. Limit: 100 calls in 20 s.
func (c *Client) ListUsers(ctx context.Context, q UserQuery, opts ...duijie.CallOption) ([]User, error) {
	if err := q.check(); err != nil {
		return nil, err
	}
	body := q.body()
	body["showDepartmentIdsDetail"] = true
	var out struct {
		List []User `json:"userList"`
	}
	err := c.Call(ctx, "/cgi/user/list", body, &out, opts...)
	return out.List, err
}

// ListUserNames lists id and name of the employees of a department (查询部门下员工列表).
// Effect: read. Limit: 100 calls in 20 s.
func (c *Client) ListUserNames(ctx context.Context, q UserQuery, opts ...duijie.CallOption) ([]User, error) {
	if err := q.check(); err != nil {
		return nil, err
	}
	var out struct {
		List []User `json:"userList"` // spelled userlist there
	}
	err := c.Call(ctx, "/cgi/user/simpleList", q.body(), &out, opts...)
	return out.List, err
}

// GetUser reads one employee (查询员工). Errors: duijie.ErrNotFound where there is none.
// Effect: read. Limit: 100 calls in 20 s.
func (c *Client) GetUser(ctx context.Context, id string, opts ...duijie.CallOption) (User, error) {
	if id == "" {
		return User{}, invalid("user", "the id is missing")
	}
	var u User
	if err := c.Call(ctx, "/cgi/user/get", map[string]any{"openUserId": id, "showDepartmentIdsDetail": true}, &u, opts...); err != nil {
		return User{}, err
	}
	for _, name := range []string{"errorCode", "errorMessage", "errorDescription", "traceId"} {
		delete(u.Extra, name)
	}
	return u, nil
}

// FindUser finds employees by their mobile number (根据手机号查询员工); none is no error.
// Effect: read. Limit: 100 calls in 20 s.
func (c *Client) FindUser(ctx context.Context, mobile string, opts ...duijie.CallOption) ([]User, error) {
	if mobile == "" {
		return nil, invalid("user", "the mobile number is missing")
	}
	var out struct {
		List []User `json:"empList"`
	}
	err := c.Call(ctx, "/cgi/user/getByMobile", map[string]any{"mobile": mobile}, &out, opts...)
	return out.List, err
}

// ModifiedUserPages reads the employees that were modified in a span of time
// (根据更新时间查询员工), 1000 a page; zero times do not bound it. The platform calls the
// operation retired: query PersonnelObj where the acting employee may.
//
// Pages go by number: employees who change while they are read may come twice or be missed.
// Effect: read. Limit: 100 calls in 20 s.
func (c *Client) ModifiedUserPages(ctx context.Context, from, to time.Time, opts ...duijie.CallOption) duijie.Pages[User] {
	return pager.Pages(ctx, "", func(ctx context.Context, cursor string) (*duijie.Page[User], error) {
		number := 1
		if cursor != "" {
			number, _ = strconv.Atoi(cursor)
		}
		body := map[string]any{"pageSize": 1000, "pageNumber": number, "showDepartmentIdsDetail": true}
		if !from.IsZero() {
			body["startTime"] = from.UnixMilli()
		}
		if !to.IsZero() {
			body["endTime"] = to.UnixMilli()
		}
		var out struct {
			Number int    `json:"pageNumber"`
			Pages  int    `json:"pageCount"`
			Total  *int64 `json:"totalCount"`
			List   []User `json:"employees"`
		}
		if err := c.Call(ctx, "/cgi/user/get/batchByUpdTime", body, &out, opts...); err != nil {
			return nil, err
		}
		page := &duijie.Page[User]{Items: out.List, Total: -1}
		if out.Total != nil {
			page.Total = *out.Total
		}
		if number < out.Pages {
			page.Next = strconv.Itoa(number + 1)
		}
		return page, nil
	})
}

// Department is a department of the address book.
type Department struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	ParentID string `json:"parentId"` // the one above
	IsStop   bool   `json:"isStop"`   // no longer active
	Order    int64  `json:"order"`    // among its sisters
	Leader   string `json:"principalId"`

	Extra map[string]json.RawMessage `json:"-"` // members without a field
}

// ListDepartments lists all departments (查询部门列表). The platform calls the operation
// retired: query DepartmentObj where the acting employee may.
// Effect: read. Limit: 100 calls in 20 s.
func (c *Client) ListDepartments(ctx context.Context, opts ...duijie.CallOption) ([]Department, error) {
	var out struct {
		List []Department `json:"departments"`
	}
	err := c.Call(ctx, "/cgi/department/list", nil, &out, opts...)
	return out.List, err
}

// GetDepartment reads one department (查询部门详情). Errors: duijie.ErrNotFound where there
// is none. Effect: read. Limit: 100 calls in 20 s.
func (c *Client) GetDepartment(ctx context.Context, id string, opts ...duijie.CallOption) (Department, error) {
	if !isEmployeeID(id) {
		return Department{}, invalid("department", "the id must be a number")
	}
	var out struct {
		Department *Department `json:"department"`
	}
	if err := c.Call(ctx, "/cgi/department/detail", map[string]any{"departmentId": json.Number(id)}, &out, opts...); err != nil {
		return Department{}, err
	}
	if out.Department == nil {
		return Department{}, &duijie.APIError{
			Platform: platform, Op: "/cgi/department/detail", Class: duijie.ClassNotFound, StatusCode: 200, Attempts: 1,
			Message: "the answer holds no department",
		}
	}
	return *out.Department, nil
}
