package fxiaoketest

import (
	"slices"
)

// User is an employee.
type User struct {
	ID          string  // employee id, "1000"
	OpenID      string  // FSUID_ and 32 hex digits
	Name        string  // full name
	Mobile      string  // 11 digits
	Email       string  // "" for none
	Number      string  // employeeNumber
	Departments []int64 // ids
	Stopped     bool    // left the company
}

// Department is a department; 999999 is the whole company.
type Department struct {
	ID, Parent int64
	Name       string
	Stopped    bool
}

// AddUser adds an employee.
func (s *Server) AddUser(u User) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.users = append(s.users, u)
}

// AddDepartment adds a department.
func (s *Server) AddDepartment(d Department) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.depts = append(s.depts, d)
}

func (s *Server) user(id string) *User {
	i := slices.IndexFunc(s.users, func(u User) bool { return u.ID == id || u.OpenID == id })
	if i < 0 {
		return nil
	}
	return &s.users[i]
}

// employeeOf is the employee id of a person in either form, "" for a stranger.
func (s *Server) employeeOf(id string) string {
	if u := s.user(id); u != nil && id != "" {
		return u.ID
	}
	return ""
}

// openIDOf is the FSUID of a person in either form, "" for a stranger.
func (s *Server) openIDOf(id string) string {
	if u := s.user(id); u != nil && id != "" {
		return u.OpenID
	}
	return ""
}

func (c *call) person(u User) map[string]any {
	var depts []any
	for _, d := range u.Departments {
		depts = append(depts, d)
	}
	return map[string]any{
		"openUserId": c.employee(u.ID), "account": u.Mobile, "name": u.Name, "nickName": u.Name, "isStop": u.Stopped, "email": u.Email,
		"mobile": u.Mobile, "gender": "M", "departmentIds": depts, "employeeNumber": u.Number, "createTime": int64(1758789217451),
	}
}

func (c *call) userByMobile() (map[string]any, *refusal) {
	list := []any{}
	for _, u := range c.s.users {
		if u.Mobile != "" && u.Mobile == text(c.body["mobile"]) {
			list = append(list, map[string]any{
				"enterpriseId": 691413, "openUserId": c.employee(u.ID), "account": u.Mobile, "fullName": u.Name, "name": u.Name,
				"status": "NORMAL", "mobile": u.Mobile, "email": u.Email, "gender": "M", "isActive": !u.Stopped,
				"mainDepartmentIds": c.person(u)["departmentIds"], "departmentIds": c.person(u)["departmentIds"],
			})
		}
	}
	return map[string]any{"empList": list}, nil
}

// below lists a department and, if wanted, all under it.
func (s *Server) below(id int64, children bool) []int64 {
	out := []int64{id}
	for i := 0; children && i < len(out); i++ {
		for _, d := range s.depts {
			if d.Parent == out[i] && !slices.Contains(out, d.ID) {
				out = append(out, d.ID)
			}
		}
	}
	return out
}

func (c *call) userList(member string, simple bool) (map[string]any, *refusal) {
	id, ok := whole(c.body["departmentId"])
	if !ok {
		return nil, refuse(11009, "departmentId is error")
	}
	if id != 999999 && !slices.ContainsFunc(c.s.depts, func(d Department) bool { return d.ID == id }) {
		return nil, refuse(30007, "department does not exist")
	}
	in := c.s.below(id, flag(c.body["fetchChild"]))
	list := []any{}
	for _, u := range c.s.users {
		if !slices.ContainsFunc(u.Departments, func(d int64) bool { return slices.Contains(in, d) }) &&
			(id != 999999 || !flag(c.body["fetchChild"])) {
			continue
		}
		p := c.person(u)
		if simple {
			p = map[string]any{"openUserId": p["openUserId"], "name": u.Name}
		}
		list = append(list, p)
	}
	return map[string]any{member: list, "errorDescription": "成功"}, nil
}

func (c *call) userGet() (map[string]any, *refusal) {
	u := c.s.user(text(c.body["openUserId"]))
	if u == nil {
		return nil, refuse(30027, "employee does not exist")
	}
	return c.person(*u), nil
}

func (c *call) departmentList() (map[string]any, *refusal) {
	list := []any{}
	for i, d := range c.s.depts {
		list = append(list, map[string]any{"id": d.ID, "name": d.Name, "parentId": d.Parent, "isStop": d.Stopped, "order": i})
	}
	return map[string]any{"departments": list}, nil
}

func (c *call) departmentDetail() (map[string]any, *refusal) {
	id, _ := whole(c.body["departmentId"])
	for i, d := range c.s.depts {
		if d.ID == id {
			return map[string]any{"department": map[string]any{
				"id": d.ID, "name": d.Name, "parentId": d.Parent, "order": i, "isStop": d.Stopped,
			}}, nil
		}
	}
	return nil, refuse(30007, "department does not exist")
}
