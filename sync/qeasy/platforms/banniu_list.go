package platforms

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"slices"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/banniu"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/qeasy"
)

// banniuNames are the parameters of lists, by how the gateways spell them.
var banniuNames = map[string]string{
	"project_id": "project", "projectId": "project", "app_id": "app", "appId": "app", "task_id": "task",
	"page_size": "page", "pageSize": "page", "page_num": "page", "pageNum": "page",
}

// banniuTakes are the parameters each list takes.
var banniuTakes = map[string][]string{
	banniuScan: {"project", "app", "page"}, banniuRecycle: {"project", "app", "page"}, banniuTask: {"project", "task"},
	banniuColumns: {"project"}, banniuUsers: {"page"},
}

// list reads a list whole at each pull.
func (b *banniuConnector) list(spec *qeasy.SourceSpec) (duijiesync.Source[json.RawMessage], []qeasy.Note, error) {
	var f findings
	given := map[string]string{}
	for _, list := range [][]qeasy.Field{spec.Fields, spec.Other} {
		for i := range list {
			field := &list[i]
			what := banniuNames[field.Name]
			text, fixed := field.Constant()
			switch {
			case what == "" || !slices.Contains(banniuTakes[spec.API], what):
				f.unknownParameter(field, banniuCommon)
			case what == "page":
				f.note(field.Path, field.Name, "taken over: the client reads all pages")
			default:
				given[what] = f.constant(field, text, fixed)
			}
		}
	}
	if spec.API == banniuTask && given["task"] == "" {
		f.bad("/request", "task_id", qeasy.CodeUnsupportedMember, "task.getTask needs task_id, a constant")
	}
	if err := f.err(); err != nil {
		return nil, nil, err
	}
	sheet := b.client.Project(given["project"], given["app"])
	f.note("/request", "", "each pull reads the whole list; the ledger passes what is new or changed")
	if spec.API == banniuScan {
		src, err := banniu.NewSource(sheet, banniu.SourceConfig[banniu.Row]{Full: true})
		if err != nil {
			return nil, nil, err
		}
		return rawSource[banniu.Row]{from: src}, f.notes, nil
	}
	read := b.reader(spec.API, sheet, given["task"])
	return &pull{spec: spec, how: banniuHow(spec.API), open: func(ctx context.Context, _ qeasy.At) (duijiesync.Source[json.RawMessage], error) {
		return seqSource(read(ctx)), nil
	}}, f.notes, nil
}

// banniuHow says how a list stays right while rows move.
func banniuHow(api string) string {
	if api == banniuRecycle || api == banniuUsers {
		return "all pages are read until two readings agree"
	}
	return "it comes in one answer"
}

// reader reads a list, with the keys rows have by themselves.
func (b *banniuConnector) reader(api string, sheet *banniu.Project, task string) func(context.Context) iter.Seq2[duijiesync.Record[json.RawMessage], error] {
	switch api {
	case banniuRecycle:
		return func(ctx context.Context) iter.Seq2[duijiesync.Record[json.RawMessage], error] {
			return taskRows(sheet.Deleted(ctx))
		}
	case banniuTask:
		return func(ctx context.Context) iter.Seq2[duijiesync.Record[json.RawMessage], error] {
			return taskRows(func(yield func(banniu.Row, error) bool) { yield(sheet.Get(ctx, task)) })
		}
	case banniuUsers:
		return func(ctx context.Context) iter.Seq2[duijiesync.Record[json.RawMessage], error] {
			return rowsOf(b.client.Users(ctx), func(u banniu.User) (string, json.RawMessage) { return u.ID, u.Raw })
		}
	case banniuProjects:
		return once(func(ctx context.Context) ([]banniu.ProjectInfo, error) { return b.client.Projects(ctx) },
			func(p banniu.ProjectInfo) (string, json.RawMessage) { return p.ID, p.Raw })
	case banniuColumns:
		return once(func(ctx context.Context) ([]banniu.Column, error) { return sheet.Columns(ctx) },
			func(c banniu.Column) (string, json.RawMessage) { return c.ID, c.Raw })
	case banniuShops:
		return once(func(ctx context.Context) ([]banniu.Shop, error) { return b.client.Shops(ctx) },
			func(s banniu.Shop) (string, json.RawMessage) { return s.ID, s.Raw })
	}
	return func(context.Context) iter.Seq2[duijiesync.Record[json.RawMessage], error] {
		return func(yield func(duijiesync.Record[json.RawMessage], error) bool) {
			yield(duijiesync.Record[json.RawMessage]{}, fmt.Errorf("duijie/sync/qeasy/platforms: %s is no list: %w", api, duijie.ErrInvalid))
		}
	}
}

// rowsOf are items as records: of tells an item's key and how it came.
func rowsOf[T any](items iter.Seq2[T, error], of func(T) (string, json.RawMessage)) iter.Seq2[duijiesync.Record[json.RawMessage], error] {
	return func(yield func(duijiesync.Record[json.RawMessage], error) bool) {
		for item, err := range items {
			rec := duijiesync.Record[json.RawMessage]{}
			if err == nil {
				rec.Key, rec.Raw = of(item)
			}
			if !yield(rec, err) || err != nil {
				return
			}
		}
	}
}

// once reads a list that comes in one answer.
func once[T any](list func(context.Context) ([]T, error), of func(T) (string, json.RawMessage)) func(context.Context) iter.Seq2[duijiesync.Record[json.RawMessage], error] {
	return func(ctx context.Context) iter.Seq2[duijiesync.Record[json.RawMessage], error] {
		return rowsOf(func(yield func(T, error) bool) {
			items, err := list(ctx)
			if err != nil {
				var none T
				yield(none, err)
				return
			}
			for _, item := range items {
				if !yield(item, nil) {
					return
				}
			}
		}, of)
	}
}
