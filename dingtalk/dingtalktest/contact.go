package dingtalktest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
)

// User is one person of the organisation.
type User struct {
	ID          string  // userid
	UnionID     string  // unionid; "" for one that is made up
	Name        string  // name
	Mobile      string  // mobile; "" leaves it out, as without the permission
	Title       string  // title
	JobNumber   string  // job_number
	Departments []int64 // dept_id_list; the default is the root
	Extra       Row     // further members of the user object, as they shall stand there
	NoYida      bool    // has no Yida licence: calls in this user's name are refused
	External    bool    // contact_type 1
}

// Department is one department of the organisation.
type Department struct {
	ID     int64  // dept_id; the root is 1
	Parent int64  // parent_id; 0 means the root
	Name   string // name
}

// DemoUser is a person every fake organisation has.
const DemoUser = "manager123"

const rootDepartment = 1

// directory is the organisation.
type directory struct {
	users       map[string]*User
	order       []string
	departments map[int64]*Department
	tree        []int64
}

func contactOps() []operation {
	const paging = "dept_id:n* cursor:n* size:n* order_field contain_access_limit:b language"
	op := func(path, body string, serve func(*call) (any, *Error)) operation {
		scope := "Contact.User.Read"
		if len(path) > 20 && path[:20] == "topapi/v2/department" {
			scope = "Contact.Department.Read"
		}
		return operation{gate: oapi, verb: "POST", path: path, scope: scope, free: true, body: body, serve: serve}
	}
	return []operation{
		op("topapi/v2/user/get", "userid* language", (*call).user),
		op("topapi/v2/user/getbymobile", "mobile*", (*call).userByMobile),
		op("topapi/user/getbyunionid", "unionid*", (*call).userByUnion),
		op("topapi/user/listid", "dept_id:n*", (*call).userIDs),
		op("topapi/user/listsimple", paging, func(c *call) (any, *Error) { return c.usersOf(simpleUser) }),
		op("topapi/v2/user/list", paging, func(c *call) (any, *Error) { return c.usersOf(fullUser) }),
		op("topapi/v2/department/listsub", "dept_id:n language", (*call).departments),
		op("topapi/v2/department/listsubid", "dept_id:n*", (*call).departmentIDs),
		op("topapi/v2/department/get", "dept_id:n* language", (*call).department),
	}
}

// seedPeople puts in what every organisation has from its first day.
func (s *Server) seedPeople() {
	s.people = directory{users: map[string]*User{}, departments: map[int64]*Department{}}
	s.addDepartment(Department{ID: rootDepartment, Name: "对接演示有限公司"})
	s.addDepartment(Department{ID: 483524872, Parent: 1, Name: "市场部"})
	s.addDepartment(Department{ID: 919684607, Parent: 483524872, Name: "电商组"})
	s.addUser(User{ID: DemoUser, Name: "周岚", Mobile: "13800000000", Title: "主管", JobNumber: "0001", Departments: []int64{1, 919684607}})
	s.addUser(User{ID: "user100", Name: "吴桐", Mobile: "13800000100", Departments: []int64{919684607}})
}

// AddUser adds a person, or replaces the one with that userid.
func (s *Server) AddUser(u User) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.addUser(u)
}

func (s *Server) addUser(u User) {
	if u.UnionID == "" {
		u.UnionID = "union" + u.ID + "iE"
	}
	if len(u.Departments) == 0 {
		u.Departments = []int64{rootDepartment}
	}
	for _, d := range u.Departments {
		if s.people.departments[d] == nil {
			panic(fmt.Sprintf("dingtalktest: user %s is in department %d, which is not there", u.ID, d))
		}
	}
	if s.people.users[u.ID] == nil {
		s.people.order = append(s.people.order, u.ID)
	}
	s.people.users[u.ID] = &u
}

// AddDepartment adds a department. Its parent must be there.
func (s *Server) AddDepartment(d Department) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.addDepartment(d)
}

func (s *Server) addDepartment(d Department) {
	if d.Parent == 0 && d.ID != rootDepartment {
		d.Parent = rootDepartment
	}
	if d.ID != rootDepartment && s.people.departments[d.Parent] == nil {
		panic(fmt.Sprintf("dingtalktest: department %d has parent %d, which is not there", d.ID, d.Parent))
	}
	if s.people.departments[d.ID] == nil {
		s.people.tree = append(s.people.tree, d.ID)
	}
	s.people.departments[d.ID] = &d
}

// RemoveUser takes a person away. It tells whether there was one.
func (s *Server) RemoveUser(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.people.users[id] == nil {
		return false
	}
	delete(s.people.users, id)
	s.people.order = slices.DeleteFunc(s.people.order, func(u string) bool { return u == id })
	return true
}

func (s *Server) userName(id string) string {
	if u := s.people.users[id]; u != nil {
		return u.Name
	}
	return id
}

func (s *Server) departmentName(id string) string {
	n, _ := integer(id)
	if d := s.people.departments[n]; d != nil {
		return d.Name
	}
	return id
}

func simpleUser(u *User) Row { return Row{"userid": u.ID, "name": u.Name} }

// fullUser is a user as the wire has it. The order of a department exceeds 2^53.
func fullUser(u *User) Row {
	order, leads := []any{}, []any{}
	for i, d := range u.Departments {
		order = append(order, Row{"dept_id": d, "order": json.Number(strconv.FormatInt(179997318850453160+int64(i), 10))})
		leads = append(leads, Row{"dept_id": d, "leader": i == 0 && u.ID == DemoUser})
	}
	out := Row{
		"userid": u.ID, "unionid": u.UnionID, "name": u.Name, "avatar": "", "state_code": "86", "telephone": "", "title": u.Title,
		"job_number": u.JobNumber, "remark": "", "create_time": "2024-07-15T07:05:43.000Z", "hired_date": json.Number("1597573616828"),
		"active": true, "admin": u.ID == DemoUser, "boss": false, "senior": false, "real_authed": true, "hide_mobile": false, "exclusive_account": false,
		"dept_id_list": anys(u.Departments), "dept_order_list": order, "leader_in_dept": leads,
		"role_list": []any{Row{"id": json.Number("4065312371"), "name": "主管", "group_name": "默认"}},
	}
	if u.Mobile != "" {
		out["mobile"] = u.Mobile
	}
	for k, v := range u.Extra {
		out[k] = v
	}
	return out
}

func oldResult(v any) (any, *Error) { return oldOK(Row{"result": v}), nil }

func noUser() *Error { return oldError(60121, "找不到该用户") }

func (c *call) user() (any, *Error) {
	u := c.s.people.users[c.str("userid")]
	if u == nil {
		return nil, noUser()
	}
	return oldResult(fullUser(u))
}

func (c *call) userByMobile() (any, *Error) {
	for _, id := range c.s.people.order {
		if u := c.s.people.users[id]; u.Mobile == c.str("mobile") {
			return oldResult(Row{"userid": u.ID})
		}
	}
	return nil, oldError(40104, "不合法的手机号")
}

func (c *call) userByUnion() (any, *Error) {
	for _, id := range c.s.people.order {
		u := c.s.people.users[id]
		if u.UnionID != c.str("unionid") {
			continue
		}
		kind := 0
		if u.External {
			kind = 1
		}
		return oldResult(Row{"contact_type": kind, "userid": u.ID})
	}
	return nil, noUser()
}

// inDepartment are the users of one department, without those below it.
func (c *call) inDepartment() ([]*User, *Error) {
	id := c.num("dept_id", rootDepartment)
	if c.s.people.departments[id] == nil {
		return nil, oldError(60003, "部门不存在")
	}
	var out []*User
	for _, u := range c.s.people.order {
		if slices.Contains(c.s.people.users[u].Departments, id) {
			out = append(out, c.s.people.users[u])
		}
	}
	return out, nil
}

func (c *call) userIDs() (any, *Error) {
	users, err := c.inDepartment()
	if err != nil {
		return nil, err
	}
	ids := []any{}
	for _, u := range users {
		ids = append(ids, u.ID)
	}
	return oldResult(Row{"userid_list": ids})
}

func (c *call) usersOf(form func(*User) Row) (any, *Error) {
	cursor, size := c.num("cursor", 0), c.num("size", 0)
	switch {
	case cursor < 0:
		return nil, oldError(40068, "不合法的偏移量")
	case size < 1 || size > 100:
		return nil, oldError(40069, "不合法的分页大小")
	}
	users, err := c.inDepartment()
	if err != nil {
		return nil, err
	}
	from := int(min(cursor, int64(len(users))))
	to := min(from+int(size), len(users))
	rows := []any{}
	for _, u := range users[from:to] {
		rows = append(rows, form(u))
	}
	out := Row{"has_more": to < len(users), "list": rows}
	if to < len(users) {
		out["next_cursor"] = to
	}
	return oldResult(out)
}

// below are the departments one level under another.
func (c *call) below() ([]*Department, *Error) {
	id := c.num("dept_id", rootDepartment)
	if c.s.people.departments[id] == nil {
		return nil, oldError(60003, "部门不存在")
	}
	var out []*Department
	for _, d := range c.s.people.tree {
		if one := c.s.people.departments[d]; one.Parent == id {
			out = append(out, one)
		}
	}
	return out, nil
}

func (d *Department) row() Row {
	return Row{"dept_id": d.ID, "name": d.Name, "parent_id": d.Parent, "create_dept_group": true, "auto_add_user": true}
}

func (c *call) departments() (any, *Error) {
	list, err := c.below()
	if err != nil {
		return nil, err
	}
	rows := []any{}
	for _, d := range list {
		rows = append(rows, d.row())
	}
	return oldResult(rows)
}

func (c *call) departmentIDs() (any, *Error) {
	list, err := c.below()
	if err != nil {
		return nil, err
	}
	ids := []any{}
	for _, d := range list {
		ids = append(ids, d.ID)
	}
	return oldResult(Row{"dept_id_list": ids})
}

func (c *call) department() (any, *Error) {
	d := c.s.people.departments[c.num("dept_id", 0)]
	if d == nil {
		return nil, oldError(60003, "部门不存在")
	}
	row := d.row()
	if d.ID == rootDepartment {
		delete(row, "parent_id")
	}
	row["order"], row["hide_dept"], row["outer_dept"] = json.Number("179997318850453160"), false, false
	return oldResult(row)
}
