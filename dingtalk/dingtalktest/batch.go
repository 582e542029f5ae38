package dingtalktest

func batchOps() []operation {
	const many = "appType* systemToken* userId* formUuid* "
	return []operation{
		{verb: "POST", path: "yida/forms/instances/batchSave", versions: "1", scope: formWrite, body: many + "formDataJsonList:a* noExecuteExpression:b asynchronousExecution:b keepRunningAfterException:b env", serve: (*call).batchSave},
		{verb: "PUT", path: "yida/forms/instances/components", versions: "1", scope: formWrite, body: many + "formInstanceIdList:a* updateFormDataJson* noExecuteExpression:b ignoreEmpty:b useLatestFormSchemaVersion:b asynchronousExecution:b env", serve: (*call).batchSame},
		{verb: "PUT", path: "yida/forms/instances/datas", versions: "1", scope: formWrite, body: many + "updateFormDataJsonMap:o* noExecuteExpression:b ignoreEmpty:b useLatestFormSchemaVersion:b asynchronousExecution:b", serve: (*call).batchOwn},
		{verb: "POST", path: "yida/forms/instances/batchRemove", versions: "1", scope: formWrite, body: many + "formInstanceIdList:a* asynchronousExecution:b executeExpression:b", serve: (*call).batchRemove},
		{verb: "POST", path: "yida/forms/instances/ids/query", versions: "1", scope: formRead, body: many + "formInstanceIdList:a* needFormInstanceValue:b", serve: (*call).byIDs},
	}
}

// limits are the rows a batch may have: rules off, rules on, rules on and
// asynchronously.
type limits struct{ off, on, async int }

func (c *call) within(n int, l limits, rules bool) *Error {
	most := l.off
	switch {
	case rules && c.flag("asynchronousExecution"):
		most = l.async
	case rules:
		most = l.on
	}
	if n > most {
		return refuse(codeTooMany, "数量超过最大值%d", most)
	}
	return nil
}

// begin refuses a batch while another runs, and marks the form as busy when this
// one goes on behind its answer.
func (c *call) begin(f *form, removes bool) *Error {
	now := c.s.clock()
	if now.Before(f.busy) {
		if f.removes {
			return refuse("failure.batchOperation.currentFormIsExecutingBatchDeleting", "当前表单正在执行批量删除")
		}
		return refuse("invalidState.batchOperation.previousBatchUpdatingIsRunning", "上一次批量更新还在执行")
	}
	if c.flag("asynchronousExecution") || c.lost {
		f.busy, f.removes = now.Add(c.s.batchTime), removes
	}
	return nil
}

var updateLimits = limits{off: 500, on: 50, async: 200}

func (c *call) batchSave() (any, *Error) {
	f, err := c.enterForm()
	if err != nil {
		return nil, err
	}
	if f.Kind == Process {
		return nil, refuse(codeProcess, "流程表单不能保存为普通表单数据")
	}
	rules := !c.flag("noExecuteExpression")
	l := limits{off: 100, on: 50, async: 100}
	if c.s.largeBatches {
		l = limits{off: 500, on: 50, async: 200}
	}
	list, all := texts(c.args["formDataJsonList"])
	switch {
	case !all:
		return nil, c.misfit("formDataJsonList")
	case len(list) == 0:
		return nil, c.missing("formDataJsonList")
	}
	if err := c.within(len(list), l, rules); err != nil {
		return nil, err
	}
	if err := c.begin(f, false); err != nil {
		return nil, err
	}
	if c.s.atomicBatches && (!rules || !c.flag("keepRunningAfterException")) {
		for _, raw := range list {
			values, err := c.formData(f, raw, false, rules)
			if err == nil && rules {
				err = f.complete(values)
			}
			if err != nil {
				return nil, err
			}
		}
	}
	ids := []any{}
	for _, raw := range list {
		r, err := c.create(f, raw, rules)
		switch {
		case err == nil:
			if c.flag("asynchronousExecution") {
				r.shows = c.s.clock().Add(c.s.batchTime)
			}
			ids = append(ids, r.id)
		case rules && c.flag("keepRunningAfterException"):
		default:
			return nil, err // the rows before it stay
		}
	}
	return result(ids)
}

// batchRow is one row of a batch update.
type batchRow struct {
	row   *row
	given Row
}

// prepare reads one row of a batch update.
func (c *call) prepare(f *form, id, raw string, rules bool) (batchRow, *Error) {
	r := c.s.live(f, id)
	if r == nil {
		return batchRow{}, noRow(id)
	}
	given, err := c.formData(f, raw, false, false)
	if err != nil {
		return batchRow{}, err
	}
	if c.flag("ignoreEmpty") {
		for k, v := range given {
			if isEmpty(v) {
				delete(given, k)
			}
		}
	}
	if rules {
		err = f.complete(merged(r.now().values, given))
	}
	return batchRow{r, given}, err
}

// batchUpdate changes rows in order; ids and raw are as long as each other.
func (c *call) batchUpdate(ids, raw []string) (any, *Error) {
	f, err := c.enterForm()
	if err != nil {
		return nil, err
	}
	rules := !c.flag("noExecuteExpression")
	if err := c.within(len(ids), updateLimits, rules); err != nil {
		return nil, err
	}
	if err := c.begin(f, false); err != nil {
		return nil, err
	}
	if c.s.atomicBatches {
		for i, id := range ids {
			if _, err := c.prepare(f, id, raw[i], rules); err != nil {
				return nil, err
			}
		}
	}
	for i, id := range ids {
		b, err := c.prepare(f, id, raw[i], rules)
		if err != nil {
			return nil, err
		}
		c.change(b.row, b.given)
	}
	return result(anys(ids))
}

func (c *call) batchSame() (any, *Error) {
	ids, err := c.idList()
	if err != nil {
		return nil, err
	}
	raw := make([]string, len(ids))
	for i := range raw {
		raw[i] = c.str("updateFormDataJson")
	}
	return c.batchUpdate(ids, raw)
}

func (c *call) batchOwn() (any, *Error) {
	given := c.args["updateFormDataJsonMap"].(Row)
	ids := sortedKeys(given)
	var raw []string
	for _, id := range ids {
		word, isText := given[id].(string)
		if !isText {
			return nil, c.misfit("updateFormDataJsonMap")
		}
		raw = append(raw, word)
	}
	if len(ids) == 0 {
		return nil, c.missing("updateFormDataJsonMap")
	}
	return c.batchUpdate(ids, raw)
}

func (c *call) idList() ([]string, *Error) {
	ids, all := texts(c.args["formInstanceIdList"])
	switch {
	case !all:
		return nil, c.misfit("formInstanceIdList")
	case len(ids) == 0:
		return nil, c.missing("formInstanceIdList")
	}
	return ids, nil
}

func (c *call) batchRemove() (any, *Error) {
	f, err := c.enterForm()
	if err != nil {
		return nil, err
	}
	if f.Kind == Process {
		return nil, refuse(codeParameter, "参数错误：流程表单不支持批量删除")
	}
	ids, err := c.idList()
	if err != nil {
		return nil, err
	}
	if err := c.within(len(ids), limits{off: 500, on: 50, async: 300}, c.flag("executeExpression")); err != nil {
		return nil, err
	}
	if err := c.begin(f, true); err != nil {
		return nil, err
	}
	for _, id := range ids {
		if r := c.s.live(f, id); r != nil {
			c.delete(r)
		}
	}
	return nil, nil
}

const maxIDs = 100

func (c *call) byIDs() (any, *Error) {
	f, err := c.enterForm()
	if err != nil {
		return nil, err
	}
	ids, err := c.idList()
	if err != nil {
		return nil, err
	}
	if len(ids) > maxIDs {
		return nil, refuse(codeTooMany, "数量超过最大值%d", maxIDs)
	}
	rows := []any{}
	for _, id := range ids {
		if r := c.s.live(f, id); r != nil {
			rows = append(rows, c.queryRow(hit{r, r.now()}, c.view(true), c.flag("needFormInstanceValue")))
		}
	}
	return result(rows)
}
