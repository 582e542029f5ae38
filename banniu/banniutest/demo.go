package banniutest

import (
	"fmt"
	"time"
)

// The work sheet of [WithDemo]: goods waiting for their barcodes, all made on
// 2024-09-06, China time.
const (
	DemoProject       = "27912"  // project id of the sheet 货品
	DemoApp           = "30777"  // its app id
	DemoGoodsNo       = "27963"  // column 货品编号
	DemoBarcode       = "101297" // column 商品条码, to be filled in
	DemoTasks         = 230      // tasks made on the day
	DemoUnknownGoods  = "G9999"  // a goods number of one task that no catalogue has
	demoTasksPerGoods = 2
)

// DemoDay is the day on which the tasks of [WithDemo] were made.
func DemoDay() time.Time { return time.Date(2024, 9, 6, 0, 0, 0, 0, China) }

// DemoGoods lists the goods numbers of the demo with their barcodes, what the other
// collection of the flow knows.
func DemoGoods() map[string]string {
	goods := map[string]string{}
	for i := range (DemoTasks + demoTasksPerGoods - 1) / demoTasksPerGoods {
		goods[fmt.Sprintf("G%04d", i+1)] = fmt.Sprintf("69%011d", 10_000_019*(i+1))
	}
	return goods
}

// seedDemo fills the fake.
func (s *Server) seedDemo() {
	s.users = []User{{ID: 1001, Nick: "alice"}, {ID: 1002, Nick: "李雷"}, {ID: 1003, Nick: "韩梅梅"}}
	s.shops = []Shop{{ID: 501, Title: "示例旗舰店"}, {ID: 502, Title: "示例专营店"}}
	p := &project{Project: Project{
		ID: DemoProject, AppID: DemoApp, Name: "货品",
		Columns: []Column{
			{ID: 27963, Name: "货品编号"},
			{ID: 27964, Name: "货品名称"},
			{ID: 101297, Name: "商品条码"},
			{ID: 27970, Name: "店铺", Behavior: Dropdown, Options: []Choice{{501, "示例旗舰店"}, {502, "示例专营店"}}},
			{ID: 27971, Name: "处理方式", Behavior: Multiple, Options: []Choice{{643, "补发"}, {644, "退款"}, {645, "换货"}}},
			{ID: 27972, Name: "金额", Behavior: Number},
			{ID: 27973, Name: "明细", Sons: []Column{{ID: 606, Name: "品名"}, {ID: 1913, Name: "数量", Behavior: Number}}},
			{ID: 27974, Name: "图片", Behavior: Attachment},
		},
	}}
	s.projects = append(s.projects, p)
	day := DemoDay()
	for i := range DemoTasks {
		no := fmt.Sprintf("G%04d", i/demoTasksPerGoods+1)
		if i == DemoTasks-7 {
			no = DemoUnknownGoods
		}
		made := day.Add(time.Duration(i*86399/DemoTasks) * time.Second)
		t := p.add(s, Cells{
			"3": made.Format(layout), "27963": no, "27964": "货品 " + no, "27970": fmt.Sprint(501 + i%2),
			"27971": []string{"643", "645,643", "644"}[i%3], "27972": fmt.Sprintf("%d.%02d", 10+i, i%100),
			"27973": fmt.Sprintf(`[{"606":"货品 %s","1913":"%d"}]`, no, i%5+1), "5": fmt.Sprint(i % 3),
		}, made)
		t.made = made
	}
}
