package dingtalk

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/dingtalk/dingtalktest"
)

const stockForm = dingtalktest.DemoPlainForm

// strictYida refuses members the documentation does not have.
func strictYida(t *testing.T, opts ...dingtalktest.Option) (*dingtalktest.Server, *Yida) {
	t.Helper()
	srv := dingtalktest.NewServer(append([]dingtalktest.Option{dingtalktest.WithDemo(), dingtalktest.WithStrictFields(), dingtalktest.WithQPS(0)}, opts...)...)
	t.Cleanup(srv.Close)
	return srv, fakeYida(t, srv, false)
}

// Sub-tables are replaced by id and by alias, repeated after a lost answer, and nothing else
// is taken for one.
func TestUpdateTables(t *testing.T) {
	t.Parallel()
	srv, y := strictYida(t)
	id := srv.Seed(stockForm, dingtalktest.Row{"textField_sku": "T", "tableField_lines": linesOf(3)})[0]
	lines := func() (out []string) {
		i, _ := srv.Instance(stockForm, id)
		rows, _ := i.Values["tableField_lines"].([]any)
		for _, r := range rows {
			out = append(out, r.(map[string]any)["textField_colour"].(string))
		}
		return out
	}
	srv.Inject(dingtalktest.Fault{Op: "POST yida/forms/updateSubTable", Kind: dingtalktest.CutAfter})
	req := UpdateTablesRequest{InstanceID: id, Data: FormData{"tableField_lines": []FormData{{"textField_colour": "蓝"}}}, LatestDesign: true, NoRules: true}
	require.NoError(t, y.UpdateTables(t.Context(), req), "it sets values, so it is repeated")
	require.Equal(t, []string{"蓝"}, lines())
	require.Equal(t, 2, srv.Count("POST yida/forms/updateSubTable"))

	req = UpdateTablesRequest{InstanceID: id, FormUUID: stockForm, UseAlias: true, Data: FormData{"Lines": []FormData{{"Colour": "绿"}, {"Colour": "白"}}}}
	require.NoError(t, y.UpdateTables(t.Context(), req))
	require.Equal(t, []string{"绿", "白"}, lines())
	require.NoError(t, y.UpdateTables(t.Context(), UpdateTablesRequest{InstanceID: id, Data: FormData{"tableField_lines": []FormData{}}}))
	require.Empty(t, lines())

	before := srv.Count("")
	for name, data := range map[string]FormData{"none": {}, "text": {"textField_sku": "x"}, "alias": {"Lines": []FormData{}}, "no list": {"tableField_lines": "x"}} {
		require.ErrorIs(t, y.UpdateTables(t.Context(), UpdateTablesRequest{InstanceID: id, Data: data}), duijie.ErrInvalid, name)
	}
	require.ErrorIs(t, y.UpdateTables(t.Context(), UpdateTablesRequest{Data: FormData{"tableField_lines": []FormData{}}}), duijie.ErrInvalid)
	require.Equal(t, before, srv.Count(""), "nothing was sent")
	gone := UpdateTablesRequest{InstanceID: "FINST-NONE", Data: FormData{"tableField_lines": []FormData{}}}
	require.ErrorIs(t, y.UpdateTables(t.Context(), gone), duijie.ErrNotFound)

	c, _ := client(t, 200, `{"result":false}`)
	require.ErrorIs(t, c.Yida().UpdateTables(t.Context(), gone), duijie.ErrRefused)
}

// A process is sent back once: a lost answer is not repeated.
func TestRestartProcess(t *testing.T) {
	t.Parallel()
	srv, y := strictYida(t)
	form := srv.AddForm(dingtalktest.Form{
		Title: "两级审批", Kind: dingtalktest.Process, Approvers: []string{srv.UserID(), srv.UserID()}, Components: []dingtalktest.Component{{ID: "textField_key"}},
	})
	id, err := y.StartProcess(t.Context(), StartProcessRequest{FormUUID: form, Data: FormData{"textField_key": "A"}})
	require.NoError(t, err)
	at := func() Task {
		tasks, err := y.RunningTasks(t.Context(), id)
		require.NoError(t, err)
		require.Len(t, tasks, 1)
		return tasks[0]
	}
	first := at()
	require.True(t, srv.Decide(form, id, true))
	second := at()
	require.NotEqual(t, first.ActivityID, second.ActivityID)
	req := RestartProcessRequest{ProcessID: id, FormUUID: form, TaskID: second.ID, FromActivity: second.ActivityID, ToActivity: first.ActivityID, Remark: "再看"}
	srv.Inject(dingtalktest.Fault{Op: "POST yida/processes/instances/restartInstance", Kind: dingtalktest.CutAfter})
	require.ErrorIs(t, y.RestartProcess(t.Context(), req), duijie.ErrOutcomeUnknown)
	require.Equal(t, 1, srv.Count("POST yida/processes/instances/restartInstance"))
	require.Equal(t, first.ActivityID, at().ActivityID, "it was done")
	require.ErrorIs(t, y.RestartProcess(t.Context(), req), duijie.ErrInvalid, "it is not there any more")
	for _, r := range []RestartProcessRequest{{}, {ProcessID: "P", TaskID: 1, FromActivity: "a"}, {ProcessID: "P", FromActivity: "a", ToActivity: "b"}} {
		r.FormUUID = form
		require.ErrorIs(t, y.RestartProcess(t.Context(), r), duijie.ErrInvalid)
	}
}

// The change log of an instance, in its order and in China time.
func TestFormChanges(t *testing.T) {
	t.Parallel()
	srv, y := strictYida(t)
	id, err := y.SaveForm(t.Context(), SaveFormRequest{FormUUID: stockForm, Data: FormData{"textField_sku": "A"}})
	require.NoError(t, err)
	require.NoError(t, y.UpdateForm(t.Context(), UpdateFormRequest{InstanceID: id, Data: FormData{"textareaField_note": "新"}}))
	srv.Inject(dingtalktest.Fault{Op: "POST yida/forms/operationsLogs/query", Kind: dingtalktest.CutAfter})
	logs, err := y.FormChanges(t.Context(), stockForm, []string{id, "FINST-NONE"})
	require.NoError(t, err, "it reads, so it is repeated")
	require.Len(t, logs, 1)
	require.Len(t, logs[id], 2)
	require.Equal(t, "CREATE", logs[id][0].Type)
	last := logs[id][1]
	require.Equal(t, []string{"UPDATE", "textareaField_note", "新"}, []string{last.Type, last.Component, last.Text})
	require.NotEmpty(t, last.Operator)
	require.WithinDuration(t, time.Now(), last.At, 5*time.Minute)
	require.Equal(t, duijie.China, last.At.Location())
	for _, ids := range [][]string{nil, make([]string, 101)} {
		_, err = y.FormChanges(t.Context(), stockForm, ids)
		require.ErrorIs(t, err, duijie.ErrInvalid)
	}
}

// The designer's components, whether their parts are texts or objects.
func TestFormFields(t *testing.T) {
	t.Parallel()
	_, y := strictYida(t)
	fields, err := y.FormFields(t.Context(), stockForm)
	require.NoError(t, err)
	require.Len(t, fields, len(dingtalktest.StockForm().Components))
	for i, c := range dingtalktest.StockForm().Components {
		f := fields[i]
		require.Equal(t, []string{c.ID, c.Label, "NORMAL"}, []string{f.ID, f.Label, f.Behavior})
		require.Contains(t, string(f.Props), `"fieldId"`)
		require.Equal(t, byte('{'), f.Props[0])
		require.Len(t, f.Children, len(c.Children))
	}
	lines := fields[len(fields)-1]
	require.Equal(t, "TableField", lines.Kind)
	require.Equal(t, "numberField_pieces", lines.Children[1].ID)
	_, err = y.FormFields(t.Context(), "FORM-NONE")
	require.Error(t, err)
}
