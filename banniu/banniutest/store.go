package banniutest

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"
)

// Behavior is a column's behavior_type, the number condition_column speaks of.
type Behavior int

// Behaviors of columns.
const (
	Text       Behavior = 1
	Number     Behavior = 2
	Single     Behavior = 3 // 单选
	Dropdown   Behavior = 4 // 下拉
	Multiple   Behavior = 5 // 多选
	Cascade    Behavior = 6 // 级联
	DateTime   Behavior = 7
	DateRange  Behavior = 8
	Rating     Behavior = 9
	Attachment Behavior = 10
	RichText   Behavior = 11
	Tags       Behavior = 12
)

// Choice is one option of a column.
type Choice struct {
	ID    int64
	Title string
}

// Column is a column a tenant made.
type Column struct {
	ID       int64
	Name     string
	Behavior Behavior // 0 = Text
	Options  []Choice // cells take their ids alone
	Related  []Choice // relation_options: further choices of a cascade
	Sons     []Column // columns of a sub-table
	Late     bool     // filled in by the platform later, see [WithFillDelay]
}

// Project is a work sheet (工作表) with its columns.
type Project struct {
	ID, AppID string
	Name      string
	Columns   []Column
}

// Cells are the values of a task by column id, as the platform keeps them: texts,
// option ids joined by ",", JSON texts of sub-tables and attachments. The built-in
// columns "1" to "9" may be set too, "3" and "4" as "2006-01-02 15:04:05", China time.
type Cells map[string]string

// User is a user of the tenant.
type User struct {
	ID   int64
	Nick string
}

// Shop is a shop of the tenant, the seller of common.getSeller.
type Shop struct {
	ID    int64
	Title string
}

// File is a file the gateway fetched for file.url.upload.
type File struct {
	ID, Name, Suffix, URL string
}

type project struct {
	Project
	tasks   []*task // in the order lists have them
	removed []*task
}

type task struct {
	id    int64
	cells Cells
	made  time.Time
	shows time.Time // real time; lists and getTask do not know it before
}

// AddProject adds a work sheet. It panics when the id is taken.
func (s *Server) AddProject(p Project) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.project(p.ID) != nil {
		panic(fmt.Sprintf("banniutest: project %s is there already", p.ID))
	}
	s.projects = append(s.projects, &project{Project: p})
}

// AddUser adds users.
func (s *Server) AddUser(users ...User) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.users = append(s.users, users...)
}

// AddShop adds shops.
func (s *Server) AddShop(shops ...Shop) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.shops = append(s.shops, shops...)
}

// Add makes a task, created and modified now unless cells "3" and "4" say otherwise,
// and returns its id. It panics when the project is not there.
func (s *Server) Add(projectID string, cells Cells) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.mustProject(projectID).add(s, cells, s.clock()).id
}

// Set changes cells of a task as a person at the screen would; an empty text clears a
// cell. It panics when the task is not there.
func (s *Server) Set(projectID string, id int64, cells Cells) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.mustProject(projectID).task(id)
	if t == nil {
		panic(fmt.Sprintf("banniutest: no task %d in project %s", id, projectID))
	}
	t.set(cells)
	if cells["4"] == "" {
		t.cells["4"] = s.clock().In(China).Format(layout)
	}
}

// Delete moves a task to the recycle bin.
func (s *Server) Delete(projectID string, id int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.mustProject(projectID)
	i := slices.IndexFunc(p.tasks, func(t *task) bool { return t.id == id })
	if i < 0 {
		panic(fmt.Sprintf("banniutest: no task %d in project %s", id, projectID))
	}
	p.removed = append(p.removed, p.tasks[i])
	p.tasks = slices.Delete(p.tasks, i, i+1)
}

// Task returns the cells of a task, built-in columns included.
func (s *Server) Task(projectID string, id int64) (Cells, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.mustProject(projectID).task(id)
	if t == nil {
		return nil, false
	}
	return maps.Clone(t.cells), true
}

// TaskIDs lists the tasks of a project, in ascending order, without deleted ones.
func (s *Server) TaskIDs(projectID string) []int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	var ids []int64
	for _, t := range s.mustProject(projectID).tasks {
		ids = append(ids, t.id)
	}
	slices.Sort(ids)
	return ids
}

// Files lists the files fetched for file.url.upload.
func (s *Server) Files() []File {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.files)
}

func (s *Server) project(id string) *project {
	for _, p := range s.projects {
		if p.ID == id {
			return p
		}
	}
	return nil
}

func (s *Server) mustProject(id string) *project {
	p := s.project(id)
	if p == nil {
		panic(fmt.Sprintf("banniutest: no project %s", id))
	}
	return p
}

func (p *project) add(s *Server, cells Cells, now time.Time) *task {
	t := &task{id: s.nextTask, cells: Cells{}, made: now}
	s.nextTask++
	stamp := now.In(China).Format(layout)
	t.cells["1"], t.cells["3"], t.cells["4"], t.cells["5"] = "1001", stamp, stamp, "0"
	t.set(cells)
	if cells["3"] != "" && cells["4"] == "" {
		t.cells["4"] = cells["3"]
	}
	if made, err := time.ParseInLocation(layout, t.cells["3"], China); err == nil {
		t.made = made
	}
	p.tasks = append(p.tasks, t)
	return t
}

func (p *project) task(id int64) *task {
	for _, t := range p.tasks {
		if t.id == id {
			return t
		}
	}
	return nil
}

func (p *project) column(id string) *Column {
	for i, c := range p.Columns {
		if strconv.FormatInt(c.ID, 10) == id {
			return &p.Columns[i]
		}
	}
	return nil
}

func (t *task) set(cells Cells) {
	for k, v := range cells {
		if v == "" {
			delete(t.cells, k)
			continue
		}
		t.cells[k] = v
	}
}

// seen tells that lists and lookups know the task.
func (t *task) seen() bool { return t.shows.IsZero() || !time.Now().Before(t.shows) }

// row is a task as the wire has it.
func (s *Server) row(p *project, t *task) map[string]any {
	row := map[string]any{"-1": strconv.FormatInt(t.id, 10), "0": t.id}
	fresh := s.fillDelay > 0 && s.clock().Sub(t.made) < s.fillDelay
	for k, v := range t.cells {
		col := p.column(k)
		if fresh && col != nil && col.Late {
			continue
		}
		row[k] = v
		if s.numberCells && (k == "1" || k == "2" || k == "5" || k == "8" || col != nil && col.Behavior == Number) {
			row[k] = jsonNumber(v)
		}
	}
	if s.nullCells {
		for _, c := range p.Columns {
			if id := strconv.FormatInt(c.ID, 10); row[id] == nil {
				row[id] = nil
			}
		}
	}
	return row
}
