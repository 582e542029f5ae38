package banniu_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"golang.org/x/time/rate"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/banniu"
	"github.com/duijie-go/duijie/banniu/banniutest"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/mirror"
)

// Goods is a task of the sheet 货品, as far as these examples need it.
type Goods struct {
	TaskID  string            `banniu:"-1"`
	Status  banniu.TaskStatus `banniu:"5"`
	No      string            `banniu:"货品编号"`
	Barcode string            `banniu:"商品条码,omitempty"`
	Shop    string            `banniu:"店铺,title,omitempty"`
	Amount  duijie.Decimal    `banniu:"金额,omitempty"`
}

// day is when all tasks of the fake were made.
var day = time.Date(2024, 9, 6, 0, 0, 0, 0, duijie.China)

// fake starts a gateway with one sheet of 230 tasks, and a client of it. A program of
// yours uses banniu.ConfigFromEnv instead, and leaves limiter and clock out.
func fake() (*banniu.Client, *banniutest.Server) {
	s := banniutest.NewServer(banniutest.WithDemo())
	client, err := banniu.NewClient(banniu.Config{
		BaseURL: s.URL(), AppKey: s.AppKey(), AppSecret: duijie.NewSecret(s.AppSecret()), AccessToken: duijie.NewSecret(s.AccessToken()),
		ProjectID: banniutest.DemoProject, AppID: banniutest.DemoApp,
	}, duijie.WithRateLimiter(rate.NewLimiter(rate.Inf, 1)), duijie.WithClock(func() time.Time { return day.AddDate(0, 0, 2) }))
	if err != nil {
		panic(err)
	}
	return client, s
}

// The tasks of a day, as structs.
func ExampleTasksAs() {
	client, s := fake()
	defer s.Close()
	ctx := context.Background()
	sheet := client.Project("", "")
	form, err := sheet.Form(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	n := 0
	for goods, err := range banniu.TasksAs[Goods](ctx, sheet, form, banniu.TaskQuery{CreatedFrom: day, CreatedTo: day.AddDate(0, 0, 1)}) {
		if err != nil {
			fmt.Println(err)
			return
		}
		if n++; n == 1 {
			fmt.Println(goods.No, goods.Shop, goods.Amount, goods.Status.Name())
		}
	}
	fmt.Println(n)
	// Output:
	// G0001 示例旗舰店 10.00 未开始
	// 230
}

// Tasks are found by a column's name, and read as they come.
func ExampleForm_Where() {
	client, s := fake()
	defer s.Close()
	ctx := context.Background()
	sheet := client.Project("", "")
	form, err := sheet.Form(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	shop, err := form.Where("店铺", banniu.SearchEqual, "示例专营店")
	if err != nil {
		fmt.Println(err)
		return
	}
	page, err := sheet.List(ctx, banniu.TaskQuery{Conditions: []banniu.Condition{shop}, PageSize: 2})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, row := range page.Items {
		fmt.Println(row.Text(form.ID("货品编号")), form.Titles(row, "处理方式"))
	}
	// Output:
	// G0001 [换货 补发]
	// G0002 [补发]
}

// A task is created, changed and read. A lost answer is settled by looking it up.
func ExampleProject_Create() {
	client, s := fake()
	defer s.Close()
	ctx := context.Background()
	sheet := client.Project("", "")
	form, err := sheet.Form(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	contents, err := form.Encode(Goods{No: "G9001", Shop: "示例旗舰店", Amount: duijie.MustDecimal("19.90")})
	if err != nil {
		fmt.Println(err)
		return
	}
	made, err := sheet.Create(ctx, contents, banniu.CreateOptions{})
	if errors.Is(err, duijie.ErrOutcomeUnknown) {
		fmt.Println("look G9001 up before it is sent again")
	}
	if err != nil {
		fmt.Println(err)
		return
	}
	change, err := form.Contents(map[string]any{"金额": duijie.MustDecimal("18.50"), "明细": []map[string]any{{"品名": "滤芯", "数量": 2}}})
	if err == nil {
		err = sheet.Update(ctx, made.TaskID, change, banniu.UpdateOptions{})
	}
	if err != nil {
		fmt.Println(err)
		return
	}
	goods, err := banniu.GetAs[Goods](ctx, sheet, form, made.TaskID)
	fmt.Println(goods.No, goods.Amount, err)
	// Output: G9001 18.50 <nil>
}

// Of a batch each entry is told; code 0 says nothing of them.
func ExampleProject_BatchUpdate() {
	client, s := fake()
	defer s.Close()
	id := fmt.Sprint(s.TaskIDs(banniutest.DemoProject)[0])
	results, err := client.Project("", "").BatchUpdate(context.Background(), []banniu.TaskUpdate{
		{TaskID: id, Contents: banniu.Contents{banniutest.DemoBarcode: "6901234567890"}},
		{TaskID: "999", Contents: banniu.Contents{banniutest.DemoBarcode: "6901234567890"}},
	})
	failed, _ := errors.AsType[*banniu.BatchError](err)
	fmt.Println(results[0].Done, results[1].Done, len(failed.Entries))
	// Output: true false 1
}

// What people see of a tenant.
func ExampleClient() {
	client, s := fake()
	defer s.Close()
	ctx := context.Background()
	projects, err := client.Projects(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	shops, err := client.Shops(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	users := 0
	for _, err := range client.Users(ctx) {
		if err != nil {
			fmt.Println(err)
			return
		}
		users++
	}
	fmt.Println(projects[0].Name, shops[0].Title, users)
	// Output: 货品 示例旗舰店 3
}

// The platform fetches a file; its id goes into an attachment column.
func ExampleClient_UploadFiles() {
	client, s := fake()
	defer s.Close()
	ctx := context.Background()
	files, err := client.UploadFiles(ctx, []banniu.FileLink{{URL: "https://example.com/a.jpg", Name: "a.jpg"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	sheet := client.Project("", "")
	form, err := sheet.Form(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	contents, err := form.Contents(map[string]any{"图片": banniu.Files{files[0].ID}})
	if err == nil {
		err = sheet.Update(ctx, fmt.Sprint(s.TaskIDs(banniutest.DemoProject)[0]), contents, banniu.UpdateOptions{})
	}
	fmt.Println(files[0].Suffix, err)
	// Output: .jpg <nil>
}

// A method the package does not know is reached by verb, path and name.
func ExampleClient_Call() {
	client, s := fake()
	defer s.Close()
	var answer banniu.Answer
	err := client.Call(context.Background(), "GET /gateway/api/miniAPI task.list.new",
		banniu.Params{"project_id": banniutest.DemoProject, "page_num": 1, "page_size": 200}, nil, &answer, duijie.WithEffect(duijie.EffectRead))
	fmt.Println(answer.TotalPages, err)
	// Output: 2 <nil>
}

// Tasks get a cell filled when they are six hours old, each once. A later run reads
// what was made since.
func ExampleNewUpdateSink() {
	client, s := fake()
	defer s.Close()
	ctx := context.Background()
	sheet := client.Project("", "")
	form, err := sheet.Form(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	source, err := banniu.NewSource(sheet, banniu.SourceConfig[Goods]{Form: form, Start: day, SettleDelay: 6 * time.Hour})
	if err != nil {
		fmt.Println(err)
		return
	}
	type barcode struct {
		Barcode string `banniu:"商品条码"`
	}
	sink, err := banniu.NewUpdateSink(sheet, banniu.UpdateConfig[barcode]{Form: form})
	if err != nil {
		fmt.Println(err)
		return
	}
	pipeline := duijiesync.Pipeline[Goods, barcode]{
		Name: "barcodes", Source: source, Sink: sink, State: duijiesync.NewMemoryState(),
		Transform: func(_ context.Context, g Goods) (barcode, error) { return barcode{"690" + g.No}, nil },
	}
	for range 2 {
		report, err := pipeline.Run(ctx)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(report.Read, report.Updated, report.Unchanged)
	}
	// Output:
	// 230 230 0
	// 0 0 0
}

// Records of another system become tasks, known by a column with their key.
func ExampleNewCreateSink() {
	client, s := fake()
	defer s.Close()
	ctx := context.Background()
	sheet := client.Project("", "")
	form, err := sheet.Form(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	sink, err := banniu.NewCreateSink(sheet, banniu.CreateConfig[Goods]{Form: form, KeyColumn: "货品名称"})
	if err != nil {
		fmt.Println(err)
		return
	}
	s.Inject(banniutest.Fault{Method: "task.create", Call: 2, Kind: banniutest.Throttle})
	orders := []Goods{{No: "O-1"}, {No: "O-2"}}
	pipeline := duijiesync.Pipeline[Goods, Goods]{
		Name: "orders", Source: duijiesync.Slice(orders, func(g Goods) string { return g.No }), Sink: sink,
		State: duijiesync.NewMemoryState(), Transform: duijiesync.Same[Goods],
	}
	report, err := pipeline.Run(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(report.Created, s.Created(banniutest.DemoProject, "27964", "O-2"))
	// Output: 2 1
}

// What went to the recycle bin goes from the target of a pipeline too.
func ExampleProject_LiveKeys() {
	client, s := fake()
	defer s.Close()
	ctx := context.Background()
	sheet := client.Project("", "")
	source, err := banniu.NewSource(sheet, banniu.SourceConfig[banniu.Row]{Full: true})
	if err != nil {
		fmt.Println(err)
		return
	}
	state := duijiesync.NewMemoryState()
	pipeline := duijiesync.Pipeline[banniu.Row, banniu.Row]{
		Name: "goods", Source: source, State: state, Transform: duijiesync.Same[banniu.Row], Sink: duijiesync.Discard[banniu.Row]{},
	}
	if _, err := pipeline.Run(ctx); err != nil {
		fmt.Println(err)
		return
	}
	s.Delete(banniutest.DemoProject, s.TaskIDs(banniutest.DemoProject)[0])
	m := &mirror.Mirror{Name: "goods", State: state, Keys: sheet.LiveKeys(state, "goods", nil), Deleter: printer{}}
	report, err := m.Run(ctx)
	fmt.Println(report.Gone, err)
	// Output: 1 <nil>
}

// printer is a target that has nothing to delete.
type printer struct{}

func (printer) Delete(_ context.Context, rows []mirror.Gone) ([]duijiesync.Outcome, error) {
	return slices.Repeat([]duijiesync.Outcome{{Kind: duijiesync.OutcomeUpdated}}, len(rows)), nil
}
